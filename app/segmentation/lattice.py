"""Which parts of one line form its digits: the best path through a lattice of candidates.

Candidates for digits are runs of neighbouring parts, see `runs`. Each has a score by how much it
looks like a digit and by the gaps within it, and each step to the next candidate has a cost by the
gap between them. The path from left to right with the highest sum is taken.
"""

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import log_softmax
from app.segmentation.costs import WEIGHTS, Weights, joining_cost, separating_cost
from app.segmentation.runs import Candidate, boxes_of
from app.segmentation.text_lines import Boxes, line_height

MAX_SYMBOL_DISTANCE: Final = 1.0  # line heights from a candidate to the place of its symbol


class Lattice:
    """The candidates of one line, and the cost of each path through them.

    boxes: of the parts, in the line's order. sliced: (n,), whether each part was cut off the part
    before. crossing: (n, n), which parts cross each other.
    """

    def __init__(
        self,
        boxes: Boxes,
        candidates: Sequence[Candidate],
        sliced: NDArray[np.bool_] | None = None,
        crossing: NDArray[np.bool_] | None = None,
        weights: Weights = WEIGHTS,
    ) -> None:
        self._parts, self._candidates, self._weights = boxes, candidates, weights
        self._height = line_height(boxes)
        self.boxes = boxes_of(boxes, candidates)
        self._cuts = [False] * len(boxes) if sliced is None else sliced.tolist()
        self._crossing = crossing if crossing is not None and crossing.any() else None

    # The properties below are computed only when needed, since most drawings are a single digit.

    @cached_property
    def is_cut(self) -> NDArray[np.bool_]:
        """Whether each candidate was cut off a neighbour, so that its look says little."""
        ends = [*self._cuts, False]
        return np.array([ends[first] or ends[last] for first, last in self._candidates], np.bool_)

    @cached_property
    def _order(self) -> list[int]:
        """The candidates from left to right."""
        return sorted(range(len(self._candidates)), key=lambda index: self._candidates[index])

    def best_path(self, logits: NDArray[np.float32]) -> list[int]:
        """The candidates that look most like characters, from left to right.

        logits: (candidates, 11), divided by the temperature.
        """
        if len(self._candidates) == 1:
            return [0]
        looks = np.maximum(log_softmax(logits).max(axis=1), self._weights.min_log_probability)
        scores = (looks - self._joining).tolist()
        total: dict[int, float] = {}  # the score of the best path that ends with each
        previous: dict[int, int] = {}
        for index in self._order:
            best, origin = (0.0, -1) if self._candidates[index][0] == 0 else (-math.inf, -1)
            for before, cost in self._predecessors[index]:
                if total[before] - cost > best:
                    best, origin = total[before] - cost, before
            total[index], previous[index] = best + scores[index], origin
        last = len(self._parts)
        ends = [index for index in self._order if self._candidates[index][1] == last]
        index = max(ends, key=total.__getitem__)
        path = []
        while index >= 0:
            path.append(index)
            index = previous[index]
        return path[::-1]

    def path_of_text(
        self,
        symbol_scores: NDArray[np.float64],
        places: Sequence[float],
        negative: NDArray[np.float64],
    ) -> tuple[list[int], float] | None:
        """The candidates that are a text's symbols, one each from left to right, and their score.

        symbol_scores: (candidates, symbols), log-probabilities of each symbol of the text. places:
        x of the symbols. negative: (candidates,), log-probabilities that a candidate is not a
        character, which the whole must be where it is cut. None where there is no such path.
        """
        cut_costs = [0.0 if whole is None else -float(negative[whole]) for whole in self._wholes]
        middles = (self.boxes[:, 0] + self.boxes[:, 2]) / 2
        aside = np.abs(middles[:, None] - np.array(places)) / self._height
        scores = symbol_scores - self._weights.aside_cost * aside**2 - self._joining[:, None]
        table, is_near = scores.tolist(), aside <= MAX_SYMBOL_DISTANCE
        nearby = [np.flatnonzero(row).tolist() for row in is_near]
        total: dict[tuple[int, int], float] = {}  # of the best path to a candidate and its symbol
        previous: dict[tuple[int, int], tuple[int, int] | None] = {}
        for index in self._order:
            for symbol in nearby[index]:
                first = self._candidates[index][0]
                best, origin = (0.0 if first == 0 and symbol == 0 else -math.inf), None
                for before, cost in self._predecessors[index]:
                    score = total.get((before, symbol - 1), -math.inf) - cost - cut_costs[first]
                    if score > best:
                        best, origin = score, (before, symbol - 1)
                if best > -math.inf:
                    total[index, symbol] = best + table[index][symbol]
                    previous[index, symbol] = origin
        last, final = len(self._parts), len(places) - 1
        ends = [end for end in total if end[1] == final and self._candidates[end[0]][1] == last]
        if not ends:
            return None
        state: tuple[int, int] | None = max(ends, key=total.__getitem__)
        assert state is not None
        score, path = total[state], []
        while state is not None:
            path.append(state[0])
            state = previous[state]
        return path[::-1], score

    @cached_property
    def _wholes(self) -> list[int | None]:
        """For each part that was cut off the one before, the candidate that is the uncut whole.

        The candidate's index; None for other parts.
        """
        indices = {candidate: index for index, candidate in enumerate(self._candidates)}
        starts = [index for index, is_cut in enumerate(self._cuts) if not is_cut]
        wholes: list[int | None] = [None] * len(self._cuts)
        for first, last in pairwise([*starts, len(self._cuts)]):
            for part in range(first + 1, last):
                wholes[part] = indices.get((first, last))
        return wholes

    @cached_property
    def _joining(self) -> NDArray[np.float64]:
        """The cost of the gaps within each candidate."""
        costs = []
        sides = self._parts.tolist()  # single numbers of arrays are slow
        for first, last in self._candidates:
            right, cost = sides[first][2], 0.0
            for part in range(first + 1, last):
                if not self._cuts[part]:
                    gap = (sides[part][0] - right) / self._height
                    cost += joining_cost(gap, self._weights)
                right = max(right, sides[part][2])
            costs.append(cost)
        return np.array(costs, np.float64)

    @cached_property
    def _predecessors(self) -> list[list[tuple[int, float]]]:
        """For each candidate, those that end where it begins, and the cost of separating them."""
        lefts, rights = self.boxes[:, 0].tolist(), self.boxes[:, 2].tolist()
        ending: dict[int, list[int]] = {}
        for index, (_, last) in enumerate(self._candidates):
            ending.setdefault(last, []).append(index)
        predecessors = []
        for index, (first, last) in enumerate(self._candidates):
            costs = []
            for before in ending.get(first, []):
                if self._cuts[first]:
                    cost = self._weights.cut_cost
                else:
                    gap = (lefts[index] - rights[before]) / self._height
                    cost = separating_cost(gap, self._weights)
                if self._crossing is not None:
                    before_parts = slice(*self._candidates[before])
                    is_crossed = bool(self._crossing[first:last, before_parts].any())
                    cost += self._weights.crossing_cost * is_crossed
                costs.append((before, cost))
            predecessors.append(costs)
        return predecessors
