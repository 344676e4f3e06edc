"""Numbers that a stroke goes through are crossed out, and joined digits are not."""

from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.marked.struck import are_struck
from app.recognizer import Recognizer
from app.segmentation.components import connected_components
from tests.support.drawings import placed

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Stroke = tuple[tuple[int, int], tuple[int, int]]
PEN: Final = 5


def written(digits: str, *strokes: Stroke, left: int = 60) -> Mask:
    """Digits of 80 pixels, from y = 60 on, and straight strokes."""
    mask = np.zeros((200, 500), np.uint8)
    for index, digit in enumerate(digits):
        for stroke in placed(int(digit), left + 62 * index, 60, 80):
            points = np.round(stroke * 16).astype(np.int32)
            cv2.polylines(mask, [points], False, 255, PEN, cv2.LINE_8, 4)
    for start, end in strokes:
        cv2.line(mask, start, end, 255, PEN)
    return mask


LEVEL: Final = ((40, 106), (270, 98))
RISING: Final = ((45, 146), (260, 52))


@pytest.mark.parametrize(
    ("mask", "is_struck"),
    [
        (written("382", LEVEL), True),
        (written("382", RISING), True),
        (written("382", RISING, ((45, 52), (260, 146))), True),
        (written("382", LEVEL, ((40, 118), (270, 112))), True),
        (written("382", ((40, 132), (270, 132))), False),  # an underline that touches them
        (written("57", ((60, 69), (180, 69))), False),  # bars that are joined
        (written("382"), False),
        (written("0", ((70, 140), (125, 62))), False),  # a zero with a slash
        (written("7", ((80, 104), (130, 100))), False),
    ],
)
def test_a_stroke_through_several_digits_crosses_them_out(mask: Mask, is_struck: bool) -> None:
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0)
    assert are_struck(*connected_components(ink)).any() == is_struck


def scribbled(step: int) -> Mask:
    """The number 382, and lines over the 8, so many pixels from each other."""
    lines = [((x, 60), (x + 4, 140)) for x in range(124, 170, step)]
    return written("382", *lines)


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (scribbled(3), [False, True, False]),
        (written("382"), [False, False, False]),
        (written("38", ((230, 130), (231, 131))), [False, False, False]),  # a point
        (written("3"), [False]),
    ],
)
def test_a_digit_under_a_blot_is_struck(mask: Mask, expected: list[bool]) -> None:
    labels, boxes = connected_components(InkMap(mask, mask, 0.0, 0.0, 1.0))
    order = np.argsort(boxes[:, 0])
    assert are_struck(labels, boxes)[order].tolist() == expected


def test_a_large_point_is_no_blot() -> None:
    mask = written("38")
    cv2.circle(mask, (200, 130), 10, 255, -1)
    assert not are_struck(*connected_components(InkMap(mask, mask, 0.0, 0.0, 1.0))).any()


def test_a_number_that_is_crossed_out_is_doubtful(recognizer: Recognizer) -> None:
    mask = np.maximum(written("382", LEVEL), written("47", left=350))
    first, second = recognizer.read_image(255 - mask).numbers
    assert all(digit.is_doubtful or digit.value is None for digit in first.digits)
    assert second.text == "47"
    assert not any(digit.is_doubtful for digit in second.digits)
