"""Which parts of one line belong together: the digits in it.

A part is what is not divided further: a stroke, or a slice of connected pixels. Digits are runs of
neighbouring parts. The recogniser says of each possible run how well it would do as a digit,
the gaps say where one digit ends, and the best path from the left to the right decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.layout import Boxes, line_height

Run = tuple[int, int]  # the first part, and the one after the last

LONGEST: Final = 5  # parts in a digit, as people write them; more only where all overlap
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
