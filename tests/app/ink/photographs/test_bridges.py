"""Pieces of a digit are joined where faint ink is between them, and digits are not."""

from typing import Final

import cv2
import numpy as np
import pytest

from app.ink.photographs.bridges import bridged

DIGIT: Final = (10, 10, 30, 50)  # left, top, right, bottom
BESIDE: Final = (50, 10, 70, 50)
Box = tuple[int, int, int, int]


def num_pieces(likely: list[Box], faint: list[Box]) -> int:
    probabilities = np.zeros((80, 100), np.float32)
    for boxes, probability in ((faint, 0.3), (likely, 0.9)):
        for left, top, right, bottom in boxes:
            probabilities[top:bottom, left:right] = probability
    return cv2.connectedComponents(bridged(probabilities))[0] - 1


@pytest.mark.parametrize(
    "likely, faint, expected",
    [
        ([DIGIT, (50, 10, 70, 30), (66, 36, 70, 50)], [(66, 30, 70, 36)], 2),  # the stem of a 9
        ([DIGIT, (50, 10, 70, 30), (66, 36, 70, 50)], [], 3),
        ([DIGIT, (50, 10, 70, 30), (66, 41, 70, 50)], [(66, 30, 70, 41)], 3),  # too far away
        ([DIGIT, (36, 10, 56, 50)], [(30, 20, 36, 24)], 2),  # two digits
        ([DIGIT, (10, 56, 30, 62)], [(14, 50, 20, 56)], 2),  # a dash below a digit
        ([DIGIT, (50, 10, 70, 30), (66, 33, 70, 50)], [(66, 30, 70, 33)], 2),  # a narrow gap
    ],
)
def test_faint_ink_joins_a_digit_and_a_piece_of_it(
    likely: list[Box], faint: list[Box], expected: int
) -> None:
    assert num_pieces(likely, faint) == expected
