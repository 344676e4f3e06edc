"""Printed words look more like print than written ones."""

from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.segmentation.print_likeness import print_likeness
from app.strip import of_ink

LETTERS: Final = (
    ((0, 0), (0, 10)),  # l
    ((0, 4), (0, 10), (0, 6), (2, 4), (4, 4), (5, 6), (5, 10)),  # n
    ((0, 4), (0, 8), (2, 10), (3, 10), (5, 8), (5, 4)),  # u
    ((0, 0), (0, 10), (0, 6), (3, 4), (5, 6), (5, 10)),  # h
    ((0, 4), (0, 14), (0, 4), (4, 4), (5, 7), (4, 10), (0, 10)),  # p
)


def drawn(lines: list[NDArray[np.float64]]) -> NDArray[np.uint8]:
    """The strip of lines (n, 2), of letters about 40 pixels high."""
    width = max(float(line[:, 0].max()) for line in lines)
    ink = np.zeros((120, int(width) + 20), np.uint8)
    fine = [np.round(line * 16).astype(np.int32) for line in lines]
    cv2.polylines(ink, fine, False, 255, 4, cv2.LINE_AA, 4)
    return of_ink(ink).pixels


def printed(slant: float, slope: float = 0.0) -> NDArray[np.uint8]:
    """A word of seven letters with straight strokes. slant: of the letters. slope: of the line."""
    lines, x = [], 20.0
    for index in range(7):
        points = np.array(LETTERS[index % len(LETTERS)], np.float64) * 4
        points[:, 0] += slant * (40 - points[:, 1]) + x
        x = points[:, 0].max() + 12
        points[:, 1] += 20 + slope * points[:, 0]
        lines.append(points)
    return drawn(lines)


def written() -> NDArray[np.uint8]:
    """Seven loops in one stroke, which are not equally high."""
    turns = np.linspace(0, 14 * np.pi, 400)
    heights = np.interp(turns, np.linspace(0, 14 * np.pi, 8), [15, 22, 14, 25, 17, 13, 24, 16])
    x = 30 + 5 * turns + 10 * np.sin(turns)
    y = 60 + np.cos(turns) * heights + 4 * np.sin(turns / 5)
    return drawn([np.stack([x, y], axis=1)])


@pytest.mark.parametrize("slant", [0.0, 0.2])  # upright and in italics
def test_letters_with_parallel_strokes_on_a_line_look_like_print(slant: float) -> None:
    assert print_likeness(printed(slant)) > 0.4


def test_a_sloping_line_of_print_looks_like_print() -> None:
    assert print_likeness(printed(0.0, slope=0.04)) > 0.4


def test_loops_of_a_pen_do_not() -> None:
    assert print_likeness(written()) < -0.4


def test_an_empty_strip_is_no_print() -> None:
    assert print_likeness(np.zeros((48, 40), np.uint8)) < 0
