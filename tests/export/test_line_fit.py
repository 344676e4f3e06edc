"""All that line reader and classifier share is fitted into the reader's graph."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from app.recognizer import Recognizer
from app.segmentation.operating_point import OperatingPoint
from export import line_fit, readers_apart
from tests.support.drawings import placed
from train.data.line_sets import Line, LineSet, Writer
from train.render.signs import sign_strokes

READER = Path("models/reader.onnx")
TEXTS = ("4071", "38-52", "96", "12.5", "7-30", "2605")


def line_of(text: str, writer: str, seed: int) -> Line:
    """A line of drawn digits, each 60 high, and of signs at their height."""
    random = np.random.default_rng(seed)
    strokes = []
    for place, symbol in enumerate(text):
        left = 55.0 * place + float(random.uniform(-4, 4))
        if symbol.isdecimal():
            strokes += placed(int(symbol), left, 0, 60 + float(random.uniform(-5, 5)))
        else:
            drawn = sign_strokes(symbol, random)
            strokes += [50 * stroke + np.array([left + 10, 55]) for stroke in drawn]
    return Line(strokes, text, writer)


def line_set(seed: int) -> LineSet:
    digits: Writer = {
        digit: [[stroke.astype(np.float32) for stroke in placed(digit, 0, 0, 100)]]
        for digit in range(10)
    }
    lines = [line_of(text, f"w{index % 3}", seed + index) for index, text in enumerate(TEXTS * 2)]
    return LineSet([digits], lines, [], word_gaps=np.linspace(1.2, 2.0, 9))


def test_the_reader_carries_what_was_fitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_fit, "NUM_COMPOSED_SIGNED", 30)
    monkeypatch.setattr(line_fit, "NUM_COMPOSED_BESIDE", 10)
    graph = Path(shutil.copy(READER, tmp_path))
    fitted = line_fit.fit(graph, line_set(0), line_set(100))
    recognizer = Recognizer(reader=graph)
    assert recognizer._reader is not None
    point = OperatingPoint.of(recognizer.metadata, recognizer._reader.metadata)
    for name, value in fitted["operating_point"].items():
        if isinstance(value, float):
            assert getattr(point, name) == pytest.approx(value, rel=1e-5)
            assert math.isfinite(value)
    assert fitted["spaces"]["numbers"] > 0
    assert set(fitted["confidence"]) >= {"digits", "signs", "photographs"}
    assert recognizer.read_ink(line_of("4071", "", 7).strokes).text == "4071"


def test_each_network_is_measured_alone() -> None:
    lines = [line_of(text, "w", index) for index, text in enumerate(("4071", "2605", "38-52"))]
    figures = readers_apart.compare(READER, lines)
    assert {kind: shares["lines"] for kind, shares in figures.items()} == {"digits": 2, "signs": 1}
    assert figures["digits"]["both"] == 100
    assert figures["signs"]["classifier"] == 0  # it knows no signs


def test_without_the_line_reader_the_other_recogniser_keeps_it() -> None:
    recognizer = Recognizer(reader=READER)
    alone, line = recognizer.without_line_reader(), line_of("38-52", "w", 0)
    assert "-" not in alone.read_ink(line.strokes).text
    assert recognizer.read_ink(line.strokes).text == "38-52"
