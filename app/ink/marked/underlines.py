"""Finds lines that are drawn or printed below or above writing: underlines and lines of a sum."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, Mask, Parts
from app.ink.parts import MIN_PART

# In usual heights of the writing.
MAX_FLATNESS: Final = 0.2  # the ratio of its height to its width
MIN_LENGTH: Final = 1.2  # its width
MAX_RISE: Final = 0.25  # how far its pieces may lie above or below each other
# How far writing beside a dash reaches above and below it. The signs of a sum are such dashes, and
# the sums above and below it are no reason to take them for pieces of one line.
MIN_BESIDE: Final = 0.25
MIN_COVERED: Final = 0.4  # share of its width that has writing above or below it
MAX_THICKNESS: Final = (
    0.35  # of a line in a column of pixels; where it is thicker, writing is on it
)
MIN_THIN: Final = 0.5  # share of its columns in which nothing is on it
MAX_PIECES: Final = 200  # flat components; only clutter has more


def find_underlines(dark: Mask, writing: Mask) -> Mask:
    """The flat lines, whole or in pieces, that lie below or above writing and do not touch it.

    dark: all that is as dark as the writing, in a whole picture. writing: what the segmenter takes
    for writing. It often sees only one end of such a line, which would be read as a minus.
    """
    return _underlines(Parts(dark), _tall(Parts(writing)))


def without_underlines(mask: Mask) -> Mask:
    """The mask without underlines that the segmenter takes for writing as the same pen drew them.

    A dash, which is kept, has writing beside it instead.
    """
    parts = Parts(mask)
    underlines = _underlines(parts, _tall(parts))
    return np.where(underlines > 0, 0, mask).astype(np.uint8) if underlines.any() else mask


def _underlines(parts: Parts, writing: Boxes) -> Mask:
    """The lines among parts without the writing that is on them; writing: boxes (n, 4)."""
    mask = np.zeros(parts.labels.shape, np.uint8)
    if not len(writing):
        return mask
    max_thickness = MAX_THICKNESS * float(np.median(writing[:, 3]))
    for index in np.flatnonzero(_are_underlines(parts.boxes, writing)):
        x, y, width, height = parts.boxes[index]
        window = slice(y, y + height), slice(x, x + width)
        mask[window][_line_of(parts.labels[window] == index, max_thickness)] = 255
    return mask


def _line_of(part: NDArray[np.bool_], max_thickness: float) -> NDArray[np.bool_]:
    """The line itself in a flat part, without what is on it; both bool (h, w)."""
    top, bottom = part.argmax(axis=0), len(part) - part[::-1].argmax(axis=0)
    thickness, middles = bottom - top, (top + bottom - 1) / 2
    thin = np.flatnonzero(thickness <= max_thickness)
    if len(thin) < MIN_THIN * len(thickness):
        return np.zeros_like(part)
    level = np.interp(np.arange(len(middles)), thin, middles[thin])
    reach = np.interp(np.arange(len(middles)), thin, thickness[thin]) / 2
    return np.asarray(part & (np.abs(np.arange(len(part))[:, None] - level) <= reach), np.bool_)


def _are_flat(boxes: Boxes) -> NDArray[np.bool_]:
    """Which components are flat: (n,), never the paper, which is the first."""
    are_flat = boxes[:, 3] < MAX_FLATNESS * boxes[:, 2]
    are_flat[0] = False
    return np.asarray(are_flat, np.bool_)


def _tall(parts: Parts) -> Boxes:
    """The boxes of the components that are writing, and no flat line or speck: (n, 4)."""
    is_large = parts.areas > MIN_PART * parts.areas.sum()
    return np.asarray(parts.boxes[is_large & ~_are_flat(parts.boxes)], np.int32)


def _are_underlines(boxes: Boxes, writing: Boxes) -> NDArray[np.bool_]:
    """Which components are an underline or a piece of one: (n,). writing: boxes (m, 4)."""
    are_flat = _are_flat(boxes)
    are_underlines = np.zeros(len(boxes), np.bool_)
    if not (len(writing) and 0 < are_flat.sum() <= MAX_PIECES):
        return are_underlines
    usual = float(np.median(writing[:, 3]))
    middles = boxes[:, 1] + boxes[:, 3] / 2
    for index in np.flatnonzero(are_flat):
        pieces = are_flat & (np.abs(middles - middles[index]) < MAX_RISE * usual)
        pieces &= _are_joined(boxes, int(index), writing, MIN_BESIDE * usual)
        are_underlines[index] = _is_underline(boxes[pieces], middles[index], writing, usual)
    return are_underlines


def _are_joined(boxes: Boxes, index: int, writing: Boxes, reach: float) -> NDArray[np.bool_]:
    """Which components have no writing between them and one of them, at its level: (n,).

    boxes, writing: (n, 4), (m, 4). reach: pixels of the writing above and below the level.
    """
    level = boxes[index, 1] + boxes[index, 3] / 2
    is_beside = writing[:, 1] <= level - reach
    is_beside &= writing[:, 1] + writing[:, 3] >= level + reach
    between = np.sort(writing[is_beside, 0] + writing[is_beside, 2] / 2)
    places = np.searchsorted(between, boxes[:, 0] + boxes[:, 2] / 2)
    return np.asarray(places == places[index], np.bool_)


def _is_underline(pieces: Boxes, level: float, writing: Boxes, usual: float) -> bool:
    """Whether flat pieces form an underline, or a line above the writing.

    pieces, writing: boxes (n, 4). level: y of the line. usual: height of the writing. All pixels.
    """
    left, right = pieces[:, 0].min(), (pieces[:, 0] + pieces[:, 2]).max()
    x, _, width, _ = writing[(writing[:, 1] > level) | (writing[:, 1:4:2].sum(1) < level)].T
    shared = np.minimum(x + width, right) - np.maximum(x, left)
    covered = np.maximum(shared, 0).sum()  # where lines are stacked, more than once
    is_long = right - left > MIN_LENGTH * usual
    return bool(is_long and covered > MIN_COVERED * (right - left))
