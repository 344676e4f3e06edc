"""Finds the borders in the crop of a table's cell: straight lines from edge to edge along its rim.

The segmenter takes an upright one for a 1, and two that meet for a 7, where they are as broad as
the pen. A digit's strokes end before the edges, or it is cropped as tightly as the others.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Mask, Parts
from app.ink.marked.pen_lines import Line, long_lines

RIM: Final = 0.2  # of the picture's width or height: how far from the edge a border lies
MIN_SEEN: Final = 0.5  # of the picture's height or width: of a border where it is clear
MIN_ALONG: Final = 0.85  # the same where it is straight on from there, and half of it at both ends
END: Final = 0.06  # the same: an end
MAX_LEAN: Final = 0.1  # sideways per unit of length; a 1 leans more, or is not straight
MAX_BEND: Final = 0.6  # widths of a border by which it departs from a straight line
MIN_CLEAR: Final = 0.75  # share of its length that nothing touches
MAX_WIDTH: Final = 0.15  # of the picture's shorter side
MIN_HEIGHT: Final = 0.2  # of the picture's height: of writing; lower pieces tell nothing
MAX_HEIGHT: Final = 0.92  # the same: higher writing is cropped as tightly as a 1 may be


def find_borders(dark: Mask, likely: Mask) -> Mask:
    """The upright borders along the rim of a whole picture, and the level ones that meet them.

    dark: (h, w), all that is as dark as the writing. likely: what the segmenter takes for writing.
    Without an upright one, a level line may be the bar of a 7 or the foot of a 2, and without
    writing apart from it, an upright one may be a 1 that fills the picture.
    """
    pen = max(MAX_WIDTH * min(dark.shape) / 3, 1.0)
    lying = np.ascontiguousarray(dark.T), np.ascontiguousarray(likely.T)
    uprights = [line for line in _along_rims(lying[0], pen) if _is_apart(line, lying[1])]
    if not uprights:
        return np.zeros_like(dark)
    borders = _drawn(uprights, lying[0].shape).T
    return np.asarray(np.maximum(borders, _drawn(_along_rims(dark, pen), dark.shape)), np.uint8)


def _is_apart(line: Line, likely: Mask) -> bool:
    """Whether there is writing apart from a line, and none is cropped as tightly as the line is.

    likely: (w, h), of a picture that lies on its side, so that the line is level in it.
    """
    drawn = _drawn([line], likely.shape)
    parts = Parts(np.where(drawn > 0, 0, likely).astype(np.uint8))
    is_at_line = parts.shares(cv2.dilate(drawn, np.ones((5, 5), np.uint8)) > 0) > 0
    heights = parts.boxes[~is_at_line & (parts.areas > 0), 2] / likely.shape[1]
    return bool(MIN_HEIGHT <= heights.max(initial=0) <= MAX_HEIGHT)


def _along_rims(dark: Mask, pen: float) -> list[Line]:
    """The level lines from edge to edge along the upper and lower rim of ink (h, w)."""
    high, wide = dark.shape
    rims = dark.copy()
    inner = round((RIM + MAX_LEAN) * high)
    rims[inner : high - inner] = 0
    near = cv2.dilate(rims, np.ones((3, 1), np.uint8)) > 0
    end = max(round(END * wide), 2)
    lines = []
    for line in long_lines(rims, pen):
        is_thin = line.thickness <= MAX_WIDTH * min(dark.shape)
        if len(line.middles) < MIN_SEEN * wide or not is_thin or not _is_straight(line):
            continue
        rows = _rows(line, wide)
        is_covered = near[np.round(rows).astype(int).clip(0, high - 1), np.arange(wide)]
        shares = is_covered.mean(), 2 * is_covered[:end].mean(), 2 * is_covered[-end:].mean()
        is_at_rim = min(rows.mean(), high - rows.mean()) <= RIM * high
        if is_at_rim and min(shares) >= MIN_ALONG:
            lines.append(line)
    return lines


def _slope(line: Line) -> float:
    """The slope between the usual places in both halves of a line, whatever touches it."""
    half = len(line.middles) // 2
    return float(np.median(line.middles[-half:]) - np.median(line.middles[:half])) / max(half, 1)


def _rows(line: Line, wide: int) -> NDArray[np.float64]:
    """The rows of a straight line from edge to edge: (w,)."""
    columns = np.arange(wide)
    slope = _slope(line)
    start = np.median(line.middles - slope * columns[line.start : line.end])
    return np.asarray(start + slope * columns, np.float64)


def _is_straight(line: Line) -> bool:
    off = line.middles - _slope(line) * np.arange(len(line.middles))
    bend = float(np.percentile(np.abs(off - np.median(off)), 100 * MIN_CLEAR))
    return abs(_slope(line)) <= MAX_LEAN and bend <= max(MAX_BEND * line.thickness, 1.0)


def _drawn(lines: list[Line], shape: tuple[int, ...]) -> Mask:
    """Level lines in a mask of a shape (h, w), from edge to edge."""
    mask = np.zeros(shape, np.uint8)
    for line in lines:
        rows = np.round(_rows(line, shape[1])[[0, -1]]).astype(int).tolist()
        cv2.line(mask, (0, rows[0]), (shape[1] - 1, rows[1]), 255, round(line.thickness))
    return mask
