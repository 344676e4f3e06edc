"""1s that may be any straight line are doubtful, and so are rows too even to be written."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from app.judgement.straight_lines import with_doubt
from app.reading import Digit, Reading

GLYPH = np.zeros((28, 28), np.uint8)
SHARES = np.full(10, 0.1, np.float32)


def reading(*numbers: tuple[str, float], turned: int = 0) -> Reading:
    """Numbers, each a text and the height of its marks; "~" before a digit makes it doubtful."""
    digits: list[Digit] = []
    x = 0.0
    for index, (text, height) in enumerate(numbers):
        is_doubtful = False
        for character in text:
            if character == "~":
                is_doubtful = True
                continue
            box = (x, 0.0, 20.0, height)
            if turned:
                box = (0.0, x, height, 20.0)
            value = int(character) if character.isdecimal() else None
            sign = None if character.isdecimal() or character == "?" else character
            mark = Digit(value, 0.99, SHARES, box, GLYPH, index, 0, is_doubtful, sign)
            digits.append(mark)
            is_doubtful = False
            x += 30.0 + 7 * (len(digits) % 3)
        x += 100.0
    return Reading(tuple(digits), turned)


def doubtful(numbers: Sequence[tuple[str, float]], turned: int = 0) -> list[str]:
    """The numbers that have doubtful digits after it."""
    doubted = with_doubt(reading(*numbers, turned=turned))
    assert doubted.text == reading(*numbers, turned=turned).text
    return [
        number.text for number in doubted.numbers if any(mark.is_doubtful for mark in number.digits)
    ]


@pytest.mark.parametrize(
    "numbers, expected",
    [
        ([("1", 40)], []),
        ([("11", 40), ("1", 44), ("1", 36)], []),  # of one writer
        ([("1", 10), ("1", 20), ("1", 40), ("1", 12)], ["1"] * 4),  # the marks of a ruler
        ([("1", 10), ("1", 20), ("1", 40), ("4725", 40)], ["1"] * 3),
        ([("1", 40), ("4725", 40)], []),
        ([("1", 12), ("4725", 40)], ["1"]),  # the point of a keypad
        ([("1", 90), ("4725", 40)], ["1"]),
        ([("12", 12), ("4725", 40)], []),  # a small number, not any line
        ([("1", 40), ("~0", 40)], ["1", "0"]),  # nothing else is clear
        ([("1", 40), ("?", 40)], ["1"]),
        ([("1", 40), ("?", 40), ("4", 40)], []),
        ([("-1=1", 40)], ["-1=1"]),  # the parts of a digital display
        ([("-1=1", 40), ("472", 40)], ["-1=1"]),
        ([("1-1=0", 40)], []),
        ([("-1", 40)], []),
    ],
)
@pytest.mark.parametrize("turned", [0, 90])
def test_ones_that_may_be_any_line_are_doubtful(
    numbers: list[tuple[str, float]], expected: list[str], turned: int
) -> None:
    assert doubtful(numbers, turned) == expected


@pytest.mark.parametrize(
    "text, step_error, is_doubtful",
    [
        ("6666666", 0.0, True),  # a notebook's coil
        ("6661666", 0.0, True),
        ("6666666", 5.0, False),  # as a hand writes
        ("66666", 0.0, False),  # few
        ("6216660", 0.0, False),  # a number in the boxes of a form
    ],
)
def test_a_row_too_even_to_be_written_is_doubtful(
    text: str, step_error: float, is_doubtful: bool
) -> None:
    marks = []
    for index, character in enumerate(text):
        x = 44.0 * index + step_error * (-1) ** index
        marks.append(Digit(int(character), 0.99, SHARES, (x, 10.0, 24.0, 56.0), GLYPH))
    doubted = with_doubt(Reading(tuple(marks)))
    assert all(mark.is_doubtful == is_doubtful for mark in doubted.digits)


@pytest.mark.parametrize(
    "text, width, is_doubtful",
    [("1", 38.0, True), ("1", 24.0, False), ("14", 38.0, False), ("11", 38.0, True)],
)
@pytest.mark.parametrize("turned", [0, 90])
def test_1s_alone_are_doubtful_if_they_are_straight_and_lean_far(
    text: str, width: float, is_doubtful: bool, turned: int
) -> None:
    glyph = np.zeros((28, 28), np.uint8)
    cv2.line(glyph, (5, 22), (22, 5), 255, 2)
    size = (40.0, width) if turned else (width, 40.0)
    digits = [
        Digit(int(symbol), 0.99, SHARES, (60.0 * place, 60.0 * place * (turned > 0), *size), glyph)
        for place, symbol in enumerate(text)
    ]
    doubted = with_doubt(Reading(tuple(digits), turned))
    assert [mark.is_doubtful for mark in doubted.digits] == [is_doubtful] * len(text)


def test_a_1_with_a_flag_and_a_foot_may_be_wide() -> None:
    glyph = np.zeros((28, 28), np.uint8)
    cv2.polylines(glyph, [np.array([[6, 12], [14, 4], [14, 24]], np.int32)], False, 255, 2)
    cv2.line(glyph, (5, 24), (23, 24), 255, 2)
    mark = Digit(1, 0.99, SHARES, (0.0, 0.0, 40.0, 40.0), glyph)
    assert not with_doubt(Reading((mark,))).digits[0].is_doubtful
