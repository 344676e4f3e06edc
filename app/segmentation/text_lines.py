"""How parts of a drawing lie to each other: on which line they are, and which strokes cross.

A part is a stroke or a connected component, given by its box: left, top, right and bottom.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]  # (n, 4)

MIN_BODY_HEIGHT: Final = 0.5  # of the highest part's; lower ones, as dots and dashes, join a line
MAX_ASIDE: Final = 0.35  # heights to the side at which a part still counts as above another
MIN_SLOPE_PARTS: Final = 6  # parts from which on their usual slope says what is level
# How far the next part of a line may lie above or below, in line heights: MAX_OFFSET, and MAX_RISE
# of the distance aside, of which MAX_RISING heights count at most. In a grid with empty cells, the
# parts of other rows lie further away.
MAX_OFFSET: Final = 0.4
MAX_RISE: Final = 0.6
MAX_RISING: Final = 2.0
MIN_LEVEL_PARTS: Final = 4  # a line of fewer parts is not checked so
STEEPNESS: Final = 2.5  # how much further a part above counts than a part beside
# The least space between two lines, of the height of both: halves of one digit are closer. Where
# there are only two parts, they may be halves of an 8 that does not close.
MIN_LINE_GAP: Final = 0.06
MIN_LINE_GAP_OF_TWO: Final = 0.15
MIN_CROSSING_OVERLAP: Final = 0.14  # line heights that strokes which cross reach into each other
CROSSING_MARGIN: Final = 0.15  # of a stroke's length from its ends, where no crossing counts
# What is compared in a scribble, which would take minutes otherwise.
MAX_CROSSING_PAIRS: Final = 1_000
MAX_CROSSING_POINTS: Final = 128


def group_into_lines(boxes: Boxes) -> list[list[int]]:
    """The indices of the parts of each line, left to right; lines from top to bottom.

    Lines may be slanted or wavy, and a photograph's are not parallel: neighbours are chained, and
    chains are joined unless a part of one lies above a part of the other.
    """
    if len(boxes) == 1:
        return [[0]]
    heights = boxes[:, 3] - boxes[:, 1]
    middles = boxes[:, 0] + boxes[:, 2]
    body = np.flatnonzero(heights >= MIN_BODY_HEIGHT * heights.max(initial=0.0))
    if boxes[body, 1].max() < boxes[body, 3].min():  # a level goes through all: the usual case
        return [np.argsort(middles, kind="stable").tolist()]
    chains = [[int(body[index]) for index in chain] for chain in _chains(boxes[body])]
    min_gap = MIN_LINE_GAP_OF_TWO if len(body) == 2 else MIN_LINE_GAP
    lines = _joined(boxes, chains, min_gap)
    for part in sorted(set(range(len(boxes))) - set(body.tolist())):
        distances = [_distance(boxes[line], boxes[part]) for line in lines]
        lines[int(np.argmin(distances))].append(part)
    lines = [sorted(line, key=lambda part: float(middles[part])) for line in lines]
    return sorted(lines, key=lambda line: float(boxes[line, 1].mean()))


def split_at_wide_gaps(boxes: Boxes, line: list[int], min_gap: float) -> list[list[int]]:
    """The parts of one line, left to right, as runs between gaps of `min_gap` line heights."""
    if len(line) == 1:
        return [line]
    reach = np.maximum.accumulate(boxes[line, 2])
    lefts = np.minimum.accumulate(boxes[line, 0][::-1])[::-1]  # what begins here or further on
    is_wide = lefts[1:] - reach[:-1] > min_gap * line_height(boxes[line])
    ends = [0, *(np.flatnonzero(is_wide) + 1).tolist(), len(line)]
    return [line[start:end] for start, end in pairwise(ends)]


def _chains(boxes: Boxes) -> list[list[int]]:
    """Parts that are each other's nearest neighbours to the left and right, as chains."""
    x, y = _steps(boxes)
    distances = np.where(_may_be_level(boxes, x, y), _distances_to_the_right(boxes, x, y), np.inf)
    right, left = distances.argmin(axis=1), distances.argmin(axis=0)
    previous = {
        int(right[part]): part
        for part in range(len(boxes))
        if np.isfinite(distances[part, right[part]]) and left[right[part]] == part
    }
    following = {part: other for other, part in previous.items()}
    chains = []
    for part in range(len(boxes)):
        if part not in previous:  # it begins a chain
            chain = [part]
            while chain[-1] in following:
                chain.append(following[chain[-1]])
            chains.append(chain)
    return chains


def _steps(boxes: Boxes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each part (column) is to the right of each other (row), and below it: (n, n) both.

    The slope that most neighbours have is taken for level.
    """
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    x = middles[None, :, 0] - middles[:, None, 0]
    y = middles[None, :, 1] - middles[:, None, 1]
    distances = _distances_to_the_right(boxes, x, y)
    rows = np.flatnonzero(np.isfinite(distances.min(axis=1)))
    if len(boxes) < MIN_SLOPE_PARTS or not len(rows):
        return x, y
    nearest = distances.argmin(axis=1)[rows]
    slope = float(np.median(y[rows, nearest] / x[rows, nearest]))
    return x, y - slope * x


def _distances_to_the_right(
    boxes: Boxes, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far each part is to the right of each other, infinite where it is not; x, y: `_steps`."""
    min_distance = 0.25 * float(np.median(boxes[:, 3] - boxes[:, 1]))
    return np.where(x > min_distance, np.hypot(x, STEEPNESS * y), np.inf)


def _may_be_level(
    boxes: Boxes, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which parts may follow each other on a line, by what lies between them; x, y: `_steps`.

    Few parts do not say what is level, and of parts in one column `_stacked` says more.
    """
    if len(boxes) < MIN_LEVEL_PARTS:
        return np.ones(x.shape, np.bool_)
    heights = boxes[:, 3] - boxes[:, 1]
    taller = np.maximum(heights[:, None], heights)
    rise = MAX_RISE * np.minimum(np.abs(x), MAX_RISING * taller)
    is_level = np.abs(y) <= MAX_OFFSET * taller + rise
    return np.asarray(is_level | (_shared_width(boxes) > -MAX_ASIDE * taller), np.bool_)


def _joined(boxes: Boxes, chains: list[list[int]], min_gap: float) -> list[list[int]]:
    """The chains, the nearest first, joined to lines; min_gap: see `_stacked`."""
    chains = [list(chain) for chain in chains]
    parts = boxes[np.concatenate(chains)]
    starts = np.cumsum([0, *map(len, chains[:-1])])
    # Between parts first, then reduced to chains: how far apart, and whether one lies above.
    x, y = _steps(parts)
    distances = _distances_to_the_right(parts, x, y)
    distances = np.minimum.reduceat(np.minimum(distances, distances.T), starts)
    distances = np.minimum.reduceat(distances, starts, axis=1)
    stacked, level = (
        np.logical_or.reduceat(np.logical_or.reduceat(each, starts), starts, axis=1)
        for each in (_stacked(parts, min_gap), _may_be_level(parts, x, y))
    )
    while len(pairs := np.argwhere(np.tril(level & ~stacked, -1))):
        source, target = pairs[distances[tuple(pairs.T)].argmin()]
        chains[target] += chains.pop(source)
        distances[target] = distances[:, target] = np.minimum(distances[target], distances[source])
        distances = np.delete(np.delete(distances, source, 0), source, 1)
        for each in (stacked, level):
            each[target] = each[:, target] = each[target] | each[source]
        stacked = np.delete(np.delete(stacked, source, 0), source, 1)
        level = np.delete(np.delete(level, source, 0), source, 1)
    return chains


def _stacked(boxes: Boxes, min_gap: float) -> NDArray[np.bool_]:
    """Which parts lie above or below which others: (n, n).

    min_gap: space between them, of the height of both together.
    """
    _, top, _, bottom = boxes.T
    heights = bottom - top
    taller = np.maximum(heights[:, None], heights)
    together = np.maximum(bottom[:, None], bottom) - np.minimum(top[:, None], top)
    gap = np.maximum(top - bottom[:, None], top[:, None] - bottom)
    is_above = _shared_width(boxes) > -MAX_ASIDE * taller
    return np.asarray(is_above & (gap > min_gap * together), np.bool_)


def _shared_width(boxes: Boxes) -> NDArray[np.float64]:
    """Pixels of x that each two parts share: (n, n), below 0 where there is a gap."""
    left, _, right, _ = boxes.T
    shared = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    return np.asarray(shared, np.float64)


def _distance(boxes: Boxes, box: NDArray[np.float64]) -> float:
    """From a box to the nearest of some others."""
    x = np.maximum(np.maximum(boxes[:, 0] - box[2], box[0] - boxes[:, 2]), 0)
    y = np.maximum(np.maximum(boxes[:, 1] - box[3], box[1] - boxes[:, 3]), 0)
    return float(np.hypot(x, y).min())


def line_height(boxes: Boxes) -> float:
    """The height of a line of parts, some of which are small; never 0."""
    return max(float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0)), 1e-6)


def find_crossings(strokes: Sequence[NDArray[np.float64]], boxes: Boxes) -> NDArray[np.bool_]:
    """Which strokes, float (n, 2), cross each other well within both: bool (strokes, strokes).

    boxes: of the strokes. Digits that touch meet at their ends or rims; strokes that cross in
    their middle are one character.
    """
    crossing = np.zeros((len(strokes), len(strokes)), np.bool_)
    if len(strokes) == 1:
        return crossing
    min_overlap = MIN_CROSSING_OVERLAP * line_height(boxes)
    left, top, right, bottom = boxes.T
    overlap = right[:, None] - left  # how far the column must be moved right to be beside the row
    is_level = bottom[:, None] >= top
    is_deep = overlap >= min_overlap
    is_near = is_deep & is_deep.T & is_level & is_level.T
    pairs = np.argwhere(np.triu(is_near, 1))[:MAX_CROSSING_PAIRS]
    for first, second in pairs.tolist():
        crossing[first, second] = crossing[second, first] = _cross(
            _thinned(strokes[first]), _thinned(strokes[second])
        )
    return crossing


def _thinned(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    """The stroke (n, 2) with MAX_CROSSING_POINTS points at most."""
    return stroke[:: -(-len(stroke) // MAX_CROSSING_POINTS)]


def _cross(first: NDArray[np.float64], second: NDArray[np.float64]) -> bool:
    """Whether the inner segments of two strokes intersect."""
    start, way = _inner_segments(first)
    other_start, other_way = _inner_segments(second)
    start, way = start[:, None], way[:, None]  # (n, 1, 2), and the other's (m, 2)
    area = way[..., 0] * other_way[:, 1] - way[..., 1] * other_way[:, 0]  # (n, m)
    divisor = np.where(area == 0, np.inf, area)
    x, y = other_start[:, 0] - start[..., 0], other_start[:, 1] - start[..., 1]
    along = (x * other_way[:, 1] - y * other_way[:, 0]) / divisor
    across = (x * way[..., 1] - y * way[..., 0]) / divisor
    meet = (area != 0) & (along >= 0) & (along <= 1) & (across >= 0) & (across <= 1)
    return bool(meet.any())


def _inner_segments(
    stroke: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The segments of a stroke away from both of its ends: starts and directions, (n, 2) each."""
    ways = stroke[1:] - stroke[:-1]
    lengths = np.hypot(ways[:, 0], ways[:, 1])
    middles = np.cumsum(lengths) - lengths / 2
    total = max(float(lengths.sum()), 1e-9)
    is_inner = (middles > CROSSING_MARGIN * total) & (middles < (1 - CROSSING_MARGIN) * total)
    return stroke[:-1][is_inner], ways[is_inner]
