"""Screenshots of phones: what their bars show is not taken for writing."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.screens.interface import is_between_bars, without_interface, without_tinted_bars
from app.recognizer import Recognizer
from tests.support.drawings import placed


def phone(
    digits: str, paper: int, tint: int, width: int = 540, height: int = 960, bar: float = 0.9
) -> NDArray[np.uint8]:
    """A time, a word, a number below them, and five round buttons in a bar: uint8 (h, w, 3).

    bar: where the bar begins, as a share of the height.
    """
    screen = np.full((height, width, 3), paper, np.uint8)
    ink = (255 - paper,) * 3
    screen[round(bar * height) :] = tint
    cv2.putText(screen, "9:41", (20, 30), 0, 0.6, ink, 1, cv2.LINE_AA)
    cv2.putText(screen, "Notes", (20, 80), 0, 0.6, (220, 150, 30), 1, cv2.LINE_AA)
    for index in range(5):
        middle = (60 + 100 * index, round((bar + 0.05) * height))
        cv2.circle(screen, middle, 22, ink, 2, cv2.LINE_AA)
    for index, digit in enumerate(digits):
        strokes = placed(int(digit), 40 + 95 * index, 0.35 * height, 110)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(screen, points, False, ink, 7, cv2.LINE_AA, 4)
    return screen


@pytest.mark.parametrize(
    "digits, paper, tint",
    [
        ("4725", 255, 255),  # bars as white as the paper
        ("4725", 255, 240),  # a grey one
        ("362", 0, 0),  # a dark screen
        ("362", 0, 30),
    ],
)
def test_only_the_drawing_is_read(
    recognizer: Recognizer, digits: str, paper: int, tint: int
) -> None:
    assert recognizer.read_image(phone(digits, paper, tint)).text == digits


@pytest.mark.parametrize("digits, paper", [("29", 255), ("4725", 255), ("362", 0)])
def test_a_printed_title_and_the_bars_are_left_out(
    recognizer: Recognizer, digits: str, paper: int
) -> None:
    screen = phone(digits, paper, paper)
    cv2.putText(screen, "Untitled note", (20, 150), 0, 1.0, (255 - paper,) * 3, 2, cv2.LINE_AA)
    assert recognizer.read_image(screen).text == digits


@pytest.mark.parametrize("paper, tint", [(255, 240), (0, 30)])
def test_a_high_tinted_bar_is_not_read(recognizer: Recognizer, paper: int, tint: int) -> None:
    assert recognizer.read_image(phone("4725", paper, tint, bar=0.75)).text == "4725"


@pytest.mark.parametrize(
    "shape, top, is_kept",
    [
        ((960, 540), 20, False),  # in the bar of a phone's screen
        ((960, 540), 200, True),  # below it
        ((960, 620), 20, True),  # too wide for a phone's screen
        ((1440, 1080), 20, False),  # along a tablet's upper edge
        ((1080, 1440), 20, False),
        ((1440, 1080), 60, True),  # below it
        ((480, 270), 20, True),  # too small for a phone's screen
    ],
)
def test_small_ink_is_dropped_in_bars_alone(
    shape: tuple[int, int], top: int, is_kept: bool
) -> None:
    mask = np.zeros(shape, np.uint8)
    mask[300:400, 50:110] = 255
    mask[top : top + 20, 60:80] = 255
    kept = without_interface(InkMap(mask, mask, 0.0, 0.0, 1.0), shape[1]).mask
    assert bool(kept[top, 60]) is is_kept
    assert kept[300, 50] == 255


def test_a_first_line_as_high_as_the_others_is_kept() -> None:
    mask = np.zeros((960, 540), np.uint8)
    mask[300:400, 50:110] = mask[20:110, 50:110] = 255
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0)
    assert without_interface(ink, 540) is ink


def test_a_photograph_is_left_as_it_is() -> None:
    noise = np.random.default_rng(0).integers(120, 200, (960, 540, 3)).astype(np.uint8)
    assert without_tinted_bars(noise) is noise


@pytest.mark.parametrize(
    "area, expected",
    [
        ((0, 0, 538, 859), True),  # above a tinted bar
        ((0, 110, 540, 870), True),
        ((0, 0, 538, 500), False),  # above something larger than a bar
        ((60, 110, 480, 870), False),  # a canvas
    ],
)
def test_all_of_a_phones_screen_but_its_bars_is_no_canvas(
    area: tuple[int, int, int, int], expected: bool
) -> None:
    assert is_between_bars(area, (960, 540, 3)) is expected
    assert not is_between_bars(area, (960, 900, 3))


def test_the_text_above_the_drawing_is_not_read_where_the_lower_bar_is_tinted(
    recognizer: Recognizer,
) -> None:
    assert recognizer.read_image(phone("472", 250, 232, bar=0.896)).text == "472"
