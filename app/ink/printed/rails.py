"""Finds the rails of forms in photographs: long, level, straight lines above or below writing."""

from functools import reduce
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

# In usual heights of the writing.
LINE_WIDTH: Final = 0.3  # the width of the widest line
MIN_LENGTH: Final = 1.5  # of a rail
MAX_GAP: Final = 0.1  # in a rail
MIN_RUN: Final = 0.1  # of a rail in one row of pixels, as it may slope
MAX_OFF: Final = 0.12  # between pieces of one rail, one above the other
MAX_END: Final = 0.6  # between the ends of two rails, one beside the other
DISTANCE: Final = (0.7, 2.5)  # between the two rails of boxes
MAX_SLOPE: Final = 0.2  # of a rail; steeper writing is levelled before it is read
MIN_VOTES: Final = 0.7  # share of the shortest rail that is dark
MAX_PIECES: Final = 300  # of rails; only clutter has more
MAX_RAILS: Final = 32  # that are examined, the longest first
MAX_WRITTEN: Final = 0.3  # share of a rail that the segmenter may take for writing
MIN_SOLID: Final = 0.97  # of one that it takes for writing, and that is one line nevertheless
# Of a line to the paper beside it, as a share of the ink's contrast, in medians of all contrasts,
# and in levels of 255.
MIN_CONTRAST: Final = 0.3
MIN_NOISE: Final = 3.0
MIN_LEVELS: Final = 8.0

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


class Rail(NamedTuple):
    """A straight line from left to right, in pixels."""

    left: float
    left_y: float
    right: float
    right_y: float

    @property
    def slope(self) -> float:
        return (self.right_y - self.left_y) / max(self.right - self.left, 1.0)

    def y(self, x: float) -> float:
        """Where the line is at a place, also beside it."""
        return self.left_y + self.slope * (x - self.left)


def thin_lines(
    picture: NDArray[np.uint8], mask: Mask, usual: float, min_contrast: float = MIN_CONTRAST
) -> Mask:
    """What is darker, or lighter, than the paper beside it as the lines of the ink are: (h, w).

    picture: uint8 (h, w, 3). mask: its ink. usual: the height of the writing in pixels.
    min_contrast: of a line, as a share of the ink's.
    """
    side = round(LINE_WIDTH * usual) | 1
    kernel = np.ones((side, side), np.uint8)
    channels = cv2.split(picture)
    contrasts = (
        cv2.morphologyEx(reduce(cv2.min, channels), cv2.MORPH_BLACKHAT, kernel),
        cv2.morphologyEx(reduce(cv2.max, channels), cv2.MORPH_TOPHAT, kernel),
    )
    usuals = [cv2.mean(each, mask)[0] for each in contrasts]
    contrast = contrasts[int(np.argmax(usuals))]
    noise = float(np.median(contrast))
    faintest = max(min_contrast * max(usuals), MIN_NOISE * noise, MIN_LEVELS)
    return np.asarray(cv2.threshold(contrast, faintest, 255, cv2.THRESH_BINARY)[1], np.uint8)


def find_rails(lines: Mask, mask: Mask, usual: float) -> list[Rail]:
    """The rails among thin lines; none goes through the writing, as one through letters does.

    The segmenter may take a rail itself for writing, which has no gaps as those between letters.
    lines, mask, usual: see `thin_lines`.
    """
    gap, shortest = max(MAX_GAP * usual, 3.0), MIN_LENGTH * usual
    votes = round(MIN_VOTES * shortest)
    run = np.ones((1, max(round(MIN_RUN * usual), 3)), np.uint8)
    runs = np.asarray(cv2.morphologyEx(lines, cv2.MORPH_OPEN, run), np.uint8)
    level = _wide(runs, gap, shortest)
    if not level.any():
        return []  # as in most photographs, of which this takes a tenth of the time
    found = cv2.HoughLinesP(level, 1, np.pi / 720, votes, None, shortest, gap)
    segments = [] if found is None else [Rail(*map(float, each)) for each in found.reshape(-1, 4)]
    segments = [each for each in segments if abs(each.slope) <= MAX_SLOPE]
    if len(segments) > MAX_PIECES:
        return []
    rails: list[Rail] = []
    for each in sorted(segments, key=lambda each: each.left - each.right):  # the longest first
        for index, rail in enumerate(rails):
            if _are_one(rail, each, gap, usual):
                left, right = min(rail.left, each.left), max(rail.right, each.right)
                rails[index] = Rail(left, rail.y(left), right, rail.y(right))
                break
        else:
            rails.append(each)
    is_solid = cv2.dilate(lines, np.ones((3, 3), np.uint8)) > 0
    return [
        rail
        for rail in rails[:MAX_RAILS]
        if not _is_written(rail, mask) or is_solid[_through(rail, mask.shape)].mean() >= MIN_SOLID
    ]


def rows_between(rails: list[Rail], usual: float) -> list[tuple[Rail, ...]]:
    """The two rails of each possible row of boxes, the upper one first, or the one of a comb."""
    rows: list[tuple[Rail, ...]] = []
    for lower in rails:
        uppers = [rail for rail in rails if _is_pair(rail, lower, usual)]
        nearest = max(uppers, key=lambda rail: rail.y(rail.left), default=None)
        rows.append((nearest, lower) if nearest else (lower,))
    return rows


def _wide(level: Mask, gap: float, shortest: float) -> Mask:
    """The pieces of level lines that are at least as wide together; those near are one."""
    joined = cv2.dilate(level, np.ones((3, round(gap) + 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    is_wide = stats[:, cv2.CC_STAT_WIDTH] >= shortest
    is_wide[0] = False
    return np.where(is_wide[labels], level, 0).astype(np.uint8)


def _are_one(rail: Rail, other: Rail, gap: float, usual: float) -> bool:
    """Whether another line is a piece of a rail."""
    middle = (other.left + other.right) / 2
    is_level = abs(rail.y(middle) - other.y(middle)) <= MAX_OFF * usual
    return is_level and max(other.left - rail.right, rail.left - other.right) <= gap


def _is_pair(upper: Rail, lower: Rail, usual: float) -> bool:
    """Whether two lines may be above and below one row of boxes."""
    distance = lower.y(lower.left) - upper.y(lower.left)
    ends = max(abs(upper.left - lower.left), abs(upper.right - lower.right))
    return DISTANCE[0] * usual <= distance <= DISTANCE[1] * usual and ends <= MAX_END * usual


def _is_written(rail: Rail, mask: Mask) -> bool:
    return bool((mask[_through(rail, mask.shape)] > 0).mean() > MAX_WRITTEN)


def _through(rail: Rail, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The pixels of a rail in a shape (h, w), one in each column."""
    through = np.zeros(shape, np.uint8)
    ends = (round(rail.left), round(rail.left_y)), (round(rail.right), round(rail.right_y))
    cv2.line(through, *ends, 255)
    return np.asarray(through > 0, np.bool_)
