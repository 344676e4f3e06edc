"""Corrections from the page become training and evaluation data."""

import json
from pathlib import Path

import numpy as np
import pytest

from app import corrections
from app.corrections import Corrections
from tests.support.drawings import placed
from tests.support.small import small_sources
from train.data import corrections as corrected
from train.data.download import DataError
from train.evaluate.sets import read_writers

GLYPH = np.full((28, 28), 7, np.uint8)


@pytest.fixture
def exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The command's output for twelve corrections: nine drawn, two in pictures, one negative."""
    store = Corrections(tmp_path / "c.sqlite")
    for digit in range(9):
        store.record(placed(digit, 0, 0, 100), GLYPH, None, digit)
    store.record([], GLYPH, 1, 4)
    store.record([], GLYPH, 1, 5)
    store.record(placed(3, 0, 0, 100), GLYPH, 3, None)
    assert corrections.main([str(store.path)]) == 0
    path = tmp_path / "corrections.jsonl"
    path.write_text(capsys.readouterr().out)
    return path


def test_every_fifth_is_held_back(exported: Path) -> None:
    learned, kept = corrected.load(exported, False), corrected.load(exported, True)
    assert learned.ink.labels.tolist() == [0, 1, 2, 3, 5, 6, 7, 8]  # numbers begin at 1
    assert kept.ink.labels.tolist() == [4]
    assert (learned.digits.labels.tolist(), kept.digits.labels.tolist()) == ([5], [4])
    assert np.array_equal(learned.digits.glyphs[0], GLYPH)
    assert (len(learned.negatives), len(kept.negatives)) == (1, 0)
    assert learned.ink.strokes[1][0] == pytest.approx(placed(1, 0, 0, 100)[0], abs=0.01)


def test_they_join_the_sources(exported: Path) -> None:
    before = small_sources()
    after = corrected.add_corrections(before, corrected.load(exported, False))
    assert len(after.pen.strokes) == len(before.pen.strokes) + 8
    assert after.pen.labels[-8:].tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert after.mnist.labels[-1] == 5
    assert len(after.characters.strokes) == len(before.characters.strokes) + 1
    assert len(after.characters.drawers) == len(after.characters.strokes)


def test_evaluation_scores_those_held_back(exported: Path) -> None:
    assert read_writers(exported).labels.tolist() == [4]


@pytest.mark.parametrize(
    "change",
    [
        {"right": 12},
        {"strokes": [[1, 2]]},
        {"strokes": [[[0, float("nan")]]]},
        {"glyph": [[0]]},
        {"id": None},
    ],
)
def test_a_broken_line_is_named(exported: Path, change: dict[str, object]) -> None:
    lines = exported.read_text().splitlines()
    lines[2] = json.dumps(json.loads(lines[2]) | change)
    exported.write_text("\n".join(lines))
    with pytest.raises(DataError, match="line 3"):
        corrected.load(exported, False)
