"""Digits that are drawn as outlines are filled, and other closed lines are not."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.marked.outlined import filled
from app.recognizer import Recognizer
from tests.support.drawings import placed

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


def written(text: str, pen: int) -> Mask:
    mask = np.zeros((180, 60 + 110 * len(text)), np.uint8)
    for index, digit in enumerate(text):
        points = [
            np.round(each).astype(np.int32)
            for each in placed(int(digit), 20 + 110 * index, 15, 150)
        ]
        cv2.polylines(mask, points, False, 255, pen)
    return mask


def outlined(text: str) -> Mask:
    inside = written(text, 20)
    around = cv2.dilate(inside, np.ones((5, 5), np.uint8))
    return np.asarray(cv2.subtract(around, inside), np.uint8)


def as_ink(mask: Mask) -> InkMap:
    return InkMap(mask, mask, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("text", ["4725", "1386", "90", "6"])
def test_the_space_in_an_outline_is_ink(text: str) -> None:
    found = filled(as_ink(outlined(text)))
    assert found is not None
    expected = cv2.dilate(written(text, 20), np.ones((5, 5), np.uint8))
    assert cv2.countNonZero(cv2.bitwise_xor(found.mask, expected)) < 0.02 * expected.sum() / 255


def boxed() -> Mask:
    mask = written("47", 5)
    cv2.rectangle(mask, (5, 5), (244, 174), 255, 3)
    return mask


def in_boxes() -> Mask:
    mask = written("4725", 8)
    size = (mask.shape[1] * 3 // 5, mask.shape[0] * 3 // 5)
    mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    for left in range(10, 270, 66):
        cv2.rectangle(mask, (left, 2), (left + 62, 105), 255, 2)
    return mask


def circled() -> Mask:
    mask = written("47", 5)
    cv2.ellipse(mask, (125, 90), (120, 85), 0, 0, 360, 255, 3)
    return mask


def zero_in_circle() -> Mask:
    mask = written("0", 8)
    cv2.ellipse(mask, (95, 90), (66, 84), 0, 0, 360, 255, 6)
    return mask


@pytest.mark.parametrize(
    "draw",
    [
        lambda: written("0", 6),
        lambda: written("8069", 6),
        lambda: written("8069", 20),
        lambda: written("1", 6),
        boxed,
        in_boxes,
        circled,
        zero_in_circle,
    ],
)
def test_digits_and_frames_are_no_outlines(draw: Callable[[], Mask]) -> None:
    assert filled(as_ink(draw())) is None


def test_outlined_digits_are_read(recognizer: Recognizer) -> None:
    assert recognizer.read_image(255 - outlined("4725")).text == "4725"
