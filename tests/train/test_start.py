"""Training from existing weights keeps what they have learned, and refuses other layouts."""

from pathlib import Path

import pytest
import torch

from tests.support.small import CONFIG
from train.config import Config, parse
from train.engine import checkpoint
from train.networks.classifier import LAYOUTS, Network, save

CPU = torch.device("cpu")


def test_weights_are_those_of_the_file(tmp_path: Path) -> None:
    torch.manual_seed(7)
    trained = Network(LAYOUTS["student"])
    save(tmp_path / "model.pth", trained, CONFIG, "run")
    state = checkpoint.begin(CONFIG, 10, CPU, tmp_path / "model.pth")
    for name, value in trained.state_dict().items():
        assert torch.equal(state.network.state_dict()[name], value), name
        assert torch.equal(state.averaged.module.state_dict()[name], value), name


def test_weights_of_another_layout_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "model.pth", Network(LAYOUTS["teacher"]), CONFIG, "run")
    with pytest.raises(ValueError, match=r"model\.pth: expected weights of its layout"):
        checkpoint.begin(CONFIG, 10, CPU, tmp_path / "model.pth")


def test_runs_from_different_weights_are_different_runs(tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_bytes(b"a")
    (tmp_path / "b.pth").write_bytes(b"b")
    runs = [parse(["--start", str(tmp_path / name)]).config for name in ("a.pth", "b.pth")]
    assert len({config.run_id() for config in (*runs, Config())}) == 3
    assert runs[0].teacher().start == ""


def test_missing_weights_end_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(["--start", str(tmp_path / "none.pth")])
    assert "none.pth" in capsys.readouterr().err
