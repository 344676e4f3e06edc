"""Rules that digits touch are removed, and strokes of angular digits are not taken for rules."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.printed.rules import without_rules
from app.recognizer import Recognizer
from tests.support.drawings import placed

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


def drawn(text: str, size: float, pitch: float, pen: int = 5) -> Mask:
    """Digits of a height in boxes of 84 pixels, from x = 10 and y = 40 on: (160, 500)."""
    mask = np.zeros((160, 500), np.uint8)
    for index, digit in enumerate(text):
        strokes = placed(int(digit), 10 + pitch * index + 10, 40 + (84 - size) / 2, size)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(mask, points, False, 255, pen, cv2.LINE_8, 4)
    return mask


def with_boxes(mask: Mask, count: int, gap: int = 0, border: int = 3) -> Mask:
    for index in range(count):
        left = 10 + (84 + gap) * index
        cv2.rectangle(mask, (left, 40), (left + 84, 124), 255, border)
    return mask


def with_comb(mask: Mask, count: int) -> Mask:
    cv2.line(mask, (10, 128), (10 + 84 * count, 128), 255, 3)
    for index in range(count + 1):
        cv2.line(mask, (10 + 84 * index, 128), (10 + 84 * index, 90), 255, 3)
    return mask


def ruled(mask: Mask) -> Mask:
    for y in range(8, 160, 36):
        cv2.line(mask, (0, y), (499, y), 255, 2)
    return mask


def angular(segments: str) -> Mask:
    """Digits of seven straight segments, side by side. segments: those of each, such as "abc"."""
    ends = {
        **{"a": ((0, 0), (40, 0)), "b": ((40, 0), (40, 40)), "c": ((40, 40), (40, 80))},
        **{"d": ((0, 80), (40, 80)), "e": ((0, 40), (0, 80)), "f": ((0, 0), (0, 40))},
        "g": ((0, 40), (40, 40)),
    }
    mask = np.zeros((120, 240), np.uint8)
    for index, lit in enumerate(segments.split()):
        for segment in lit:
            start, end = (tuple(np.add(point, (20 + 60 * index, 20))) for point in ends[segment])
            cv2.line(mask, start, end, 255, 5)
    return mask


RULED: Final[dict[str, tuple[Mask, str]]] = {
    "boxes that digits touch": (with_boxes(drawn("4725", 92, 84), 4), "4725"),
    "boxes apart": (with_boxes(drawn("4725", 60, 90), 4, gap=6), "4725"),
    "broad boxes": (with_boxes(drawn("4725", 50, 84), 4, border=8), "4725"),
    "a comb": (with_comb(drawn("4725", 70, 84), 4), "4725"),
    "ruled paper": (ruled(drawn("4725", 84, 84)), "4725"),
}
NOT_RULED: Final[dict[str, Callable[[], Mask]]] = {
    "curved digits": lambda: drawn("4725", 80, 84),
    "an angular eight": lambda: angular("abcdefg"),
    "an angular six": lambda: angular("acdefg"),
    "angular digits": lambda: angular("acdefg abcdefg abcdfg"),
    "angular ones and an equals sign": lambda: angular("bc dg bc"),
    "an underlined number": lambda: np.asarray(
        cv2.line(drawn("151", 70, 84), (10, 124), (280, 124), 255, 4), np.uint8
    ),
}


@pytest.mark.parametrize("name", RULED)
def test_digits_are_read_without_the_rules(recognizer: Recognizer, name: str) -> None:
    mask, text = RULED[name]
    kept = without_rules(mask)
    assert kept is not None
    assert recognizer.read_image(255 - kept).text == text
    assert recognizer.read_image(255 - mask).text == text


@pytest.mark.parametrize("name", NOT_RULED)
def test_pictures_without_ruling_stay_as_they_are(name: str) -> None:
    assert without_rules(NOT_RULED[name]()) is None


def test_what_crosses_a_rule_stays() -> None:
    """The bar of an upright 1 is not cut, although a rule runs through it."""
    mask = ruled(np.zeros((160, 500), np.uint8))
    cv2.line(mask, (200, 30), (200, 130), 255, 6)
    kept = without_rules(mask)
    assert kept is not None
    assert (kept[34:126, 200] == 255).all()
    assert not kept[:, :180].any()


def test_ones_below_each_other_are_no_bar_of_a_table(recognizer: Recognizer) -> None:
    """Their stems are at a quarter of a cell's width, as evenly spaced as the table's rules."""
    table = np.zeros((380, 340), np.uint8)
    for row, y in enumerate(range(10, 331, 80)):
        cv2.line(table, (10, y), (330, y), 255, 3)
        if row < 4:
            for stroke in (*placed(1, 16, y + 7, 66), *placed(row + 2, 72, y + 7, 66)):
                points = np.round(stroke).astype(np.int32)
                cv2.polylines(table, [points], False, 255, 5)
    for x in (10, 170, 330):
        cv2.line(table, (x, 10), (x, 330), 255, 3)
    assert recognizer.read_image(255 - table).text == "12\n13\n14\n15"
