"""Grids that are drawn by hand are found, and strokes of digits and frames are not."""

from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.marked.grids import find_grid
from app.recognizer import Recognizer
from tests.support.drawings import placed

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
PEN: Final = 5
CELL: Final = 100  # pixels
EDGE: Final = 60  # of paper around the cells
WAVE: Final = 5.0  # pixels by which lines waver


def blank(rows: int, columns: int) -> Mask:
    return np.zeros((2 * EDGE + CELL * rows, 2 * EDGE + CELL * columns), np.uint8)


def stroke(mask: Mask, points: NDArray[np.float64]) -> None:
    cv2.polylines(mask, [np.round(points * 16).astype(np.int32)], False, 255, PEN, cv2.LINE_8, 4)


def wavering(mask: Mask, row: int, num_cells: int, phase: float, is_upright: bool) -> None:
    """A line before the cells of a row or column, whose ends do not meet the outer ones exactly."""
    along = np.linspace(EDGE + 4 * np.sin(5 * phase), EDGE + num_cells * CELL - 4, 60)
    across = EDGE + row * CELL + WAVE * np.sin(along / 70 + phase)
    points = [across, along] if is_upright else [along, across]
    stroke(mask, np.stack(points, axis=1))


def grid(rows: int, columns: int, has_frame: bool = True) -> Mask:
    mask, outer = blank(rows, columns), 0 if has_frame else 1
    for row in range(outer, rows + 1 - outer):
        wavering(mask, row, columns, 1.3 * row, is_upright=False)
    for column in range(outer, columns + 1 - outer):
        wavering(mask, column, rows, 0.7 + 1.9 * column, is_upright=True)
    return mask


def written(mask: Mask, cells: list[str]) -> Mask:
    """The mask with a number, or a space for none, in each cell of its rows."""
    ink = mask.copy()
    for row, digits in enumerate(cells):
        for column, digit in enumerate(digits):
            if digit != " ":
                left, top = EDGE + CELL * column + 20, EDGE + CELL * row + 20
                for points in placed(int(digit), left, top, 62):
                    stroke(ink, points)
    return ink


GRIDS: Final[dict[str, tuple[Mask, list[str]]]] = {
    "a table": (grid(2, 3), ["247", "835"]),
    "a table with empty cells": (grid(3, 3), ["2 7", "  5", " 3 "]),
    "lines that cross, without a frame": (grid(3, 3, has_frame=False), ["2 7", "935", "81 "]),
    "a cross": (grid(2, 2, has_frame=False), ["28", "35"]),
    "a row of boxes": (grid(1, 5), ["24735"]),
    "a frame around one digit": (grid(1, 1), ["7"]),
    "ones in boxes": (grid(1, 4), ["1171"]),
    "a sudoku": (grid(9, 9), ["5 4  1 7 ", "  8 2   1", "", "6  7    3"]),
}


@pytest.mark.parametrize("name", GRIDS)
def test_the_lines_of_a_grid_are_found_without_its_digits(name: str) -> None:
    lines, cells = GRIDS[name]
    found = find_grid(written(lines, cells), PEN)
    assert found is not None
    assert (found.lines[lines > 0] > 0).mean() > 0.97
    digits = written(np.zeros_like(lines), cells)
    assert (found.lines[digits > 0] > 0).mean() < 0.02


def test_strokes_that_fill_the_cells_of_a_column_are_no_lines() -> None:
    lines = grid(4, 4)
    ones = np.zeros_like(lines)
    for top, bottom in ((EDGE, EDGE + CELL), (EDGE + 2 * CELL, EDGE + 4 * CELL)):
        along = np.linspace(top, bottom, 30)
        stroke(ones, np.stack([EDGE + 1.5 * CELL + 4 * np.sin(along / 40), along], axis=1))
    found = find_grid(lines | ones, PEN)
    assert found is not None
    assert (found.lines[lines > 0] > 0).mean() > 0.97
    assert (found.lines[ones > 0] > 0).mean() < 0.2


def test_feet_of_digits_beside_each_other_are_no_line_of_a_grid_with_thin_lines() -> None:
    mask = blank(1, 4)
    for row in range(2):
        at = EDGE + CELL * row
        cv2.line(mask, (EDGE, at), (EDGE + 4 * CELL, at), 255, 2)
    for column in range(5):
        at = EDGE + CELL * column
        cv2.line(mask, (at, EDGE), (at, EDGE + CELL), 255, 2)
    ink = written(mask, ["5 37"])
    foot = EDGE + 70
    cv2.line(ink, (EDGE + 2, foot), (EDGE + 2 * CELL - 2, foot), 255, 8)
    found = find_grid(ink, PEN)
    assert found is not None
    assert found.lines[EDGE, EDGE + 20] > 0
    assert not found.lines[foot - 3 : foot + 4, EDGE + 20 : EDGE + 80].any()


def test_lines_that_are_drawn_by_hand_waver() -> None:
    found = find_grid(written(*GRIDS["a table"]), PEN)
    assert found is not None
    assert not found.is_straight


@pytest.mark.parametrize(
    ("name", "text"),
    {
        "a table": "2 4 7\n8 3 5",
        "lines that cross, without a frame": "2 7\n9 3 5\n8 1",
        "a row of boxes": "24735",
    }.items(),
)
def test_what_is_written_in_a_grid_is_read(recognizer: Recognizer, name: str, text: str) -> None:
    assert recognizer.read_image(255 - written(*GRIDS[name])).text == text


def test_a_grid_on_paper_that_is_darker_at_a_side_is_read(recognizer: Recognizer) -> None:
    ink = cv2.GaussianBlur(written(*GRIDS["a table"]), (0, 0), 0.8).astype(np.float32)
    grain = np.random.default_rng(1).normal(0, 2, ink.shape)
    shade = np.linspace(0, 90, ink.shape[1])
    grey = np.clip(225 - shade - 0.5 * ink + grain, 0, 255).astype(np.uint8)
    assert recognizer.read_image(grey).text == "2 4 7\n8 3 5"


def test_cells_lie_between_the_lines() -> None:
    found = find_grid(written(*GRIDS["lines that cross, without a frame"]), PEN)
    assert found is not None
    assert len(found.rows) == 3
    for index, row in enumerate(found.rows):
        wanted = EDGE + CELL * np.arange(4)
        assert np.abs(np.array(row.bars) - wanted).max() < 3 * WAVE
        assert (row.top, row.bottom) == pytest.approx(wanted[index : index + 2], abs=3 * WAVE)


def test_printed_lines_are_straight() -> None:
    mask = written(blank(1, 3), ["247"])
    for column in range(3):
        left = EDGE + CELL * column
        cv2.rectangle(mask, (left, EDGE), (left + CELL, EDGE + CELL), 255, 3)
    found = find_grid(mask, 4.0)
    assert found is not None
    assert found.is_straight


def joined_fours() -> Mask:
    mask = written(blank(1, 2), ["44"])
    stroke(mask, np.array([[90, 116], [240, 115.0]]))
    return mask


NO_GRIDS: Final[dict[str, Mask]] = {
    "digits": written(blank(2, 5), ["14725", "80936"]),
    "fours that a bar joins": joined_fours(),
    "a frame around a dot": cv2.circle(grid(1, 1), (110, 110), 5, 255, -1).astype(np.uint8),
    "an empty grid": grid(2, 3),
    "nothing": blank(1, 1),
    "a sum's line that a 1 touches": cv2.line(
        written(blank(2, 3), ["124", "248"]), (50, 148), (380, 150), 255, PEN
    ).astype(np.uint8),
}


@pytest.mark.parametrize("name", NO_GRIDS)
def test_no_grid_is_seen_where_there_is_none(name: str) -> None:
    assert find_grid(NO_GRIDS[name], PEN) is None
