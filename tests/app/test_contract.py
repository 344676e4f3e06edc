"""models/CONTRACT.md is enough to use the network alone, from Python and from JavaScript."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.inference.line_reader import SYMBOLS
from app.inference.scores import ood_log_odds
from app.segmentation.decision import refusals
from tests.support.paths import ROOT

CONTRACT = (ROOT / "models" / "CONTRACT.md").read_text(encoding="utf-8")
MODEL = json.loads((ROOT / "models" / "model.json").read_bytes())
NODE = ROOT / ".venv" / "node" / "node_modules"
MAX_REFUSED = 3.0  # percent of digits; the threshold is set for 0.5 % on other sets
MIN_NUMBERS_RIGHT = 85.0  # percent
MAX_LINES = 30  # of an example


def examples(language: str) -> list[str]:
    """The examples in a language: one for a glyph, and one for a line."""
    return re.findall(rf"^```{language}\n(.*?)^```$", CONTRACT, re.M | re.S)


@pytest.fixture
def folder(tmp_path: Path, data: Path) -> Path:
    """The working folder with the files that the examples expect."""
    for name in ("model.onnx", "model.json", "finder.onnx", "reader.onnx"):
        (tmp_path / name).symlink_to(ROOT / "models" / name)
    for path in (data / "MNIST" / "raw").glob("t10k-*-ubyte"):
        (tmp_path / path.name).symlink_to(path.resolve())
    return tmp_path


def check(output: str) -> None:
    """Asserts that an example printed the stated accuracy."""
    stated = MODEL["int8"]["sets"]["MNIST test"]
    accuracy, confidence, refused = map(float, re.findall(r"\d+\.\d+", output))
    assert accuracy == pytest.approx(stated["accuracy"], abs=0.021)  # two digits, for rounding
    assert confidence == pytest.approx(stated["mean_confidence"], abs=0.001)
    assert 0 < refused < MAX_REFUSED


def run_python(code: str, folder: Path) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def run_javascript(code: str, folder: Path) -> str:
    node = shutil.which("node")
    if node is None or not (NODE / "onnxruntime-web").is_dir():
        pytest.skip("needs node, and onnxruntime-web: sh tests/tools/onnxruntime_web.sh")
    (folder / "node_modules").symlink_to(NODE)
    script = folder / "example.mjs"
    script.write_text(code)
    done = subprocess.run([node, script], cwd=folder, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return done.stdout


RUNS = [("python", run_python), ("js", run_javascript)]


@pytest.mark.parametrize("language, run", RUNS)
def test_the_example_of_a_glyph_reaches_the_stated_accuracy(
    language: str, run: Callable[[str, Path], str], folder: Path
) -> None:
    check(run(examples(language)[0], folder))


@pytest.mark.parametrize("language, run", RUNS)
def test_the_example_of_a_line_reads_most_numbers(
    language: str, run: Callable[[str, Path], str], folder: Path
) -> None:
    output = run(examples(language)[1], folder)
    (share,) = map(float, re.findall(r"(\d+\.\d) % of the numbers right", output))
    assert share >= MIN_NUMBERS_RIGHT


def test_the_example_of_a_line_names_the_readers_symbols() -> None:
    assert f'const symbols = "{SYMBOLS}";' in examples("js")[1]


@pytest.mark.parametrize("language", ["python", "js"])
def test_the_examples_are_short(language: str) -> None:
    glyph, line = examples(language)
    assert max(len(glyph.splitlines()), len(line.splitlines())) <= MAX_LINES


def test_the_rule_for_a_mark_is_the_recognisers() -> None:
    threshold = -1.0
    digit, doubtful, unlikely = -2.0, -0.5, 1.0  # log-odds of marks
    cases = [  # log-odds of marks, their numbers, which are refused
        ([digit], [0], [False]),
        ([doubtful], [0], [True]),  # alone
        ([doubtful, doubtful], [0, 0], [True, True]),
        ([doubtful, digit], [0, 0], [False, False]),
        ([digit, unlikely], [0, 0], [False, True]),
        ([doubtful, digit], [0, 1], [True, False]),  # in another number
    ]
    for log_odds, numbers, expected in cases:
        symbols = [""] * len(numbers)
        assert refusals(log_odds, numbers, symbols, threshold) == expected


def test_the_score_is_of_logits_that_no_temperature_divides() -> None:
    logits = (np.arange(11) / 4).astype(np.float32)[None]
    (score,) = ood_log_odds(logits)
    assert score == pytest.approx(logits[0, 10] - np.log(np.exp(logits[0, :10]).sum()), abs=1e-5)
