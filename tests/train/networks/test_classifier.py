"""The network: its size, its shapes, and its file."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from train.config import Config
from train.engine import checkpoint
from train.networks import unet
from train.networks.classifier import LAYOUTS, Network, load, save


@pytest.mark.parametrize(
    "name, minimum, maximum", [("student", 80e3, 140e3), ("teacher", 4e5, 1e6)]
)
def test_sizes(name: str, minimum: int, maximum: int) -> None:
    count = sum(parameter.numel() for parameter in Network(LAYOUTS[name]).parameters())
    assert minimum <= count <= maximum


@pytest.mark.parametrize("count", [1, 5])
def test_gives_eleven_logits_a_glyph(count: int) -> None:
    logits = Network().eval()(torch.zeros(count, 28, 28, dtype=torch.uint8))
    assert logits.shape == (count, 11)
    assert logits.dtype == torch.float32


def test_bytes_and_floats_are_the_same_input() -> None:
    network = Network().eval()
    glyphs = torch.randint(0, 256, (3, 28, 28), dtype=torch.uint8)
    assert torch.equal(network(glyphs), network(glyphs.to(torch.float32)))


def test_a_saved_network_is_the_same_when_loaded(tmp_path: Path) -> None:
    network, config = Network(((4, 3, 2), (6, 3, 2))).eval(), Config(seed=3)
    save(tmp_path / "model.pth", network, config, "a-run")
    trained = load(tmp_path / "model.pth")
    glyphs = torch.randint(0, 256, (3, 28, 28), dtype=torch.uint8)
    assert torch.equal(trained.network(glyphs), network(glyphs))
    assert (trained.config, trained.run) == (config, "a-run")
    assert not trained.network.training


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no\.pth: expected trained weights"):
        load(tmp_path / "no.pth")


def test_other_files_are_refused(tmp_path: Path) -> None:
    torch.save({"weights": {}}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth: expected weights written by train"):
        load(tmp_path / "other.pth")


class Malice:
    """Makes a file when it is unpickled, as it could do anything else."""

    def __init__(self, marker: Path) -> None:
        self.made = marker

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.made,)


def restored(path: Path) -> None:
    checkpoint.restore(path, checkpoint.begin(Config(), 1, torch.device("cpu")), Config())


@pytest.mark.parametrize("as_torch_writes", [True, False])
@pytest.mark.parametrize("reader", [load, unet.load, restored])
def test_code_in_a_file_is_not_run(
    tmp_path: Path, reader: Callable[[Path], object], as_torch_writes: bool
) -> None:
    path, marker = tmp_path / "model.pth", tmp_path / "made"
    content = {"weights": Malice(marker), "layout": [], "config": {}, "run": "a-run"}
    if as_torch_writes:
        torch.save(content, path)
    else:
        path.write_bytes(pickle.dumps(content, protocol=2))
    with pytest.raises(ValueError, match=r"model\.pth: expected a whole file of weights"):
        reader(path)
    assert not marker.exists()
    if as_torch_writes:
        torch.load(path, weights_only=False)
    else:
        pickle.loads(path.read_bytes())
    assert marker.exists(), "the file is harmless, so it proves nothing"
