"""Every input that is not an ordinary drawing has a defined result."""

import cv2
import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from app import glyph
from app.ink.image import find_ink
from app.ink.strokes import ink_glyph
from app.reading import UnreadableInput
from app.recognizer import Recognizer
from tests.support.drawings import DIGITS

NAN = float("nan")


def blank(value: int, *shape: int) -> NDArray[np.uint8]:
    return np.full(shape, value, np.uint8)


@pytest.mark.parametrize(
    "strokes",
    [
        [],  # nothing drawn
        [[]],  # a stroke without points
        [np.zeros((0, 2)), np.zeros((0, 2))],
    ],
)
def test_no_ink_is_a_reading_without_digits(
    recognizer: Recognizer, strokes: list[ArrayLike]
) -> None:
    reading = recognizer.read_ink(strokes)
    assert reading.text == ""
    assert reading.digits == ()


@pytest.mark.parametrize(
    "image",
    [
        blank(0, 50, 50),  # all black
        blank(255, 50, 50, 3),  # all white
        blank(0, 50, 50, 4),  # fully transparent
        blank(255, 50, 50, 4),  # opaque white
        blank(7, 1, 1),
        blank(9, 1, 30_000),
        np.dstack([np.indices((40, 40))[0].astype(np.uint8)] * 3 + [blank(0, 40, 40)]),  # hidden
        blank(100, 40, 40) + np.eye(40, dtype=np.uint8) * 10,  # fainter than ink
    ],
)
def test_no_contrast_is_a_reading_without_digits(
    recognizer: Recognizer, image: NDArray[np.uint8]
) -> None:
    assert recognizer.read_image(image).digits == ()


@pytest.mark.parametrize(
    "strokes",
    [
        [[[100, 100]]],  # one point
        [[[100, 100], [100, 100]]],  # a click without a move
        [[[100, 100], [101, 100.5]]],  # a finger that trembled
    ],
)
def test_a_tap_is_a_dot_in_the_middle(strokes: list[ArrayLike]) -> None:
    dot = ink_glyph(strokes)
    assert cv2.boundingRect((dot > 127).astype(np.uint8)) == (13, 13, 2, 2)


def test_a_blob_of_pixels_is_the_same_dot() -> None:
    image = blank(0, 200, 200)
    cv2.circle(image, (40, 160), 15, 255, -1)
    ink_and_box = find_ink(image)
    assert ink_and_box is not None
    assert np.array_equal(picture_glyph(image), ink_glyph([[[0, 0]]]))
    assert ink_and_box[1] == (25, 145, 31, 31)


@pytest.mark.parametrize(
    "points, wide, high",
    [
        ([[10, 50], [250, 50]], 20, 2),  # one horizontal line
        ([[50, 10], [50, 250]], 2, 20),  # a plain bar
    ],
)
def test_a_line_fills_the_box(points: list[list[int]], wide: int, high: int) -> None:
    _, _, width, height = cv2.boundingRect((ink_glyph([points]) > 127).astype(np.uint8))
    assert (width, height) == pytest.approx((wide, high), abs=1)


def test_a_stroke_outside_the_canvas_reads_as_inside(recognizer: Recognizer) -> None:
    inside = [stroke * 200 for stroke in DIGITS[7]]
    outside = [stroke - (900, 400) for stroke in inside]
    assert recognizer.read_ink(outside).text == recognizer.read_ink(inside).text == "7"
    x, y, width, height = recognizer.read_ink(outside).digits[0].box
    assert (x, y) == pytest.approx(np.concatenate(outside).min(axis=0))
    assert (width, height) == pytest.approx(np.ptp(np.concatenate(inside), axis=0))


@pytest.mark.parametrize(
    "strokes, message",
    [
        ([[[NAN, 1], [2, 3]]], "finite"),
        ([[[float("inf"), 1]]], "finite"),
        ([[[1e9, 0], [0, 0]]], "within"),
        ([[[1, 2, 3]]], r"\(n, 2\)"),
        ([[1, 2]], r"\(n, 2\)"),
        ([["a", "b"]], "numbers"),
        ([[[1, 2], [3]]], "numbers"),
        ([[{"x": 1, "y": 2}]], "numbers, got dict"),
        ([[[1, None]]], "finite"),
        ([[[10**400, 0]]], "no float64 can hold"),
        ("strokes", "sequence"),
        ({"strokes": []}, "sequence"),
        (None, "sequence"),
    ],
)
def test_values_that_are_not_strokes_are_refused(
    recognizer: Recognizer, strokes: object, message: str
) -> None:
    with pytest.raises(UnreadableInput, match=message):
        recognizer.read_ink(strokes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "image, message",
    [
        (blank(2, 10, 10).astype(np.float32), r"expected float32 pixels in \[0, 1\], got 2 to 2"),
        (np.full((10, 10), NAN), r"\[0, 1\], got nan"),
        (np.full((10, 10), -0.1), r"\[0, 1\], got -0.1"),
        (blank(0, 10, 10).astype(np.int64), "int64"),
        (b"no picture", "PNG"),
        ("no/such/file.png", "no/such/file.png: expected a readable file"),
        (blank(0, 10, 10).astype(np.uint16), "uint16"),
        (blank(0, 10), r"\(10,\)"),
        (blank(0, 10, 10, 2), r"\(10, 10, 2\)"),
        (blank(0, 0, 10), "0"),
        (np.broadcast_to(blank(0, 1, 1), (30_000, 30_000)), "30000 x 30000"),
        ([[0, 1]], "list"),
    ],
)
def test_values_that_are_not_images_are_refused(
    recognizer: Recognizer, image: object, message: str
) -> None:
    with pytest.raises(UnreadableInput, match=message):
        recognizer.read_image(image)  # type: ignore[arg-type]


def picture_glyph(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ink_and_box = find_ink(image)
    assert ink_and_box is not None
    return glyph.from_ink(ink_and_box[0])
