"""Screenshots of drawing programs: the canvas is read, and not what lies around it."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.screens.canvas import find_canvas
from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
WHITE, BLACK, GREY, DARK = (255,) * 3, (0,) * 3, (212, 208, 200), (36, 36, 40)
CANVAS = (40, 120, 640, 480)  # left, top, right, bottom


def program(around: Colour, paper: Colour, text: str = "", canvas: object = CANVAS) -> Picture:
    """A window (600, 800, 3) with tools above and a palette below a canvas with a number."""
    left, top, right, bottom = np.array(canvas).tolist()
    window = np.full((600, 800, 3), around, np.uint8)
    window[top:bottom, left:right] = paper
    for index in range(5):
        cv2.rectangle(window, (50 + 50 * index, 40), (90 + 50 * index, 80), (110, 110, 110), 2)
        cv2.circle(window, (80 + 90 * index, 540), 16, (200, 40 * index, 60), -1, cv2.LINE_AA)
    ink = tuple(255 - level for level in paper)
    for index, digit in enumerate(text):
        strokes = placed(int(digit), left + 60 + 110 * index, top + 100, 140)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(window, points, False, ink, 9, cv2.LINE_AA, 4)
    return window


@pytest.mark.parametrize(
    "around, paper",
    [
        (GREY, WHITE),  # a paint program
        (BLACK, DARK),  # an app in dark mode
        (DARK, WHITE),
        (WHITE, BLACK),
    ],
)
def test_only_the_canvas_is_read(recognizer: Recognizer, around: Colour, paper: Colour) -> None:
    reading = recognizer.read_image(program(around, paper, "4725"))
    assert reading.text == "4725"
    x, y, width, height = reading.digits[0].box
    strokes = np.concatenate(placed(4, 100, 220, 140))
    middle = (strokes.min(axis=0) + strokes.max(axis=0)) / 2
    assert (x + width / 2, y + height / 2) == pytest.approx(middle, abs=4)


def grain(image: Picture) -> Picture:
    noise = np.random.default_rng(0).normal(0, 4, image.shape)
    return (image + noise).clip(0, 255).astype(np.uint8)


def disc() -> Picture:
    window = program(GREY, GREY)
    cv2.circle(window, (400, 300), 250, WHITE, -1)
    return window


def titled(height: int) -> Picture:
    """A window with a white title bar of so many pixels and a white canvas."""
    window = program(GREY, WHITE)
    window[:height] = WHITE
    return window


def form() -> Picture:
    """A black frame on white paper."""
    window = np.full((600, 800, 3), WHITE, np.uint8)
    cv2.rectangle(window, CANVAS[:2], CANVAS[2:], BLACK, 3)
    return window


@pytest.mark.parametrize(
    "picture, expected",
    [
        (program(GREY, WHITE), CANVAS),
        (program(GREY, WHITE, "4725"), CANVAS),
        (program(GREY, WHITE, canvas=(0, 0, 800, 480)), (0, 0, 800, 480)),  # along three sides
        (np.pad(program(GREY, WHITE), ((30, 0), (0, 0), (0, 0))), (40, 150, 640, 510)),
        (titled(28), CANVAS),
        (titled(110), CANVAS),
        (program(GREY, WHITE, canvas=(40, 120, 300, 300)), None),  # too small
        (program(WHITE, WHITE, "4725"), None),  # all is paper
        (form(), None),  # the paper goes on behind the frame
        (disc(), None),
        (grain(program(GREY, WHITE)), None),  # a photograph
        (program(GREY, WHITE)[300:440, 100:300], None),  # all canvas
        # Two levels in equal shares, of which neither is near the median.
        (np.tile(np.array([[0, 6], [6, 0]], np.uint8), (100, 100))[..., None], None),
    ],
)
def test_a_canvas_is_a_large_even_rectangle(
    picture: Picture, expected: tuple[int, int, int, int] | None
) -> None:
    box = find_canvas(picture)
    assert box is None if expected is None else box == pytest.approx(expected, abs=2)


def sheet(text: str = "4725") -> Picture:
    """A number on white paper: (300, 620, 3)."""
    return np.ascontiguousarray(program(WHITE, WHITE, text)[150:450, 60:680])


def shaded(part: tuple[slice, slice], share: float) -> Picture:
    """A sheet of which a part is darker."""
    picture = sheet()
    picture[part] = picture[part] * share
    return picture


def folded() -> Picture:
    """A sheet with an upright fold through a digit, behind which it is a little darker."""
    columns = np.arange(620)[None, :, None]
    fold = 1 - 0.25 * np.exp(-(((columns - 230) / 3) ** 2)) - 0.05 * (columns > 230)
    return (sheet() * fold).astype(np.uint8)


ALL = slice(None)


@pytest.mark.parametrize(
    "picture",
    [
        shaded((ALL, slice(0, 180)), 0.93),  # between two digits
        shaded((ALL, slice(150, 620)), 0.93),  # through a digit
        shaded((slice(130, 300), ALL), 0.9),
        shaded((ALL, slice(0, 60)), 0.95),  # beside the number: nothing is from a screen
        folded(),
    ],
)
def test_a_part_of_a_sheet_is_no_canvas(recognizer: Recognizer, picture: Picture) -> None:
    assert find_canvas(picture) is None
    assert recognizer.read_image(picture).text == "4725"


def web_page(around: Colour, paper: Colour, text: str) -> Picture:
    """A page (600, 800, 3) with a title, a canvas with a number, buttons and what was predicted."""
    window = program(around, paper, text, canvas=(60, 120, 320, 380))
    window[:110], window[400:] = around, around
    cv2.putText(window, "Draw a digit", (60, 70), 0, 1.0, BLACK, 2, cv2.LINE_AA)
    cv2.putText(window, "Prediction: 5", (380, 160), 0, 0.8, BLACK, 2, cv2.LINE_AA)
    cv2.rectangle(window, (60, 400), (160, 440), (40, 110, 230), -1)
    cv2.putText(window, "Clear", (74, 427), 0, 0.65, WHITE, 1, cv2.LINE_AA)
    return window


@pytest.mark.parametrize("around, paper", [(WHITE, BLACK), (GREY, WHITE)])
def test_a_small_canvas_on_a_web_page_is_read_alone(
    recognizer: Recognizer, around: Colour, paper: Colour
) -> None:
    page = web_page(around, paper, "7")
    canvas = find_canvas(page)
    assert canvas is not None
    np.testing.assert_allclose(canvas, (60, 120, 320, 380), atol=4)
    assert recognizer.read_image(page).text == "7"


def test_a_button_with_lower_ink_than_there_is_around_it_is_no_canvas() -> None:
    page = np.full((600, 800, 3), 255, np.uint8)
    page[200:400, 40:240] = (40, 110, 230)
    cv2.putText(page, "A", (110, 330), 0, 3.0, WHITE, 6, cv2.LINE_AA)
    for index, digit in enumerate("47"):
        strokes = placed(int(digit), 320 + 200 * index, 180, 240)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(page, points, False, BLACK, 12, cv2.LINE_AA, 4)
    assert find_canvas(page) is None


def test_several_pictures_on_a_page_are_no_canvas() -> None:
    page = np.full((600, 800, 3), 255, np.uint8)
    for left in (60, 300, 540):
        page[200:400, left : left + 200] = 0
        points = [np.round(s * 16).astype(np.int32) for s in placed(3, left + 40, 230, 140)]
        cv2.polylines(page, points, False, WHITE, 9, cv2.LINE_AA, 4)
    assert find_canvas(page) is None
