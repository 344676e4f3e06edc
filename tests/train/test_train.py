"""The training command on small data: repeatable, and unharmed by being killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.conftest import ROOT
from tests.drawings import DIGITS
from train import __main__ as command
from train.config import Config, parse
from train.data import Digits, Ink, Mnist, PenDigits
from train.mixture import Mixture, redraw

SMALL = ["--epochs", "3", "--batch", "32", "--pen-repeats", "1", "--device", "cpu"]
# The command with datasets of its own making, so that no file is needed and an epoch is quick.
SCRIPT = "import sys; from tests.train.test_train import run; sys.exit(run(sys.argv[1:]))"


def small_sets() -> tuple[Mnist, PenDigits]:
    """Ten drawn digits, each several times, for every part of every set."""
    strokes = [[(s * 200).astype(np.float32) for s in DIGITS[digit]] for digit in range(10)]
    labels = np.tile(np.arange(10), 20)
    ink = Ink([strokes[label] for label in labels], labels, labels % 3)
    random = np.random.default_rng(0)
    glyphs = command.draw(ink).glyphs
    glyphs = np.maximum(glyphs, random.integers(0, 30, glyphs.shape, np.uint8))
    digits = Digits(glyphs, labels)
    return Mnist(digits, digits, digits), PenDigits(ink, ink)


def run(arguments: list[str]) -> int:
    """The training command on the small sets."""
    mnist, pen = small_sets()
    command.load_mnist = lambda folder: mnist  # type: ignore[assignment]
    command.load_pendigits = lambda folder: pen  # type: ignore[assignment]
    return command.main(arguments)


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    arguments = [*SMALL, "--run", str(folder), "--output", str(folder / "model.pth"), *more]
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}  # more would only get in their own way
    return subprocess.Popen([sys.executable, "-c", SCRIPT, *arguments], cwd=ROOT, env=one_thread)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    content = torch.load(folder / "model.pth", weights_only=True)
    found: dict[str, torch.Tensor] = content["weights"]
    return found


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("unbroken")
    assert start(folder).wait(timeout=180) == 0
    return folder


def test_a_killed_run_resumes_to_the_same_weights(unbroken: Path, tmp_path: Path) -> None:
    process = start(tmp_path)
    checkpoint = tmp_path / "checkpoint.pth"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    assert checkpoint.exists()
    assert not (tmp_path / "model.pth").exists(), "killed too late to prove anything"
    assert start(tmp_path, "--resume").wait(timeout=180) == 0
    resumed, expected = weights(tmp_path), weights(unbroken)
    assert resumed.keys() == expected.keys()
    assert all(torch.equal(resumed[name], expected[name]) for name in expected)
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3]


def test_a_seed_decides_the_weights(unbroken: Path, tmp_path: Path) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    assert start(same).wait(timeout=180) == 0
    assert start(other, "--seed", "1").wait(timeout=180) == 0
    name = "head.weight"
    assert torch.equal(weights(same)[name], weights(unbroken)[name])
    assert not torch.equal(weights(other)[name], weights(unbroken)[name])


def test_resuming_with_other_settings_is_refused(
    unbroken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*SMALL, "--run", str(unbroken), "--resume", "--seed", "5"]
    assert run([*arguments, "--output", str(unbroken / "other.pth")]) == 1
    assert "expected a run with the same settings" in capsys.readouterr().err
    assert not (unbroken / "other.pth").exists()


def test_a_run_is_not_begun_over_another(
    unbroken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = (unbroken / "checkpoint.pth").read_bytes()
    arguments = [*SMALL, "--run", str(unbroken), "--output", str(unbroken / "other.pth")]
    assert run(arguments) == 1
    assert "expected a new run folder (--run) or --resume" in capsys.readouterr().err
    assert (unbroken / "checkpoint.pth").read_bytes() == kept


def test_a_run_leaves_its_settings_and_pictures(unbroken: Path) -> None:
    assert json.loads((unbroken / "config.json").read_text())["epochs"] == 3
    for name in (
        "learning-curves",
        "confusion-mnist-validation",
        "confusion-pen-validation",
        "mistakes-mnist-validation",
        "mistakes-pen-validation",
    ):
        assert (unbroken / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert not list(unbroken.glob("*.part"))


def test_it_learns(unbroken: Path) -> None:
    metrics = [json.loads(line) for line in (unbroken / "metrics.jsonl").read_text().splitlines()]
    assert metrics[-1]["loss"] < metrics[0]["loss"]


def test_an_absent_device_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--device", "teapot", "--run", str(tmp_path)]) == 1
    assert "expected a device that is here" in capsys.readouterr().err


def test_an_epoch_is_the_same_for_the_same_seed_and_number() -> None:
    mnist, pen = small_sets()
    config = parse(SMALL).config
    one, same = (Mixture(mnist.train, pen.train, config).epoch(2) for _ in range(2))
    assert np.array_equal(one[0], same[0])
    assert np.array_equal(one[1], same[1])
    other = Mixture(mnist.train, pen.train, config).epoch(3)
    assert not np.array_equal(one[0], other[0])


def test_an_epoch_holds_each_mnist_digit_once_and_each_pen_digit_as_often_as_asked() -> None:
    mnist, pen = small_sets()
    mixture = Mixture(mnist.train, pen.train, Config(pen_repeats=3, limit=50))
    glyphs, labels = mixture.epoch(0)
    assert len(glyphs) == len(labels) == len(mixture) == 50 + 3 * 50


def test_redrawn_glyphs_are_what_serving_would_see() -> None:
    mnist, _ = small_sets()
    blank = np.zeros((1, 28, 28), np.uint8)
    redrawn = redraw(np.concatenate([mnist.train.glyphs[:10], blank]))
    assert redrawn.shape == (11, 28, 28)
    assert not redrawn[10].any()
    difference = np.abs(redrawn[:10].astype(float) - mnist.train.glyphs[:10]).mean()
    assert difference < 20
