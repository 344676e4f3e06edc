"""Finds folds of paper, straight lines across a picture, which the segmenter takes for strokes."""

from itertools import combinations
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.printed.bands import find_bands

RIM: Final = 0.02  # of the longer side: a line that comes this close to the edge goes on beyond it
MIN_SPAN: Final = 0.25  # of the shorter side: smaller components are no part of a fold
MAX_ENDS: Final = 24  # at the rim of a picture; only clutter has more
MIN_DARK: Final = 0.9  # share of a fold's length that is dark
MIN_SEEN: Final = 0.5  # share of its length that the segmenter takes for writing
MIN_HEIGHTS: Final = 2.5  # of the tallest writing beside it; a 1 that touches both edges is shorter
MIN_HEIGHT: Final = 10  # pixels of the map: of writing, which is not a dot

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Point = tuple[int, int]  # x, y


def find_folds(dark: Mask, writing: Mask) -> Mask:
    """The folds among what the segmenter takes for writing, as lines.

    dark: all that is as dark as the writing, in a whole picture.
    """
    folds = np.zeros_like(writing)
    rim = max(round(RIM * max(dark.shape)), 1)
    if min(dark.shape) <= 2 * rim or not _ends(writing, rim):
        return folds  # as in most pictures
    ends = _ends(_large(dark), rim)
    if not 2 <= len(ends) <= MAX_ENDS:
        return folds
    near = np.ones((3, 3), np.uint8)
    near_dark, near_writing = cv2.dilate(dark, near), cv2.dilate(writing, near)
    for start, end in combinations(ends, 2):
        line = np.zeros_like(folds)
        cv2.line(line, start, end, 255, 1)
        is_line = line > 0
        is_fold = (near_dark[is_line] > 0).mean() >= MIN_DARK
        if is_fold and (near_writing[is_line] > 0).mean() >= MIN_SEEN:
            length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
            tallest = _tallest_beside(line, writing)
            if tallest >= MIN_HEIGHT and length >= MIN_HEIGHTS * tallest:
                cv2.line(folds, *_prolonged(start, end, rim), 255, 2)
    return folds


def _large(dark: Mask) -> Mask:
    """The components that are long enough for a part of a fold."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    is_large = stats[:, 2:4].max(axis=1) >= MIN_SPAN * min(dark.shape)
    is_large[0] = False
    return np.where(is_large[labels], 255, 0).astype(np.uint8)


def _ends(dark: Mask, rim: int) -> list[Point]:
    """Where ink crosses a rectangle that lies inside the picture's edge at a distance of `rim`."""
    height, width = dark.shape
    right, bottom = width - 1 - rim, height - 1 - rim
    ends: list[Point] = []
    for y in (rim, bottom):
        ends += [(round(band.middle), y) for band in find_bands(dark[y] > 0)]
    for x in (rim, right):
        ends += [(x, round(band.middle)) for band in find_bands(dark[:, x] > 0)]
    return ends


def _tallest_beside(line: Mask, writing: Mask) -> int:
    """The height of the tallest writing that does not touch a line; 0 without any."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(writing)
    heights = stats[:, 3].copy()
    heights[0] = 0
    heights[np.unique(labels[cv2.dilate(line, np.ones((3, 3), np.uint8)) > 0])] = 0
    return int(heights.max())


def _prolonged(start: Point, end: Point, rim: int) -> tuple[Point, Point]:
    """The ends of a line that is longer than the one between two points, at both ends."""
    step = np.subtract(end, start) * (2 * rim / max(np.hypot(*np.subtract(end, start)), 1))
    first, last = np.round(np.subtract(start, step)), np.round(np.add(end, step))
    return (int(first[0]), int(first[1])), (int(last[0]), int(last[1]))
