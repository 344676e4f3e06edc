"""Which parts of a drawing belong together: lines, and the digits in each.

A part is what is not divided further: a stroke, or a slice of connected pixels. Digits are runs of
neighbouring parts. The recogniser says of each possible run how well it would do as a digit,
the gaps say where one digit ends, and the best path from the left to the right decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]  # (n, 4): left, top, right, bottom
Run = tuple[int, int]  # the first part, and the one after the last

LONGEST: Final = 5  # parts in a digit, as people write them; more only where all overlap
BODY: Final = 0.5  # of the highest part's height, what makes a line; dots and dashes are lower
SHARED: Final = 0.25  # of the lower one's height that neighbours in a line have in common
OVER: Final = 0.3  # of the narrower one's width, for one part to stand above another
# Of the height of both, the least space between two lines: halves of one digit are closer, and
# where there is nothing else they may be halves of an 8 that is not.
MANY: Final = 0.06
FEW: Final = 0.15
WITHIN: Final = 0.15  # of a stroke's length from its ends, for a crossing to tie it to another
BEYOND: Final = 0.14  # line heights that strokes then reach into each other
WIDEST: Final = 1.9  # line heights; nothing wider is one digit, if it has more than one part
WIDEST_CUT: Final = 1.2  # the same where connected ink is cut


@dataclass(frozen=True)
class Weights:
    """What tells digits from parts of digits, beside how they look; in nats where not said.

    Gaps are in line heights, below 0 where boxes overlap. At `even` it is as likely that a gap
    lies within a digit as between two; `steep` says how fast that changes. small: the cost of a
    digit for each line height that it is lower than `low`. strange: of a mark that is no digit,
    and broad: for each line height that it is broader than `wide`, being likely several digits.
    worst: the least that the look of a digit counts. slice: of a cut through connected ink.
    crossed: of parting strokes that cross each other. deep: of parting boxes that overlap, for
    each line height beyond `rim`.
    """

    even: float = -0.12
    steep: float = 1.4
    small: float = 9.0
    low: float = 0.7
    strange: float = 1.0
    broad: float = 12.0
    wide: float = 0.8
    worst: float = -40.0
    slice: float = 0.6
    crossed: float = 8.0
    deep: float = 30.0
    rim: float = 0.12


WEIGHTS: Final = Weights()


def lines(boxes: Boxes) -> list[list[int]]:
    """The parts of each line, from left to right; lines from top to bottom.

    Lines may be slanted or wavy: a part goes on the line of a neighbour beside it. There is
    more than one line only where something stands above something else.
    """
    heights = boxes[:, 3] - boxes[:, 1]
    middles = boxes[:, 0] + boxes[:, 2]
    body = np.flatnonzero(heights >= BODY * heights.max(initial=0.0))
    gap = FEW if len(body) == 2 else MANY
    found: list[list[int]] = []
    for part in sorted(body.tolist(), key=lambda part: float(middles[part])):
        shared = [max(_shared(boxes[one], boxes[part]) for one in line[-3:]) for line in found]
        best = int(np.argmax(shared)) if found else 0
        if found and shared[best] > SHARED:
            found[best].append(part)
        else:
            found.append([part])
    number = 1
    while number < len(found):
        other = next(
            (o for o in found[:number] if not _stacked(boxes, o, found[number], gap)), None
        )
        if other is None:
            number += 1
        else:
            other += found.pop(number)
            number = 1
    for part in sorted(set(range(len(boxes))) - set(body.tolist())):
        distances = [_distance(boxes[line], boxes[part]) for line in found]
        found[int(np.argmin(distances))].append(part)
    found = [sorted(line, key=lambda part: float(middles[part])) for line in found]
    return sorted(found, key=lambda line: float(boxes[line, 1].mean()))


def _stacked(boxes: Boxes, one: list[int], other: list[int], gap: float) -> bool:
    """Whether something of one line stands above something of the other.

    gap: least space between them, of the height of both.
    """
    for first in boxes[one]:
        for second in boxes[other]:
            narrower = min(first[2] - first[0], second[2] - second[0])
            across = min(first[2], second[2]) - max(first[0], second[0])
            height = max(first[3], second[3]) - min(first[1], second[1])
            apart = max(second[1] - first[3], first[1] - second[3])
            if across > OVER * narrower and apart > gap * height:
                return True
    return False


def _shared(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The height that two boxes share, of the lower one's."""
    lower = min(one[3] - one[1], other[3] - other[1])
    return float((min(one[3], other[3]) - max(one[1], other[1])) / max(lower, 1e-6))


def _distance(boxes: Boxes, box: NDArray[np.float64]) -> float:
    """From a box to the nearest of some others."""
    x = np.maximum(np.maximum(boxes[:, 0] - box[2], box[0] - boxes[:, 2]), 0)
    y = np.maximum(np.maximum(boxes[:, 1] - box[3], box[1] - boxes[:, 3]), 0)
    return float(np.hypot(x, y).min())


def runs(boxes: Boxes, sliced: NDArray[np.bool_] | None = None) -> list[Run]:
    """Which neighbouring parts of one line may be a digit; boxes in the line's order.

    sliced: whether each part was cut off the one before.
    """
    height = line_height(boxes)
    found = []
    cuts = np.zeros(len(boxes) + 1, np.bool_)
    if sliced is not None:
        cuts[:-1] = sliced
    for first in range(len(boxes)):
        right = boxes[first, 2]
        for last in range(first + 1, len(boxes) + 1):
            box = boxes[last - 1]
            apart = last > first + 1 and box[0] > right
            if (
                apart
                and not cuts[last - 1]
                and (box[0] - right > 0.5 * height or last - first > LONGEST)
            ):
                break
            right = max(right, box[2])
            width = right - boxes[first:last, 0].min()
            whole = not cuts[first] and not cuts[last]
            if last == first + 1 or width <= (WIDEST if whole else WIDEST_CUT) * height:
                found.append((first, last))
            elif whole and cuts[first + 1 : last].all():
                found.append((first, last))  # a scribble is one mark, however wide it is
    return found


def line_height(boxes: Boxes) -> float:
    """Of a line of parts, some of which are small; never 0."""
    return max(float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0)), 1e-6)


def best_path(
    boxes: Boxes,
    candidates: Sequence[Run],
    logits: NDArray[np.float32],
    sliced: NDArray[np.bool_] | None = None,
    crossing: NDArray[np.bool_] | None = None,
    weights: Weights = WEIGHTS,
) -> list[int]:
    """The candidates that make the best reading of one line, from left to right.

    boxes: of the parts in the line's order. logits: (candidates, 11), divided by the
    temperature. sliced: whether each part is connected with the one before. crossing: (n, n),
    which parts cross each other.
    """
    height = line_height(boxes)
    lefts = np.array([boxes[first:last, 0].min() for first, last in candidates])
    rights = np.array([boxes[first:last, 2].max() for first, last in candidates])
    tops = np.array([boxes[first:last, 1].min() for first, last in candidates])
    bottoms = np.array([boxes[first:last, 3].max() for first, last in candidates])
    size = np.maximum(bottoms - tops, 0.5 * (rights - lefts)) / height
    looks = _looks(logits, (rights - lefts) / height, weights)
    scores = looks - weights.small * np.maximum(weights.low - size, 0)
    for number, (first, last) in enumerate(candidates):
        right = boxes[first, 2]
        for part in range(first + 1, last):
            if sliced is None or not sliced[part]:
                scores[number] -= _joined((boxes[part, 0] - right) / height, weights)
            right = max(right, boxes[part, 2])
    ending: dict[int, list[int]] = {}
    for number, (_, last) in enumerate(candidates):
        ending.setdefault(last, []).append(number)
    total = np.full(len(candidates), -np.inf)
    before = np.full(len(candidates), -1)
    for number in sorted(range(len(candidates)), key=lambda one: candidates[one]):
        first = candidates[number][0]
        if first == 0:
            total[number] = scores[number]
        for left in ending.get(first, []):
            if sliced is not None and sliced[first]:
                cost = weights.slice
            else:
                cost = _parted((lefts[number] - rights[left]) / height, weights)
            if crossing is not None:
                here, there = slice(*candidates[number]), slice(*candidates[left])
                cost += weights.crossed * bool(crossing[here, there].any())
            if total[left] + scores[number] - cost > total[number]:
                total[number], before[number] = total[left] + scores[number] - cost, left
    number = max(ending[len(boxes)], key=lambda one: float(total[one]))
    path = []
    while number >= 0:
        path.append(number)
        number = int(before[number])
    return path[::-1]


def crossings(strokes: Sequence[NDArray[np.float64]], boxes: Boxes) -> NDArray[np.bool_]:
    """Which strokes, float (n, 2), cross each other well within both: bool (strokes, strokes).

    boxes: of the strokes. Digits that touch meet at their ends or rims; lines that cross in their
    midst are one sign.
    """
    found = np.zeros((len(strokes), len(strokes)), np.bool_)
    least = BEYOND * line_height(boxes)
    for one in range(len(strokes)):
        # A push to the side as far as this would part them.
        push = np.minimum(boxes[:, 2] - boxes[one, 0], boxes[one, 2] - boxes[:, 0])
        apart = (boxes[:, 1] > boxes[one, 3]) | (boxes[one, 1] > boxes[:, 3]) | (push < least)
        for other in np.flatnonzero(~apart):
            if other > one:
                found[one, other] = found[other, one] = _cross(strokes[one], strokes[int(other)])
    return found


def _cross(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    start, way = one[:-1, None], np.diff(one, axis=0)[:, None]  # (n, 1, 2)
    begin, turn = other[None, :-1], np.diff(other, axis=0)[None]  # (1, m, 2)
    area = way[..., 0] * turn[..., 1] - way[..., 1] * turn[..., 0]  # (n, m)
    safe = np.where(area == 0, np.inf, area)
    x, y = begin[..., 0] - start[..., 0], begin[..., 1] - start[..., 1]
    along = (x * turn[..., 1] - y * turn[..., 0]) / safe
    across = (x * way[..., 1] - y * way[..., 0]) / safe
    met = (area != 0) & (along >= 0) & (along <= 1) & (across >= 0) & (across <= 1)
    return bool((met & _inner(one)[:, None] & _inner(other)[None]).any())


def _inner(stroke: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which legs of a stroke lie away from both of its ends: (n - 1,)."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    way = np.cumsum(lengths) - lengths / 2
    total = max(float(lengths.sum()), 1e-9)
    return np.asarray((way > WITHIN * total) & (way < (1 - WITHIN) * total), np.bool_)


def _looks(
    logits: NDArray[np.float32], widths: NDArray[np.float64], weights: Weights
) -> NDArray[np.float64]:
    """How well each candidate would do as a digit, or as a mark that is none: (n,), nats.

    widths: in line heights.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    digit = np.maximum(log[:, :-1].max(axis=1), weights.worst)
    several = weights.broad * np.maximum(widths - weights.wide, 0)
    return np.asarray(np.maximum(digit, log[:, -1] - weights.strange - several), np.float64)


def _joined(gap: float, weights: Weights) -> float:
    """The cost of a gap within a digit."""
    return float(np.logaddexp(0, weights.steep * (gap - weights.even)))


def _parted(gap: float, weights: Weights) -> float:
    """The cost of a gap between two digits."""
    deep = max(-gap - weights.rim, 0.0)
    return float(np.logaddexp(0, -weights.steep * (gap - weights.even))) + weights.deep * deep
