"""Which parts of one line belong together: the digits in it, as the best path through a lattice.

A part is not divided further: it is a stroke, or a slice of a connected component. A candidate for
a digit is a run of neighbouring parts. The recogniser says how well each candidate would do as a
digit, the gaps say where one digit ends and the next begins, and the best path from the left to
the right decides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import log_softmax
from app.segmentation.text_lines import Boxes, line_height

Candidate = tuple[int, int]  # the first part, and the one after the last

MAX_PARTS: Final = 5  # in a digit, as people write them; more only where all overlap
MAX_CANDIDATES: Final = 1_500  # in one input, about: of many parts, fewer are tried together
MIN_PARTS_TRIED: Final = 3  # parts that are tried together however many there are
MAX_WIDTH: Final = 1.9  # line heights of a digit, unless it is a single part
MAX_CUT_WIDTH: Final = 1.2  # the same where a connected component is cut
MAX_GAP: Final = 0.5  # line heights between two parts of a digit


@dataclass(frozen=True)
class Weights:
    """What tells digits from parts of digits, beside how they look; costs are in nats.

    Gaps, widths and heights are in line heights; a gap is below 0 where boxes overlap.
    """

    even_gap: float = -0.06  # a gap as likely within a digit as between two
    gap_slope: float = 0.7  # how fast that changes with the gap
    low_cost: float = 9.0  # of a digit, for each line height that it is lower than `min_height`
    min_height: float = 0.7
    negative_cost: float = 1.0  # of a mark that is not a digit
    broad_cost: float = 12.0  # of such a mark, for each line height beyond `max_width`: it is
    max_width: float = 0.8  # likely several digits
    min_log_probability: float = -40.0  # of a candidate; unlikelier ones cost no more
    cut_cost: float = 0.3  # of a cut through a connected component
    crossing_cost: float = 8.0  # of separating strokes that cross each other
    overlap_cost: float = 30.0  # of separating boxes, for each line height beyond `free_overlap`
    free_overlap: float = 0.12


WEIGHTS: Final = Weights()
# The least that any mark of full height scores, see `_look`: all ten digits are equally likely, and
# "not a digit" is likelier than each of them by what `negative_cost` takes away again.
MIN_SCORE: Final = -math.log(10 + math.exp(WEIGHTS.negative_cost))


def find_candidates(
    boxes: Boxes, sliced: NDArray[np.bool_] | None = None, num_parts: int = 0
) -> list[Candidate]:
    """Which neighbouring parts of one line may be a digit; boxes in the line's order.

    sliced: whether each part was cut off the one before. num_parts: of all lines, which bounds how
    many of them a candidate may have, unless they stand alone; 0 where this is the only line.
    """
    if len(boxes) == 2 and sliced is None and _are_inseparable(boxes):
        return [(0, 2)]
    max_tried = max(MAX_CANDIDATES // max(num_parts, len(boxes)), MIN_PARTS_TRIED)
    height = line_height(boxes)
    candidates = []
    cuts = [False] * (len(boxes) + 1) if sliced is None else [*sliced.tolist(), False]
    sides = boxes.tolist()
    reach = -math.inf  # the right side of everything before the first part
    for first in range(len(boxes)):
        left, _, right, _ = sides[first]
        starts_alone = left > reach and not cuts[first]
        reach = max(reach, right)
        for last in range(first + 1, len(boxes) + 1):
            box = sides[last - 1]
            has_gap = last > first + 1 and box[0] > right
            if (
                has_gap
                and not cuts[last - 1]
                and (box[0] - right > MAX_GAP * height or last - first > MAX_PARTS)
            ):
                break
            left, right = min(left, box[0]), max(right, box[2])
            if last - first > max_tried and not (
                starts_alone and (last == len(boxes) or (sides[last][0] > right and not cuts[last]))
            ):
                continue
            is_whole = not cuts[first] and not cuts[last]
            max_width = (MAX_WIDTH if is_whole else MAX_CUT_WIDTH) * height
            if last == first + 1 or right - left <= max_width:
                candidates.append((first, last))
            elif is_whole and all(cuts[first + 1 : last]):
                candidates.append((first, last))  # a scribble is one mark, however wide it is
    return candidates


def _are_inseparable(boxes: Boxes, weights: Weights = WEIGHTS) -> bool:
    """Whether two strokes reach so far into each other that no logits can separate them.

    This is so in most digits of two strokes, and saves drawing and classifying each stroke alone.
    """
    height = line_height(boxes)
    (left, _, right, _), (start, _, end, _) = boxes.tolist()
    width, gap = (max(right, end) - min(left, start)) / height, (start - right) / height
    broad = weights.broad_cost * max(width - weights.max_width, 0)
    together = MIN_SCORE - broad - _joining_cost(gap, weights)
    return bool(width <= MAX_WIDTH and together > -_separating_cost(gap, weights))


def boxes_of(boxes: Boxes, candidates: Sequence[Candidate]) -> Boxes:
    """The boxes of candidates (n, 4), from the boxes of the parts."""
    sides, candidate_boxes = boxes.tolist(), []
    for first, last in candidates:
        lefts, tops, rights, bottoms = zip(*sides[first:last], strict=True)
        candidate_boxes.append((min(lefts), min(tops), max(rights), max(bottoms)))
    return np.array(candidate_boxes, np.float64)


def best_path(
    boxes: Boxes,
    candidates: Sequence[Candidate],
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
    cuts = [False] * len(boxes) if sliced is None else sliced.tolist()
    if crossing is not None and not crossing.any():
        crossing = None
    height = line_height(boxes)
    candidate_boxes = boxes_of(boxes, candidates)
    lefts, rights = candidate_boxes[:, 0].tolist(), candidate_boxes[:, 2].tolist()
    scores = _scores(boxes, candidates, candidate_boxes, logits, cuts, weights)
    ending: dict[int, list[int]] = {}  # the candidates that end before each part
    for index, (_, last) in enumerate(candidates):
        ending.setdefault(last, []).append(index)
    total = [-math.inf] * len(candidates)  # the score of the best path that ends with each
    previous = [-1] * len(candidates)
    for index in sorted(range(len(candidates)), key=lambda index: candidates[index]):
        first = candidates[index][0]
        if first == 0:
            total[index] = scores[index]
        for before in ending.get(first, []):
            if cuts[first]:
                cost = weights.cut_cost
            else:
                cost = _separating_cost((lefts[index] - rights[before]) / height, weights)
            if crossing is not None:
                these, those = slice(*candidates[index]), slice(*candidates[before])
                cost += weights.crossing_cost * bool(crossing[these, those].any())
            if total[before] + scores[index] - cost > total[index]:
                total[index], previous[index] = total[before] + scores[index] - cost, before
    index = max(ending[len(boxes)], key=lambda index: total[index])
    path = []
    while index >= 0:
        path.append(index)
        index = previous[index]
    return path[::-1]


def _scores(
    boxes: Boxes,
    candidates: Sequence[Candidate],
    candidate_boxes: Boxes,
    logits: NDArray[np.float32],
    cuts: list[bool],
    weights: Weights,
) -> list[float]:
    """How well each candidate would do as a digit by its look, its size and the gaps in it."""
    height = line_height(boxes)
    widths, heights = (candidate_boxes[:, 2:] - candidate_boxes[:, :2]).T
    size = np.maximum(heights, 0.5 * widths) / height
    look = _look(logits, widths / height, weights)
    # Lists from here on: single numbers of arrays are slow.
    scores: list[float] = (
        look - weights.low_cost * np.maximum(weights.min_height - size, 0)
    ).tolist()
    sides = boxes.tolist()
    for index, (first, last) in enumerate(candidates):
        right = sides[first][2]
        for part in range(first + 1, last):
            if not cuts[part]:
                scores[index] -= _joining_cost((sides[part][0] - right) / height, weights)
            right = max(right, sides[part][2])
    return scores


def _look(
    logits: NDArray[np.float32], widths: NDArray[np.float64], weights: Weights
) -> NDArray[np.float64]:
    """How well each candidate would do as a digit, or as a mark that is none: (n,), nats.

    widths: in line heights.
    """
    log_probabilities = log_softmax(logits)
    digit = np.maximum(log_probabilities[:, :-1].max(axis=1), weights.min_log_probability)
    broad = weights.broad_cost * np.maximum(widths - weights.max_width, 0)
    negative = log_probabilities[:, -1] - weights.negative_cost - broad
    return np.asarray(np.maximum(digit, negative), np.float64)


def _joining_cost(gap: float, weights: Weights) -> float:
    """The cost of a gap within a digit."""
    return float(np.logaddexp(0, weights.gap_slope * (gap - weights.even_gap)))


def _separating_cost(gap: float, weights: Weights) -> float:
    """The cost of a gap between two digits."""
    overlap = max(-gap - weights.free_overlap, 0.0)
    between = float(np.logaddexp(0, -weights.gap_slope * (gap - weights.even_gap)))
    return between + weights.overlap_cost * overlap
