"""Lines found on photographs for the line reader are complete and as written."""

import numpy as np
import pytest

from app.ink.ink_map import InkMap
from tests.support.drawings import placed
from train.data.line_sets import Line, PixelLine
from train.engine.reader_batches import strip_of, varied_strip
from train.render import found_lines
from train.render.found_lines import found_line
from train.render.photograph import Photograph


def written(text: str) -> Line:
    strokes = [
        stroke
        for index, digit in enumerate(text)
        for stroke in placed(int(digit), 75 * index, 0, 100)
    ]
    return Line(strokes, text)


def test_most_lines_are_found_and_keep_their_shape() -> None:
    line = written("4725")
    outcomes = [found_line(line, np.random.default_rng(seed)) for seed in range(20)]
    lines = [outcome for outcome in outcomes if outcome is not None]
    assert len(lines) >= 14
    assert {each.text for each in lines} == {"4725"}
    expected = strip_of(line).shape[1]
    widths = np.array([strip_of(each).shape[1] for each in lines])
    assert (np.abs(np.log(widths / expected)) < 0.7).all(), "photographs are taken from the side"
    assert np.ptp(widths) > 0


def test_what_is_found_is_not_damaged_further() -> None:
    line = next(
        filter(None, (found_line(written("4725"), np.random.default_rng(s)) for s in range(9)))
    )
    assert line.is_found
    for seed in range(5):
        assert np.array_equal(varied_strip(line, np.random.default_rng(seed)), strip_of(line))


def test_some_are_shown_as_they_are_photographed() -> None:
    lines = [found_line(written("4725"), np.random.default_rng(seed)) for seed in range(12)]
    shown = [line for line in lines if line is not None and line.shown is not None]
    assert 0 < len(shown) < len(list(filter(None, lines)))
    for line in shown:
        as_found = PixelLine(line.pixels, line.text)
        assert strip_of(line).shape == strip_of(as_found).shape
        assert not np.array_equal(strip_of(line), strip_of(as_found))


@pytest.mark.parametrize(
    "mask_columns, is_complete",
    [
        (slice(10, 50), True),
        (slice(10, 30), False),  # half of the ink is missing
        (slice(10, 90), False),  # as much again is taken for ink
    ],
)
def test_only_complete_lines_are_learned_from(mask_columns: slice, is_complete: bool) -> None:
    ink = np.zeros((60, 100), np.float32)
    ink[20:40, 10:50] = 1
    mask = np.zeros((60, 100), np.uint8)
    mask[20:40, mask_columns] = 255
    shot = Photograph(np.full((60, 100, 3), 255, np.uint8), ink)
    assert found_lines._is_complete(InkMap(mask, mask, 0, 0, 1.0), shot) is is_complete
