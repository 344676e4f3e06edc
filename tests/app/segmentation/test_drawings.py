"""What is read in drawings and stains is doubtful: holes, blobs, and what no digit looks like."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.segmentation.components import num_holes, slice_at
from app.segmentation.drawings import are_drawn
from app.segmentation.text_line import TextLine

LIKELY = np.array([[9.0, *[0.0] * 10]], np.float32)  # (1, 11): a 0
UNLIKELY = np.array([[5.0, *[0.0] * 9, 9.0]], np.float32)


def line(num_pieces: int, radius: int, holes: int, sliced: bool) -> TextLine:
    """A line of discs with this radius as glyphs, of which all but the first may be cut off."""
    glyph = np.zeros((28, 28), np.uint8)
    cv2.circle(glyph, (14, 14), radius, 255, -1)
    boxes = np.array([[20.0 * place, 0.0, 20.0 * place + 18, 40.0] for place in range(num_pieces)])
    are_sliced = np.array([False] + [sliced] * (num_pieces - 1), np.bool_)
    runs = [(place, place + 1) for place in range(num_pieces)]
    glyphs = np.stack([glyph] * num_pieces)
    return TextLine(boxes, are_sliced, runs, glyphs, num_holes=np.full(num_pieces, holes))


@pytest.mark.parametrize(
    "num_pieces, holes, sliced, expected",
    [
        (2, 7, True, [True, True]),  # a flower that was cut into two digits
        (2, 6, True, [False, False]),  # 88, which touch each other twice
        (1, 4, True, [True]),
        (3, 7, True, [False] * 3),
        (2, 2, False, [False, False]),
    ],
)
def test_marks_of_a_piece_with_many_holes_are_drawn(
    num_pieces: int, holes: int, sliced: bool, expected: list[bool]
) -> None:
    found = line(num_pieces, 2, holes, sliced)
    assert are_drawn(found, list(range(num_pieces)), np.repeat(LIKELY, num_pieces, 0)) == expected


@pytest.mark.parametrize("radius, expected", [(3, False), (6, True)])
def test_a_blob_is_no_line_of_a_pen(radius: int, expected: bool) -> None:
    assert are_drawn(line(1, radius, 0, False), [0], LIKELY) == [expected]


@pytest.mark.parametrize("sliced, expected", [(False, [True, True]), (True, [False, False])])
def test_whole_pieces_that_no_digit_looks_like_are_drawn(
    sliced: bool, expected: list[bool]
) -> None:
    assert are_drawn(line(2, 2, 0, sliced), [0, 1], np.repeat(UNLIKELY, 2, 0)) == expected


def rings(num_rings: int) -> NDArray[np.bool_]:
    """Rings beside each other that touch, and a gap of one pixel in the line of the first."""
    mask = np.zeros((60, 10 + 38 * num_rings), np.uint8)
    for place in range(num_rings):
        cv2.circle(mask, (24 + 38 * place, 30), 20, 1, 5)
    mask[30, 4] = 0
    return mask > 0


@pytest.mark.parametrize("num_rings", [1, 2, 7])
def test_holes_are_counted_without_gaps_of_the_pen(num_rings: int) -> None:
    assert num_holes(rings(num_rings)) == num_rings


def test_holes_are_those_of_the_piece_before_it_was_cut() -> None:
    mask = rings(3)
    height, width = mask.shape
    boxes = np.array([[0.0, 0.0, width, height]])
    parts = slice_at(mask.astype(np.int32), boxes, [0], [[0, width // 2, width]])
    assert parts.num_holes.tolist() == [3, 3]
    whole = slice_at(mask.astype(np.int32), boxes, [0], [[0, width]])
    assert whole.num_holes.tolist() == [0]
