"""Leaves staples out of a reading, which the line reader takes for an equals sign.

A staple and its shadow are two bars to it that meet at an end, so that they are one piece of ink.
A hand draws the two bars of the sign apart, and writes it beside a number or between two.
"""

from dataclasses import replace
from itertools import groupby
from typing import Final

import cv2
import numpy as np

from app.reading import Digit, Reading

EQUALS: Final = "="
MIN_STRENGTH: Final = 64  # of 255: a glyph's pixels that are joined belong to one piece


def without_staples(reading: Reading) -> Reading:
    """The reading without equals signs of one piece on lines without a digit, beside numbers."""
    if not any(mark.sign == EQUALS for mark in reading.digits):
        return reading
    if all(mark.value is None for mark in reading.digits):
        return reading
    kept: list[Digit] = []
    for _, line in groupby(reading.digits, lambda mark: mark.line_index):
        marks = list(line)
        if not all(mark.sign == EQUALS and _is_one_piece(mark) for mark in marks):
            kept += marks
    return reading if len(kept) == len(reading.digits) else replace(reading, digits=tuple(kept))


def _is_one_piece(mark: Digit) -> bool:
    """Whether the ink of a mark is in one piece."""
    return cv2.connectedComponents((mark.glyph > MIN_STRENGTH).astype(np.uint8))[0] == 2
