"""Lines from edge to edge of a picture are dropped, and digits that touch its edges are not."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink import threshold
from app.ink.ink_map import InkMap
from app.ink.printed.borders import without_borders, without_lines_across
from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]
Line = tuple[int, int, int, int]  # x and y of both ends
BLACK = (0, 0, 0)


def paper(height: int, width: int, lines: tuple[Line, ...] = (), thick: int = 2) -> Picture:
    """White paper (h, w, 3) with black lines."""
    picture = np.full((height, width, 3), 255, np.uint8)
    for left, top, right, bottom in lines:
        cv2.line(picture, (left, top), (right, bottom), BLACK, thick)
    return picture


def write(picture: Picture, digits: str, left: int, top: int, size: int, pen: int) -> Picture:
    """The picture with digits from left to right."""
    for index, digit in enumerate(digits):
        strokes = placed(int(digit), left + round(0.85 * size * index), top, size)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(picture, points, False, BLACK, pen, cv2.LINE_AA, 4)
    return picture


def tight(picture: Picture) -> Picture:
    """The picture cropped to its ink."""
    x, y, width, height = cv2.boundingRect((picture[..., 0] < 128).astype(np.uint8))
    return np.ascontiguousarray(picture[y : y + height, x : x + width])


@pytest.mark.parametrize("thick", [1, 2, 3])
@pytest.mark.parametrize(
    "lines",
    [
        ((0, 1, 40, 1), (38, 0, 38, 40)),  # a corner, which looks like a 7
        ((1, 0, 1, 40),),  # one line, which looks like a 1
        ((0, 38, 40, 38),),
        ((0, 38, 40, 38), (1, 0, 1, 40)),
    ],
)
def test_the_border_of_an_empty_cell_is_no_digit(
    recognizer: Recognizer, lines: tuple[Line, ...], thick: int
) -> None:
    assert recognizer.read_image(paper(40, 40, lines, thick)).text == ""


@pytest.mark.parametrize("pen", [3, 5, 9])
@pytest.mark.parametrize("digits", ["1", "7", "17", "714"])
def test_tightly_cropped_digits_stay(recognizer: Recognizer, digits: str, pen: int) -> None:
    assert recognizer.read_image(tight(write(paper(90, 300), digits, 10, 10, 60, pen))).text == (
        digits
    )


@pytest.mark.parametrize(
    "lines",
    [
        ((20, 0, 22, 160),),  # a margin at the left
        ((20, 0, 20, 160), (380, 0, 380, 160)),  # at both sides
        ((0, 30, 400, 30), (0, 140, 400, 140), (30, 0, 30, 160)),  # a margin of ruled paper
        ((0, 20, 12, 160),),  # the sheet's rim, across a corner
        ((399, 0, 399, 160), (0, 159, 400, 159)),  # a border on two sides
    ],
)
def test_lines_from_edge_to_edge_are_no_digits(
    recognizer: Recognizer, lines: tuple[Line, ...]
) -> None:
    picture = write(paper(160, 400, lines, 3), "5283", 90, 45, 70, 5)
    assert recognizer.read_image(picture).text == "5283"


@pytest.mark.parametrize("scale, left", [(1.0, 0), (0.5, 0), (0.5, 10)])
def test_a_line_is_cut_off_by_the_picture_and_not_by_the_map(scale: float, left: int) -> None:
    mask = np.zeros((100, 200), np.uint8)
    mask[:, 10:13] = 255
    mask[40:70, 60:80] = mask[40:70, 100:120] = 255
    ink = InkMap(mask, mask, left, 0.0, scale)
    height, width = round(100 / scale), left + round(200 / scale)
    assert not without_lines_across(ink, (height, width))[:, :20].any()
    assert without_lines_across(ink, (height + 40, width))[:, :20].all(axis=0).any()


def test_a_frame_is_no_border() -> None:
    mask = np.zeros((60, 60), np.uint8)
    cv2.rectangle(mask, (1, 1), (58, 58), 255, 2)
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0)
    assert without_borders(ink) is ink


@pytest.mark.parametrize(
    "lines", [((0, 0, 0, 48), (0, 47, 48, 47)), ((0, 0, 48, 0), (0, 0, 0, 48), (0, 47, 48, 47))]
)
def test_a_wide_black_border_is_no_paper(recognizer: Recognizer, lines: tuple[Line, ...]) -> None:
    picture = write(paper(48, 48, lines, 9), "8", 14, 8, 32, 4)
    level, inverted = threshold.paper(picture), threshold.paper(255 - picture)
    assert level is not None
    assert inverted is not None
    assert (level.tolist(), inverted.tolist()) == ([255, 255, 255], [0, 0, 0])
    assert recognizer.read_image(picture).text == "8"


@pytest.mark.parametrize("side", [36, 44])
@pytest.mark.parametrize("digit", "2369")
def test_a_digit_beside_the_rules_of_its_cell_is_read_alone(
    recognizer: Recognizer, digit: str, side: int
) -> None:
    """The rules cross, and are wider than the pen."""
    rules = (4, 0, 4, side), (0, side - 5, side, side - 5)
    cell = write(paper(side, side, rules, 5), digit, 5, round(0.18 * side), round(0.62 * side), 2)
    assert recognizer.read_image(cell).text == digit


def test_a_1_at_the_side_of_a_tight_crop_stays() -> None:
    mask = np.zeros((60, 110), np.uint8)
    cv2.ellipse(mask, (25, 30), (22, 27), 0, 0, 360, 255, 5)
    cv2.line(mask, (105, 3), (105, 57), 255, 5)
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0)
    assert without_borders(ink) is ink
    assert without_lines_across(ink, mask.shape) is mask


@pytest.mark.parametrize("end", [54, 84])
def test_a_margin_that_an_erased_rule_has_cut_is_one_line(end: int) -> None:
    writing = np.zeros((100, 200), np.uint8)
    writing[40:70, 60:80] = writing[40:70, 100:120] = 255
    mask = writing.copy()
    mask[:, 10:13] = 255
    mask[end - 4 : end, 10:13] = 0
    for picture, expected in ((mask, writing), (mask.T, writing.T)):
        whole = np.ascontiguousarray(picture)
        kept = without_lines_across(InkMap(whole, whole, 0.0, 0.0, 1.0), whole.shape)
        np.testing.assert_array_equal(kept, expected)


def test_a_column_of_1s_from_edge_to_edge_stays() -> None:
    mask = np.zeros((200, 200), np.uint8)
    for top in range(0, 200, 42):
        mask[top : top + 32, 20:24] = 255
        mask[top : top + 32, 60:80] = 255
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0)
    assert without_lines_across(ink, mask.shape) is mask
