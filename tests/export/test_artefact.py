"""The committed model is complete, as described, and at least as accurate as the floors here."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.recognizer import MODEL, Recognizer
from export import table
from tests.support.paths import ROOT
from train.data.datasets import load_mnist, load_omniglot, load_pendigits
from train.data.omniglot_split import split_omniglot
from train.networks.classifier import load

MNIST_FLOOR, PEN_FLOOR = 99.2, 98.0  # percent, int8; what is refused counts as misread
REFUSED_FLOOR = 88.0  # percent of strange characters


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((MODEL.parent / "model.json").read_text())
    return content


def test_the_file_is_the_one_described(described: dict[str, Any]) -> None:
    content = MODEL.read_bytes()
    assert hashlib.sha256(content).hexdigest() == described["sha256"]
    assert len(content) == described["bytes"] <= 150_000
    assert Recognizer().metadata == described["metadata"]


def test_the_weights_are_those_exported(described: dict[str, Any]) -> None:
    path = MODEL.parent / "model.pth"
    assert path.stat().st_size < 1_000_000
    assert load(path).run == described["metadata"]["run"]


def test_mnist_is_read_as_described(
    described: dict[str, Any], data: Path, recognizer: Recognizer
) -> None:
    test = load_mnist(data).test
    errors = int((recognizer.classify(test.glyphs).argmax(axis=1) != test.labels).sum())
    assert 100 * (1 - errors / len(test.labels)) >= MNIST_FLOOR
    # Other CPUs round int8 sums in another order, so a few glyphs may be read differently.
    assert errors == pytest.approx(described["int8"]["sets"]["MNIST test"]["errors"], abs=3)


def test_ink_of_held_back_writers_is_read_as_described(
    described: dict[str, Any], data: Path, recognizer: Recognizer
) -> None:
    """This takes the path of serving, from strokes to text."""
    validation = load_pendigits(data).validation
    read = [
        recognizer.read_ink(strokes, single=True).digits[0].value for strokes in validation.strokes
    ]
    wrong = sum(value != label for value, label in zip(read, validation.labels, strict=True))
    assert 100 * (1 - wrong / len(read)) >= PEN_FLOOR
    misread = described["int8"]["sets"]["pen ink"]["errors"]
    assert misread - 3 <= wrong <= misread + 0.006 * len(read) + 3


def test_characters_of_strange_alphabets_are_refused(
    described: dict[str, Any], data: Path, recognizer: Recognizer
) -> None:
    strange = split_omniglot(load_omniglot(data)).validation
    kept = [
        recognizer.read_ink(strokes, single=True).digits[0].value is not None
        for strokes in strange.strokes
    ]
    refused = described["int8"]["not_a_digit"]["sets"]["omniglot"]["refused_at_own_threshold"]
    # Hardly less than by the classifier alone. The line reader, which is asked about unsure ones,
    # has seen no other alphabet.
    assert 100 * (1 - np.mean(kept)) == pytest.approx(refused, abs=2)
    assert refused >= REFUSED_FLOOR


def test_strange_characters_are_seldom_numbers(data: Path, recognizer: Recognizer) -> None:
    """Where strokes may be several digits, a letter of three lines might be 1, 1 and 1."""
    strange = split_omniglot(load_omniglot(data)).validation
    refused = ["?" in recognizer.read_ink(strokes).text for strokes in strange.strokes]
    assert 100 * np.mean(refused) >= REFUSED_FLOOR - 5


def test_mnist_as_pictures_is_read_too(data: Path, recognizer: Recognizer) -> None:
    """Reading enlarged and inverted pictures costs little accuracy compared with glyphs."""
    validation = load_mnist(data).validation
    wrong = 0
    for glyph, label in zip(validation.glyphs[:500], validation.labels[:500], strict=True):
        picture = 255 - np.pad(glyph.repeat(4, axis=0).repeat(4, axis=1), 30)
        wrong += recognizer.read_image(picture).text != str(label)
    assert wrong <= 20  # refused ones included


@pytest.mark.parametrize("name", ["numbers", "memory", "bench", "choices"])
def test_figures_are_of_the_committed_model(name: str, described: dict[str, Any]) -> None:
    figures = json.loads((MODEL.parent / f"{name}.json").read_text())
    assert figures.get("model", figures.get("machine", {}).get("model")) == described["sha256"]


@pytest.mark.parametrize("network", ["reader", "finder"])
@pytest.mark.parametrize("name", ["numbers", "served", "memory"])
def test_figures_are_of_the_networks_beside_the_model(name: str, network: str) -> None:
    figures = json.loads((MODEL.parent / f"{name}.json").read_text())
    if network not in figures:
        pytest.skip(f"{name}.json is from before its command wrote the hash of {network}.onnx")
    content = MODEL.with_name(f"{network}.onnx").read_bytes()
    assert figures[network] == hashlib.sha256(content).hexdigest()


def test_the_readmes_tell_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert table.main(["--check"]) == 0
