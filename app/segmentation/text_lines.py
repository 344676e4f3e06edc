"""How parts of a drawing lie to each other: on which line, and which strokes cross.

A part is a stroke or a connected piece of ink, given by its box: left, top, right and bottom.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]  # (n, 4)

BODY: Final = 0.5  # of the highest part's height, what makes a line; dots and dashes are lower
ASIDE: Final = 0.35  # heights that what stands above may be to the side
BEYOND: Final = 0.14  # line heights that strokes then reach into each other
TILTED: Final = 6  # parts from which on their slope is known
STEEP: Final = 2.5  # how much more what lies above counts as far than what lies beside
WITHIN: Final = 0.15  # of a stroke's length from its ends, for a crossing to tie it to another
# Of the height of both, the least space between two lines: halves of one digit are closer, and
# where there is nothing else they may be halves of an 8 that is not.
MANY: Final = 0.06
FEW: Final = 0.15
# What is looked at in a scribble, which else would take minutes.
MOST_PAIRS: Final = 1_000
MAX_POINTS: Final = 128


def lines(boxes: Boxes) -> list[list[int]]:
    """The parts of each line, from left to right; lines from top to bottom.

    Lines may be slanted or wavy, and a photograph's are not parallel: neighbours are chained, and
    chains are joined unless something in one stands above something in the other.
    """
    if len(boxes) == 1:
        return [[0]]
    heights = boxes[:, 3] - boxes[:, 1]
    middles = boxes[:, 0] + boxes[:, 2]
    body = np.flatnonzero(heights >= BODY * heights.max(initial=0.0))
    if boxes[body, 1].max() < boxes[body, 3].min():  # a level goes through all: the usual case
        return [np.argsort(middles, kind="stable").tolist()]
    chains = [[int(body[one]) for one in chain] for chain in _chains(boxes[body])]
    found = _joined(boxes, chains, FEW if len(body) == 2 else MANY)
    for part in sorted(set(range(len(boxes))) - set(body.tolist())):
        distances = [_distance(boxes[line], boxes[part]) for line in found]
        found[int(np.argmin(distances))].append(part)
    found = [sorted(line, key=lambda part: float(middles[part])) for line in found]
    return sorted(found, key=lambda line: float(boxes[line, 1].mean()))


def _chains(boxes: Boxes) -> list[list[int]]:
    """Parts that are each other's nearest neighbours to the left and right, as chains."""
    far = _far(boxes)
    right, left = far.argmin(axis=1), far.argmin(axis=0)
    follows = {
        int(right[one]): one
        for one in range(len(boxes))
        if np.isfinite(far[one, right[one]]) and left[right[one]] == one
    }
    before = {one: other for other, one in follows.items()}
    chains = []
    for one in range(len(boxes)):
        if one not in follows:  # it begins a chain
            chain = [one]
            while chain[-1] in before:
                chain.append(before[chain[-1]])
            chains.append(chain)
    return chains


def _far(boxes: Boxes) -> NDArray[np.float64]:
    """How far each part (column) is to the right of each other (row); infinite where it is not.

    The slope that most neighbours have is taken for level.
    """
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    least = 0.25 * float(np.median(boxes[:, 3] - boxes[:, 1]))
    x = middles[None, :, 0] - middles[:, None, 0]
    y = middles[None, :, 1] - middles[:, None, 1]
    far = np.where(x > least, np.hypot(x, STEEP * y), np.inf)
    if len(boxes) < TILTED:
        return far
    rows = np.flatnonzero(np.isfinite(far.min(axis=1)))
    nearest = far.argmin(axis=1)[rows]
    slope = float(np.median(y[rows, nearest] / x[rows, nearest])) if len(rows) else 0.0
    return np.where(x > least, np.hypot(x, STEEP * (y - slope * x)), np.inf)


def _joined(boxes: Boxes, chains: list[list[int]], gap: float) -> list[list[int]]:
    """The chains, the nearest first, joined to lines; gap: see _stacked."""
    chains = [list(chain) for chain in chains]
    parts = np.concatenate(chains)
    starts = np.cumsum([0, *map(len, chains[:-1])])
    far = _far(boxes)[np.ix_(parts, parts)]
    # Between chains: how far they are, and whether they stand above each other.
    far = np.minimum.reduceat(np.minimum.reduceat(np.minimum(far, far.T), starts), starts, axis=1)
    stacked = _stacked(boxes[parts], gap)
    stacked = np.logical_or.reduceat(np.logical_or.reduceat(stacked, starts), starts, axis=1)
    while len(pairs := np.argwhere(np.tril(~stacked, -1))):
        place, number = pairs[far[tuple(pairs.T)].argmin()]
        chains[number] += chains.pop(place)
        far[number] = far[:, number] = np.minimum(far[number], far[place])
        stacked[number] = stacked[:, number] = stacked[number] | stacked[place]
        far = np.delete(np.delete(far, place, 0), place, 1)
        stacked = np.delete(np.delete(stacked, place, 0), place, 1)
    return chains


def _stacked(boxes: Boxes, gap: float) -> NDArray[np.bool_]:
    """Which parts stand above which others, or below: (n, n).

    gap: least space between them, of the height of both.
    """
    left, top, right, bottom = boxes.T
    high = bottom - top
    taller = np.maximum(high[:, None], high)
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    height = np.maximum(bottom[:, None], bottom) - np.minimum(top[:, None], top)
    apart = np.maximum(top - bottom[:, None], top[:, None] - bottom)
    return np.asarray((across > -ASIDE * taller) & (apart > gap * height), np.bool_)


def _distance(boxes: Boxes, box: NDArray[np.float64]) -> float:
    """From a box to the nearest of some others."""
    x = np.maximum(np.maximum(boxes[:, 0] - box[2], box[0] - boxes[:, 2]), 0)
    y = np.maximum(np.maximum(boxes[:, 1] - box[3], box[1] - boxes[:, 3]), 0)
    return float(np.hypot(x, y).min())


def line_height(boxes: Boxes) -> float:
    """Of a line of parts, some of which are small; never 0."""
    return max(float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0)), 1e-6)


def crossings(strokes: Sequence[NDArray[np.float64]], boxes: Boxes) -> NDArray[np.bool_]:
    """Which strokes, float (n, 2), cross each other well within both: bool (strokes, strokes).

    boxes: of the strokes. Digits that touch meet at their ends or rims; lines that cross in their
    midst are one sign.
    """
    found = np.zeros((len(strokes), len(strokes)), np.bool_)
    if len(strokes) == 1:
        return found
    least = BEYOND * line_height(boxes)
    left, top, right, bottom = boxes.T
    over = right[:, None] - left  # how far the one must be pushed to the right to part them
    below = bottom[:, None] >= top
    far_in = over >= least
    near = far_in & far_in.T & below & below.T
    pairs = np.argwhere(np.triu(near, 1))[:MOST_PAIRS]
    for one, other in pairs.tolist():
        found[one, other] = found[other, one] = _cross(
            _coarse(strokes[one]), _coarse(strokes[other])
        )
    return found


def _coarse(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    """The stroke with every so many of its points (n, 2), where it has more than MAX_POINTS."""
    return stroke[:: -(-len(stroke) // MAX_POINTS)]


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    start, way = _inner(one)
    begin, turn = _inner(other)
    start, way = start[:, None], way[:, None]  # (n, 1, 2), and the other's (m, 2)
    area = way[..., 0] * turn[:, 1] - way[..., 1] * turn[:, 0]  # (n, m)
    safe = np.where(area == 0, np.inf, area)
    x, y = begin[:, 0] - start[..., 0], begin[:, 1] - start[..., 1]
    along = (x * turn[:, 1] - y * turn[:, 0]) / safe
    across = (x * way[..., 1] - y * way[..., 0]) / safe
    met = (area != 0) & (along >= 0) & (along <= 1) & (across >= 0) & (across <= 1)
    return bool(met.any())


def _inner(stroke: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The legs of a stroke that lie away from both of its ends: starts and ways, (n, 2) each."""
    legs = stroke[1:] - stroke[:-1]
    lengths = np.hypot(legs[:, 0], legs[:, 1])
    way = np.cumsum(lengths) - lengths / 2
    total = max(float(lengths.sum()), 1e-9)
    inner = (way > WITHIN * total) & (way < (1 - WITHIN) * total)
    return stroke[:-1][inner], legs[inner]
