"""Lines that slope are levelled before they are read; layouts that only look sloped are not."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app import tilt
from app.reading import Digit
from app.recognizer import Recognizer
from tests.support.drawings import placed

STEEP = (-45, -30, -20, 20, 30, 45)  # degrees


def number(text: str, degrees: float) -> list[NDArray[np.float64]]:
    """Strokes of digits 80 pixels high, on a line that descends to the right by these degrees."""
    strokes = [
        stroke
        for index, digit in enumerate(text)
        for stroke in placed(int(digit), 75 * index, 0, 80)
    ]
    turn = cv2.getRotationMatrix2D((150, 40), -degrees, 1.0)
    return [stroke @ turn[:, :2].T + turn[:, 2] + (0, 150) for stroke in strokes]


def boxes(*rows: tuple[float, float, float, float]) -> NDArray[np.float64]:
    return np.array(rows, np.float64)


@pytest.mark.parametrize("degrees", STEEP)
def test_a_steep_line_of_strokes_is_read(recognizer: Recognizer, degrees: float) -> None:
    strokes = number("4725", degrees)
    reading = recognizer.read_ink(strokes)
    assert reading.text == "4725"
    x, y, width, height = reading.digits[3].box
    (left, top), (right, bottom) = (
        np.concatenate(strokes[-2:]).min(axis=0),
        np.concatenate(strokes[-2:]).max(axis=0),
    )
    assert (x + width / 2, y + height / 2) == pytest.approx(
        ((left + right) / 2, (top + bottom) / 2), abs=12
    )


@pytest.mark.parametrize("degrees", STEEP)
@pytest.mark.parametrize("colour", [None, 3])
def test_a_steep_line_in_a_picture_is_read(
    recognizer: Recognizer, degrees: float, colour: int | None
) -> None:
    shape = (420, 420) if colour is None else (420, 420, colour)
    picture = np.full(shape, 255, np.uint8)
    points = [np.round((stroke + 40) * 16).astype(np.int32) for stroke in number("4725", degrees)]
    cv2.polylines(picture, points, False, (0,) * (colour or 1), 6, cv2.LINE_AA, 4)
    reading = recognizer.read_image(picture)
    assert (reading.text, reading.turned) == ("4725", 0)
    (x, y, width, height) = reading.digits[0].box
    first = np.concatenate(points[:2]).mean(axis=0) / 16
    assert (x + width / 2, y + height / 2) == pytest.approx(first, abs=16)


@pytest.mark.parametrize(
    "marks, degrees",
    [
        (boxes((0, 0, 40, 60), (60, 30, 100, 90), (120, 60, 160, 120)), 26.6),
        (boxes((0, 60, 40, 120), (60, 30, 100, 90), (120, 0, 160, 60)), -26.6),
        (boxes((0, 0, 40, 60), (60, 4, 100, 64), (120, 8, 160, 68)), 0),  # hardly any slope
        (boxes((0, 0, 40, 60), (60, 30, 100, 90)), 0),  # two marks lie at any angle
        (boxes((0, 0, 40, 100), (60, 50, 95, 100), (120, 60, 150, 100)), 0),  # low zeros
        (boxes((0, 0, 40, 60), (0, 80, 40, 140), (0, 160, 40, 220)), 0),  # a column
        (boxes((0, 0, 20, 60), (10, 20, 30, 80), (20, 40, 40, 100)), 0),  # strokes of one digit
        (boxes((0, 0, 40, 60), (60, 70, 100, 130), (120, 0, 160, 60)), 0),  # up and down
    ],
)
def test_a_slope_is_that_of_a_line(marks: NDArray[np.float64], degrees: float) -> None:
    assert tilt.degrees_of(marks) == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("degrees", [0, 30])
@pytest.mark.parametrize("single", [False, True])
def test_fractions_of_a_page_are_read_as_pixels_are(
    recognizer: Recognizer, degrees: float, single: bool
) -> None:
    strokes = number("4" if single else "4725", degrees)
    side = float(np.concatenate(strokes).max())
    pixels = recognizer.read_ink([stroke / side * 1_000 for stroke in strokes], single)
    fractions = recognizer.read_ink([stroke / side for stroke in strokes], single)
    assert fractions.text == pixels.text == ("4" if single else "4725")
    assert fractions.confidence == pytest.approx(pixels.confidence, abs=1e-6)
    for in_page, in_pixels in zip(fractions.digits, pixels.digits, strict=True):
        assert in_page.box == pytest.approx(np.array(in_pixels.box) / 1_000, abs=1e-6)


def lines_of_marks(degrees: float, num_lines: int = 3) -> NDArray[np.float64]:
    """The boxes of lines of five marks of 40 x 60 pixels, a little uneven, on a sloping page."""
    turn = cv2.getRotationMatrix2D((0, 0), -degrees, 1.0)[:, :2]
    middles = [
        turn @ np.array([60 * column, 100 * line + 2 * (-1) ** column])
        for line in range(num_lines)
        for column in range(5)
    ]
    return np.array([[x - 20, y - 30, x + 20, y + 30] for x, y in middles])


@pytest.mark.parametrize("degrees", [-30, -15, -8, 8, 15, 30])
def test_the_slope_of_several_lines_is_found(degrees: float) -> None:
    assert tilt.degrees_of_lines(lines_of_marks(degrees)) == pytest.approx(degrees, abs=1.5)


@pytest.mark.parametrize(
    "marks",
    [
        lines_of_marks(0),
        lines_of_marks(3),  # hardly any slope
        lines_of_marks(20, 1),  # few marks
        lines_of_marks(0)[::5].repeat(2, axis=0),  # a column
        np.zeros((0, 4)),
    ],
)
def test_a_page_that_is_level_has_no_slope(marks: NDArray[np.float64]) -> None:
    assert tilt.degrees_of_lines(marks) == 0


@pytest.mark.parametrize("degrees", [-25, 10, 25])
def test_a_page_of_sloping_lines_is_read(recognizer: Recognizer, degrees: float) -> None:
    strokes = [
        stroke + np.array([0, 130 * line])
        for line, text in enumerate(("4725", "3948", "2637"))
        for stroke in number(text, 0)
    ]
    turn = cv2.getRotationMatrix2D((150, 280), -degrees, 1.0)
    points = [stroke @ turn[:, :2].T + turn[:, 2] + (150, 150) for stroke in strokes]
    picture = np.full((800, 700), 255, np.uint8)
    drawn = [np.round(each * 16).astype(np.int32) for each in points]
    cv2.polylines(picture, drawn, False, (0,), 6, cv2.LINE_AA, 4)
    assert recognizer.read_image(picture).text == "4725\n3948\n2637"


def test_the_boxes_of_a_levelled_picture_stay_within_it() -> None:
    way = np.array([[1.0, 0.0, -8.0], [0.0, 1.0, 70.0]])
    glyph = np.zeros((28, 28), np.uint8)
    digit = Digit(3, 0.9, np.full(10, 0.1, np.float32), (5.0, 5.0, 20.0, 30.0), glyph)
    (free,) = tilt.moved([digit], way)
    assert free.box == (-3.0, 75.0, 20.0, 30.0)
    (bounded,) = tilt.moved([digit], way, (100, 200))
    assert bounded.box == (0.0, 75.0, 17.0, 25.0)
