"""Tells black ink from the black lines of squared or ruled paper that it crosses, in a clean scan.

There, ink on a line is as dark as the line. Ink that goes on at both sides of a line crosses it.
Ink that is seen at one side only ends in the line, or goes along it. As the pen is seldom thinner
than a line, a stroke along a line shows beside it, but thinner than the pen: the rest of the pen's
width is in the line.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import pen_width
from app.ink.printed.ruling import Bands

MAX_BROAD: Final = 1.25  # usual widths of the pen that a stroke has along a line

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


def ink_on_rules(mask: Mask, bands: Bands) -> Mask:
    """A mask of all that is dark without its lines. bands: where they are."""
    outside = cv2.bitwise_not(cv2.bitwise_or(bands.levels, bands.uprights))
    is_beside = cv2.bitwise_or(outside, bands.ink)
    beside = np.asarray(cv2.bitwise_and(mask, is_beside), np.uint8)
    pen = round(MAX_BROAD * pen_width(beside))
    inside = cv2.bitwise_and(mask, cv2.bitwise_not(is_beside))
    along = np.zeros_like(mask)
    for axis, lines in enumerate((bands.levels, bands.uprights)):
        band = np.asarray(cv2.bitwise_and(lines, inside), np.uint8)
        band, dark, added = (each.T if axis else each for each in (band, beside, along))
        _add_strokes_along(band, dark, added, bands.thickness, pen)
    side = bands.thickness // 2 * 2 + 3
    ink = cv2.bitwise_or(beside, along)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return np.asarray(cv2.bitwise_and(joined, mask), np.uint8)


def _add_strokes_along(band: Mask, beside: Mask, along: Mask, thickness: int, pen: int) -> None:
    """Adds to `along` what is in level lines of strokes that show at one side of them.

    band: the pixels of lines that may be ink. beside: what is ink. thickness: of lines.
    """
    two, column = np.ones((2, 1), np.uint8), np.ones((thickness + 1, 1), np.uint8)
    across = np.ones((1, 2 * thickness + 1), np.uint8)
    touched, deep = [], []
    # An anchor at an end of a column looks only up or down.
    for edge, end, shift in ((1, thickness, pen), (0, 0, -pen)):
        rim = cv2.bitwise_and(cv2.dilate(beside, two, anchor=(0, edge)), band)
        touched.append(cv2.bitwise_and(cv2.dilate(rim, column, anchor=(0, end)), band))
        deep.append(_moved(beside, shift))
    for near, far, is_deep in zip(touched, touched[::-1], deep, strict=True):
        one_sided = cv2.bitwise_and(near, cv2.bitwise_not(cv2.dilate(far, across)))
        stroke = cv2.bitwise_and(one_sided, cv2.bitwise_not(is_deep))
        np.bitwise_or(along, stroke, out=along)


def _moved(mask: Mask, down: int) -> Mask:
    """The mask moved down by some pixels, or up."""
    moved = np.zeros_like(mask)
    if down > 0:
        moved[down:] = mask[:-down]
    else:
        moved[:down] = mask[-down:]
    return moved
