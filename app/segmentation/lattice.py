"""Which parts of one line belong together: the digits in it.

A part is what is not divided further: a stroke, or a slice of connected pixels. Digits are runs of
neighbouring parts. The recogniser says of each possible run how well it would do as a digit,
the gaps say where one digit ends, and the best path from the left to the right decides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import log_softmax
from app.segmentation.text_lines import Boxes, line_height

Run = tuple[int, int]  # the first part, and the one after the last

LONGEST: Final = 5  # parts in a digit, as people write them; more only where all overlap
MOST_RUNS: Final = 1_500  # in one input: where it has many parts, digits have the fewer
FEWEST: Final = 3  # parts in a digit that are always thought of
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

    even: float = -0.06
    steep: float = 0.7
    small: float = 9.0
    low: float = 0.7
    strange: float = 1.0
    broad: float = 12.0
    wide: float = 0.8
    worst: float = -40.0
    slice: float = 0.3
    crossed: float = 8.0
    deep: float = 30.0
    rim: float = 0.12


WEIGHTS: Final = Weights()
# What any mark of full height looks like at least, see `_looks`: where all ten digits are equally
# likely, and none of them likelier than each by what `strange` costs.
LEAST: Final = -math.log(10 + math.exp(WEIGHTS.strange))


def runs(boxes: Boxes, sliced: NDArray[np.bool_] | None = None, parts: int = 0) -> list[Run]:
    """Which neighbouring parts of one line may be a digit; boxes in the line's order.

    sliced: whether each part was cut off the one before. parts: of all lines, which bounds how
    many of them a digit may have, unless they stand alone; 0 where this is the only line.
    """
    if len(boxes) == 2 and sliced is None and _are_one(boxes):
        return [(0, 2)]
    most = max(MOST_RUNS // max(parts, len(boxes)), FEWEST)
    height = line_height(boxes)
    found = []
    cuts = [False] * (len(boxes) + 1) if sliced is None else [*sliced.tolist(), False]
    sides = boxes.tolist()
    reach = -math.inf  # of what is before the first part
    for first in range(len(boxes)):
        left, _, right, _ = sides[first]
        alone = left > reach and not cuts[first]
        reach = max(reach, right)
        for last in range(first + 1, len(boxes) + 1):
            box = sides[last - 1]
            apart = last > first + 1 and box[0] > right
            if (
                apart
                and not cuts[last - 1]
                and (box[0] - right > 0.5 * height or last - first > LONGEST)
            ):
                break
            left, right = min(left, box[0]), max(right, box[2])
            if last - first > most and not (
                alone and (last == len(boxes) or (sides[last][0] > right and not cuts[last]))
            ):
                continue
            whole = not cuts[first] and not cuts[last]
            if last == first + 1 or right - left <= (WIDEST if whole else WIDEST_CUT) * height:
                found.append((first, last))
            elif whole and all(cuts[first + 1 : last]):
                found.append((first, last))  # a scribble is one mark, however wide it is
    return found


def _are_one(boxes: Boxes, weights: Weights = WEIGHTS) -> bool:
    """Whether two strokes reach so far into each other that no logits can part them.

    Most digits of two strokes do; their glyphs by themselves need not be drawn and classified.
    """
    height = line_height(boxes)
    (left, _, right, _), (start, _, end, _) = boxes.tolist()
    width, gap = (max(right, end) - min(left, start)) / height, (start - right) / height
    together = LEAST - weights.broad * max(width - weights.wide, 0) - _joined(gap, weights)
    return bool(width <= WIDEST and together > -_parted(gap, weights))


def boxes_of(boxes: Boxes, candidates: Sequence[Run]) -> Boxes:
    """Of candidates (n, 4), from the boxes of the parts."""
    sides, found = boxes.tolist(), []
    for first, last in candidates:
        lefts, tops, rights, bottoms = zip(*sides[first:last], strict=True)
        found.append((min(lefts), min(tops), max(rights), max(bottoms)))
    return np.array(found, np.float64)


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
    if len(candidates) == 1:
        return [0]
    height = line_height(boxes)
    found = boxes_of(boxes, candidates)
    left_sides, right_sides = found[:, 0].tolist(), found[:, 2].tolist()
    widths, heights = (found[:, 2:] - found[:, :2]).T
    size = np.maximum(heights, 0.5 * widths) / height
    looks = _looks(logits, widths / height, weights)
    # What follows goes through single numbers, which is faster with Python's own.
    scores = (looks - weights.small * np.maximum(weights.low - size, 0)).tolist()
    sides = boxes.tolist()
    cuts = [False] * len(boxes) if sliced is None else sliced.tolist()
    if crossing is not None and not crossing.any():
        crossing = None
    for number, (first, last) in enumerate(candidates):
        right = sides[first][2]
        for part in range(first + 1, last):
            if not cuts[part]:
                scores[number] -= _joined((sides[part][0] - right) / height, weights)
            right = max(right, sides[part][2])
    ending: dict[int, list[int]] = {}
    for number, (_, last) in enumerate(candidates):
        ending.setdefault(last, []).append(number)
    total = [-math.inf] * len(candidates)
    before = [-1] * len(candidates)
    for number in sorted(range(len(candidates)), key=lambda one: candidates[one]):
        first = candidates[number][0]
        if first == 0:
            total[number] = scores[number]
        for left in ending.get(first, []):
            if cuts[first]:
                cost = weights.slice
            else:
                cost = _parted((left_sides[number] - right_sides[left]) / height, weights)
            if crossing is not None:
                here, there = slice(*candidates[number]), slice(*candidates[left])
                cost += weights.crossed * bool(crossing[here, there].any())
            if total[left] + scores[number] - cost > total[number]:
                total[number], before[number] = total[left] + scores[number] - cost, left
    number = max(ending[len(boxes)], key=lambda one: total[one])
    path = []
    while number >= 0:
        path.append(number)
        number = before[number]
    return path[::-1]


def _looks(
    logits: NDArray[np.float32], widths: NDArray[np.float64], weights: Weights
) -> NDArray[np.float64]:
    """How well each candidate would do as a digit, or as a mark that is none: (n,), nats.

    widths: in line heights.
    """
    log = log_softmax(logits)
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
