"""Outlines that are drawn around numbers are found, and strokes of digits are not."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.marked.frames import find_frames
from app.recognizer import Recognizer
from tests.support.drawings import placed

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Draw = Callable[[Mask], None]
PEN: Final = 4
HEIGHT: Final = 60  # of digits in a blank mask, from y = 70 on
BOX: Final = ((60, 40), (340, 160))  # around them


def blank() -> Mask:
    return np.zeros((200, 400), np.uint8)


def digits(text: str, left: int = 100, pitch: int = 50, top: int = 70) -> Mask:
    mask = blank()
    for index, digit in enumerate(text):
        for stroke in placed(int(digit), left + pitch * index, top, HEIGHT):
            line(mask, stroke)
    return mask


def line(mask: Mask, points: NDArray[np.float64] | list[tuple[int, int]]) -> None:
    corners = np.round(np.asarray(points, np.float64) * 16).astype(np.int32)
    cv2.polylines(mask, [corners], False, 255, PEN, cv2.LINE_8, 4)


def ellipse(mask: Mask, middle: tuple[int, int] = (200, 100), degrees: int = 350) -> None:
    """A closed ellipse, or one whose ends don't meet."""
    cv2.ellipse(mask, middle, (170, 80), 0, 20, 20 + degrees, 255, PEN)


def circle(mask: Mask) -> None:
    cv2.circle(mask, (130, 100), 60, 255, PEN)


def box(mask: Mask) -> None:
    cv2.rectangle(mask, *BOX, 255, PEN)


def slanted_box(mask: Mask) -> None:
    line(mask, [(70, 45), (345, 30), (335, 155), (62, 168), (70, 42)])


def four_strokes(mask: Mask) -> None:
    """A box whose sides don't meet at its corners."""
    line(mask, [(68, 40), (332, 40)])
    line(mask, [(68, 160), (332, 160)])
    line(mask, [(60, 48), (60, 152)])
    line(mask, [(340, 48), (340, 152)])


def narrow_box(mask: Mask) -> None:
    cv2.rectangle(mask, (95, 40), (165, 160), 255, PEN)


def brackets(mask: Mask) -> None:
    for left, start in ((105, 110), (235, -70)):
        cv2.ellipse(mask, (left, 100), (25, 50), 0, start, start + 140, 255, PEN)


def beyond_the_edge(mask: Mask) -> None:
    cv2.circle(mask, (150, 115), 90, 255, PEN)


FRAMED: Final[dict[str, tuple[Mask, Draw]]] = {
    "an ellipse": (digits("138"), ellipse),
    "an ellipse whose ends don't meet": (digits("4278"), lambda mask: ellipse(mask, degrees=340)),
    "a box": (digits("1000"), box),
    "a slanted box": (digits("1001"), slanted_box),
    "a box of four strokes": (digits("16"), four_strokes),
    "a circle that the picture's edge cuts": (digits("17", left=95), beyond_the_edge),
    "a circle around a 2": (digits("2"), circle),
    "a circle around a 1": (digits("1"), circle),
    "a narrow box around a 1": (digits("1"), narrow_box),
    "a circle beside a number": (
        cv2.bitwise_or(digits("2"), digits("47", left=260)).astype(np.uint8),
        circle,
    ),
}


def zero_around(points: list[tuple[int, int]]) -> Mask:
    mask = blank()
    cv2.ellipse(mask, (200, 100), (38, 60), 0, 0, 360, 255, PEN)
    line(mask, points)
    return mask


def with_speck(text: str, at: tuple[int, int]) -> Mask:
    mask = digits(text)
    assert mask[at[1], at[0]] == 0
    cv2.circle(mask, at, 2, 255, -1)
    return mask


def with_brackets(mask: Mask) -> Mask:
    brackets(mask)
    return mask


NOT_FRAMED: Final[dict[str, Mask]] = {
    "a zero with a dot": zero_around([(200, 96), (200, 104)]),
    "a zero with a blot": zero_around([(190, 90), (206, 90), (190, 106), (206, 106), (190, 115)]),
    "a zero with a slash": zero_around([(186, 130), (214, 70)]),
    "a zero with an upright slash": zero_around([(200, 125), (200, 75)]),
    "a zero with a cross stroke": zero_around([(178, 100), (222, 100)]),
    "an eight with a speck": with_speck("8", (131, 110)),
    "a six with a speck": with_speck("6", (130, 113)),
    "a nine with a speck": with_speck("9", (130, 88)),
    "brackets": with_brackets(digits("12", left=120)),
    "brackets around a 1": with_brackets(digits("1", left=140)),
    "ones beside zeros": digits("1001"),
    "a number": digits("100"),
    "a box without writing": np.asarray(cv2.rectangle(blank(), *BOX, 255, PEN), np.uint8),
}


def overlapping(mask: Mask) -> None:
    """An ellipse whose ends lie beside each other."""
    turns = np.linspace(0, 1.2, 90)[:, None]
    reach = np.array([170, 80]) * (1 - 0.08 * turns)
    angles = 2 * np.pi * turns
    line(mask, (200, 100) + reach * np.hstack([np.cos(angles), np.sin(angles)]))


def test_the_overlapping_ends_of_a_frame_belong_to_it() -> None:
    ink, frame = digits("138"), blank()
    overlapping(frame)
    dark = np.maximum(ink, frame)
    assert (find_frames(dark, dark)[frame > 0] > 0).mean() > 0.95


def test_a_digit_that_touches_a_circle_on_a_screen_is_read(recognizer: Recognizer) -> None:
    ink = digits("138", left=130)
    line(ink, [(118, 46), (118, 140)])
    cv2.ellipse(ink, (185, 100), (105, 75), 0, 0, 360, 255, PEN)
    assert recognizer.read_image(255 - ink).text == "1138"


@pytest.mark.parametrize("name", FRAMED)
def test_a_frame_is_found_and_its_digits_are_not(name: str) -> None:
    writing, draw = FRAMED[name]
    frame = blank()
    draw(frame)
    seen = cv2.bitwise_or(writing, frame).astype(np.uint8)
    assert np.array_equal(find_frames(seen, seen), frame)


@pytest.mark.parametrize("name", NOT_FRAMED)
def test_strokes_are_not_a_frame(name: str) -> None:
    assert not find_frames(NOT_FRAMED[name], NOT_FRAMED[name]).any()


def test_a_frame_is_found_where_a_part_of_it_is_taken_for_a_one() -> None:
    """The segmenter sees the left side of a box alone."""
    writing = digits("1000")
    frame = blank()
    box(frame)
    seen = writing.copy()
    line(seen, [(60, 60), (60, 140)])
    dark = cv2.bitwise_or(writing, frame).astype(np.uint8)
    assert np.array_equal(find_frames(dark, seen), frame)


def test_a_digit_that_touches_a_frame_keeps_its_ink() -> None:
    """The 7 goes through the lower side of the box."""
    seen = digits("138", left=90)
    box(seen)
    line(seen, [(270, 75), (310, 75), (285, 165)])
    frames = find_frames(seen, seen)
    rest = np.where(frames > 0, 0, seen).astype(np.uint8)
    assert rest[140:163, 280:300].any()  # the end of the 7
    assert not rest[:60].any()
    assert not rest[:, :75].any()
    assert not rest[:, 330:].any()


def photographed(mask: Mask, pen: int = 110) -> NDArray[np.uint8]:
    """The ink on grey paper with a sensor's noise, uint8 (h, w, 3)."""
    grain = np.random.default_rng(3).standard_normal(mask.shape) * 3
    soft = cv2.GaussianBlur(mask, (0, 0), 0.8) / 255
    grey = np.clip(200 + grain - pen * soft, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize("draw", [ellipse, box, slanted_box, four_strokes])
@pytest.mark.parametrize("is_photograph", [True, False], ids=["photograph", "drawing"])
def test_a_framed_number_is_read_without_its_frame(draw: Draw, is_photograph: bool) -> None:
    mask = digits("1352")
    draw(mask)
    drawing = np.repeat(255 - mask[..., None], 3, axis=2).astype(np.uint8)
    picture = photographed(mask) if is_photograph else drawing
    assert Recognizer().read_image(picture).text == "1352"


def test_numbers_in_brackets_keep_them() -> None:
    mask = digits("25", left=120)
    brackets(mask)
    assert Recognizer().read_image(photographed(mask)).text == "(25)"
