"""Tells pictures of empty paper, on which only rules were found: of tables, and of squared paper.

Such rules are longer than the marks that are pieces of them, and other rules meet them. What is
written has ink beside them.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.marked.pen_lines import Line, long_lines
from app.ink.resize import reduce_to_side

SIDE: Final = 640  # pixels: the longer side of the reduced picture that is examined
PAPER_WINDOW: Final = 8  # the paper around a pixel is the mean of this part of the longer side
MIN_LEVELS: Final = 12.0  # of 255: of contrast with the paper
MIN_DEVIATIONS: Final = 4.0  # the same, in median deviations of the paper
MIN_CONTRAST: Final = 0.3  # the same, as a share of that of the darkest ink in the marks
DARKEST: Final = 0.98  # quantile of the marks' pixels that is their darkest ink
MAX_PEN: Final = 12.0  # reduced pixels; broader strokes are no rules
MIN_LENGTH: Final = 0.12  # of a rule, as a share of the picture's shorter side
MAX_SLOPE: Final = 0.1  # of a rule; steeper ones are strokes, and slanted tables are levelled
MAX_BEND: Final = 1.5  # reduced pixels by which a rule departs from a straight line
MAX_BEND_SHARE: Final = 0.008  # the same, as a share of its length
NEAR: Final = 2  # reduced pixels beside a rule that belong to it, with its soft edge
MAX_BESIDE: Final = 0.1  # share of a mark's ink that lies beside all rules
MIN_BEYOND: Final = 0.3  # of a mark's longer side: how far a rule at it goes on beyond all marks
MIN_RULES: Final = 3  # in one refused mark that is all of a table

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


def are_only_rules(
    image: NDArray[np.uint8], boxes: NDArray[np.float64], is_digit: NDArray[np.bool_]
) -> bool:
    """Whether all marks that were found in a picture are pieces of rules.

    image: uint8 (h, w, ...). boxes: (n, 4) x, y, width and height of the marks, in its pixels.
    is_digit: (n,), which of them are read as digits. Those must be pieces of longer rules: a
    straight 1 or 7 that stands alone is none.
    """
    small = reduce_to_side(image.reshape(*image.shape[:2], -1)[..., :3], SIDE)
    high, wide = small.shape[:2]
    boxes = boxes * max(high, wide) / max(image.shape[:2])
    low = np.floor(boxes[:, :2]).astype(int).clip(0)
    ends = np.ceil(boxes[:, :2] + boxes[:, 2:]).astype(int) + 1
    places = [np.s_[y:bottom, x:right] for (x, y), (right, bottom) in zip(low, ends, strict=True)]
    dark = _dark(small, places)
    lines = _rules(dark)
    if not any(lines):
        return False
    drawn = [_drawn(line, bool(axis), dark.shape) for axis in (0, 1) for line in lines[axis]]
    every = np.maximum.reduce(drawn)
    is_free = np.ones(dark.shape, np.bool_)
    for (x, y), (right, bottom) in zip(low, ends, strict=True):
        is_free[max(y - NEAR, 0) : bottom + NEAR, max(x - NEAR, 0) : right + NEAR] = False
    beyond = np.array(
        [
            _length(line, free)
            for axis, free in enumerate((is_free, is_free.T))
            for line in lines[axis]
        ]
    )
    for place, start, end, is_read in zip(places, low, ends, is_digit, strict=True):
        ink = dark[place] > 0
        if not ink.any() or (ink & (every[place] == 0)).sum() > MAX_BESIDE * ink.sum():
            return False
        at = np.array([(ink & (line[place] > 0)).any() for line in drawn])
        is_piece = beyond[at].max(initial=0) >= MIN_BEYOND * (end - start).max()
        is_across = np.any((start <= 1) & (end >= np.array([wide, high]) - 1))
        is_table = at.sum() >= MIN_RULES or is_across
        if not (is_piece or (is_table and not is_read)):
            return False
    return True


def _length(line: Line, is_free: NDArray[np.bool_]) -> int:
    """The pixels of a level line that lie beyond all marks; is_free: (h, w), true there."""
    rows = np.round(line.middles).astype(int).clip(0, len(is_free) - 1)
    return int(np.count_nonzero(is_free[rows, np.arange(line.start, line.end)]))


def _dark(image: NDArray[np.uint8], places: list[tuple[slice, slice]]) -> Mask:
    """What differs from the paper about as much as the marks' ink does: (h, w).

    image: (h, w, channels). places: of the marks.
    """
    side = max(image.shape[:2]) // PAPER_WINDOW * 2 + 1
    darkest, lightest = image.min(axis=2), image.max(axis=2)
    contrasts = [
        cv2.subtract(cv2.blur(darkest, (side, side)), darkest),  # saturates at 0
        cv2.subtract(lightest, cv2.blur(lightest, (side, side))),
    ]
    of_marks = [np.concatenate([each[place].ravel() for place in places]) for each in contrasts]
    usuals = [float(np.quantile(each, DARKEST)) if each.size else 0.0 for each in of_marks]
    contrast = contrasts[int(np.argmax(usuals))]
    noise = float(np.median(contrast[contrast > 0])) if contrast.any() else 0.0
    faintest = max(MIN_LEVELS, min(MIN_DEVIATIONS * noise, 0.5 * max(usuals)))
    faintest = max(faintest, MIN_CONTRAST * max(usuals))
    return np.asarray(cv2.threshold(contrast, faintest, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _rules(dark: Mask) -> tuple[list[Line], list[Line]]:
    """The straight level and upright lines in ink."""
    shortest = MIN_LENGTH * min(dark.shape)
    found: list[list[Line]] = []
    for mask in (dark, np.ascontiguousarray(dark.T)):
        lines = long_lines(mask, 3.0)
        found.append(
            [
                line
                for line in lines
                if len(line.middles) >= shortest
                and line.thickness <= MAX_PEN
                and _is_straight(line)
            ]
        )
    return found[0], found[1]


def _is_straight(line: Line) -> bool:
    """Whether a line is straight and about level, or upright."""
    along = np.arange(len(line.middles))
    slope, start = np.polyfit(along, line.middles, 1)
    bend = float(np.percentile(np.abs(line.middles - start - slope * along), 90))
    return abs(slope) <= MAX_SLOPE and bend <= max(MAX_BEND, MAX_BEND_SHARE * len(along))


def _drawn(line: Line, is_upright: bool, shape: tuple[int, ...]) -> Mask:
    """A line in a mask of a shape (h, w), with its soft edges."""
    mask = np.zeros(shape, np.uint8)
    points = np.stack([np.arange(line.start, line.end), np.round(line.middles)], axis=1)
    points = points[:, ::-1] if is_upright else points
    thickness = round(line.thickness) + 2 * NEAR
    cv2.polylines(mask, [points.astype(np.int32)], False, 255, thickness)
    return mask
