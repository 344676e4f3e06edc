"""Print of one tone is told from writing of another in pictures of even colours."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink import threshold
from app.ink.ink_map import InkMap
from app.ink.printed.tones import without_edges_of_rules, without_print
from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]  # (h, w, 3) RGB
Colour = tuple[int, int, int]

BLACK: Final = (0, 0, 0)


def write(picture: Picture, text: str, top: float, size: float, colour: Colour = BLACK) -> Picture:
    for index, digit in enumerate(text):
        strokes = placed(int(digit), 20 + 100 * index, top, size)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(picture, points, False, colour, 6, cv2.LINE_AA, 4)
    return picture


def page() -> Picture:
    return np.full((140, 440, 3), 255, np.uint8)


def boxes(colour: Colour, width: int = 2) -> Picture:
    picture = page()
    for left in range(15, 415, 100):
        cv2.rectangle(picture, (left, 15), (left + 90, 125), colour, width)
    return picture


def squares(colour: Colour) -> Picture:
    picture = page()
    for at in range(10, 440, 25):
        cv2.line(picture, (at, 0), (at, 140), colour, 2)
        cv2.line(picture, (0, at), (440, at), colour, 2)
    return picture


def writing(picture: Picture) -> InkMap | None:
    paper = np.full(3, 255, np.float32)
    ink = threshold.find(picture, paper)
    assert ink is not None
    return without_print(picture, ink, paper)


@pytest.mark.parametrize("colour", [(200, 120, 120), (120, 180, 140), (150, 150, 150)])
@pytest.mark.parametrize("draw", [boxes, squares])
def test_only_the_writing_is_left(draw: Callable[[Colour], Picture], colour: Colour) -> None:
    found = writing(write(draw(colour), "4725", 6, 130))
    alone = threshold.find(write(page(), "4725", 6, 130), np.full(3, 255, np.float32))
    assert found is not None
    assert alone is not None
    differing = cv2.countNonZero(cv2.bitwise_xor(found.mask, alone.mask))
    assert differing < 0.1 * cv2.countNonZero(alone.mask)


def test_soft_rules_are_print_although_they_are_nearer_to_the_writing() -> None:
    picture = page()
    for at, tone in ((10, 0), (70, 110), (130, 0)):  # the one in the middle is between two pixels
        picture[at : at + 2, 5:435] = tone
    for at in range(5, 436, 43):
        picture[10:132, at] = 0
        picture[10:132, at + 1] = 90
    found = writing(write(picture, "4725", 20, 46, (40, 60, 200)))
    assert found is not None
    assert cv2.connectedComponents(found.mask)[0] - 1 == 4


def test_soft_edges_of_straight_strokes_are_no_print() -> None:
    picture = page()
    for left in (60, 200):
        picture[20:120, left : left + 6] = 0
        picture[20:120, left + 6] = 65
    assert writing(picture) is None


def test_the_pale_bar_of_a_digit_in_a_bitmap_is_no_print() -> None:
    """Its pen is as wide as a rule, and the bar as straight as one."""
    picture = np.full((28, 28, 3), 255, np.uint8)
    picture[4:6, 5:20] = 100
    for row in range(6, 26):
        picture[row, 20 - (row - 6) // 2] = 0
    assert writing(picture) is None


@pytest.mark.parametrize("picture", [boxes(BLACK), write(page(), "4725", 20, 100)])
def test_ink_of_one_tone_is_left_as_it_is(picture: Picture) -> None:
    assert writing(picture) is None


@pytest.mark.parametrize(
    ("corners", "width"),
    [([(330, 32), (330, 96)], 6), ([(270, 35), (370, 35), (340, 115)], 28)],  # a 1 and a broad 7
)
def test_digits_of_straight_strokes_in_another_colour_are_no_print(
    corners: list[tuple[int, int]], width: int
) -> None:
    picture = write(page(), "25", 20, 100)
    cv2.polylines(picture, [np.array(corners, np.int32)], False, (160, 30, 30), width)
    assert writing(picture) is None


def test_printed_letters_before_a_grey_rule_are_left_out() -> None:
    picture = page()
    cv2.line(picture, (10, 125), (430, 125), (150, 150, 150), 4)
    for left in (14, 124, 214):  # letters darker than the rule, and thicker than a soft edge
        cv2.rectangle(picture, (left, 105), (left + 6, 120), (90, 90, 90), -1)
    found = writing(write(picture, "4725", 6, 90, (30, 40, 130)))
    assert found is not None
    _, _, stats, _ = cv2.connectedComponentsWithStats(found.mask)
    assert len(stats) - 1 == 4
    assert stats[1:, cv2.CC_STAT_HEIGHT].min() > 70


def test_digits_that_touch_grey_boxes_are_read(recognizer: Recognizer) -> None:
    picture = write(boxes((150, 150, 150)), "4725", 6, 130)
    assert recognizer.read_image(picture).text == "4725"


def test_digits_of_every_grey_between_grey_separators_are_kept() -> None:
    """As those of MNIST side by side: few of their pixels have exactly the commonest tone."""
    picture = np.zeros((140, 440, 3), np.uint8)
    write(picture, "4725", 20, 100, (255, 255, 255))
    broad = cv2.GaussianBlur(cv2.dilate(picture, np.ones((9, 9), np.uint8)), (0, 0), 2)
    faded = np.where(np.arange(440) < 310, 1.0, 0.85)[:, None]
    tiles = (broad * faded).astype(np.uint8)
    for at in range(10, 440, 100):
        tiles[:, at : at + 6] = 128
    tiles[:6], tiles[-6:] = 128, 128
    paper = np.zeros(3, np.float32)
    ink = threshold.find(tiles, paper)
    assert ink is not None
    found = without_print(tiles, ink, paper)
    assert found is not None
    assert cv2.connectedComponents(found.mask)[0] - 1 == 4
    assert not found.mask[:, 10:12].any()


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_line_of_one_pixel_in_a_large_drawing_is_whole(is_dark: bool) -> None:
    paper, pen = (0, 255) if is_dark else (255, 0)
    picture = np.full((1400, 2500, 3), paper, np.uint8)
    for stroke in placed(3, 700, 300, 800):
        cv2.polylines(picture, [np.round(stroke).astype(np.int32)], False, (pen,) * 3, 1)
    ink = threshold.find(picture, np.full(3, paper, np.float32))
    assert ink is not None
    assert cv2.connectedComponents(ink.mask)[0] - 1 == 1


def drawn_on_rules(width: int) -> tuple[InkMap, InkMap]:
    """A stroke across rules of this many pixels, with and without the rules' ink."""
    mask = np.zeros((200, 200), np.uint8)
    mask[20:180, 90:100] = 255
    unruled = mask.copy()
    for row in (50, 100, 150):
        mask[row : row + width] = 255
        unruled[row : row + width] = 0
    return InkMap(mask, mask, 0.0, 0.0, 1.0), InkMap(unruled, unruled, 0.0, 0.0, 1.0)


def test_the_soft_edges_of_rules_are_no_writing() -> None:
    written, unruled = drawn_on_rules(width=4)
    assert not without_edges_of_rules(written, unruled).mask[:, :80].any()


def test_strokes_stay_whole_where_the_rules_had_another_colour() -> None:
    _, unruled = drawn_on_rules(width=4)
    whole = np.zeros((200, 200), np.uint8)
    whole[20:180, 90:100] = 255
    written = InkMap(whole, whole, 0.0, 0.0, 1.0)
    assert without_edges_of_rules(written, unruled) is written
