"""Which parts of one line form its digits: the best path through a lattice of candidates.

Candidates for digits are runs of neighbouring parts, see `runs`. Each has a score by how much it
looks like a digit, and each step to the next candidate has a cost if they overlap. The path from
left to right with the highest sum is taken.
"""

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.scores import log_softmax
from app.segmentation.boxes import Boxes, line_height
from app.segmentation.line_reading import MIN_LOG_PROBABILITY
from app.segmentation.runs import Candidate, boxes_of

MAX_SYMBOL_DISTANCE: Final = 1.0  # line heights from a candidate to the place of its symbol
# Heights of a character: below this size, a piece of ink may be a point, and so far above the foot.
MAX_POINT_SIZE: Final = 0.15
POINT_REACH: Final = 0.3
FREE_OVERLAP: Final = 0.12  # line heights of overlap between digits that cost nothing


class Lattice:
    """The candidates of one line, and the cost of each path through them.

    boxes: of the parts, in the line's order. sliced: (n,), whether each part was cut off the part
    before.
    """

    def __init__(
        self,
        boxes: Boxes,
        candidates: Sequence[Candidate],
        sliced: NDArray[np.bool_] | None = None,
    ) -> None:
        self._parts, self._candidates = boxes, candidates
        self._height = line_height(boxes)
        self.boxes = boxes_of(boxes, candidates)
        self._cuts = [False] * len(boxes) if sliced is None else sliced.tolist()

    # The properties below are computed only when needed, since most drawings are a single digit.

    @cached_property
    def is_cut(self) -> NDArray[np.bool_]:
        """Whether each candidate was cut off a neighbour, so that its look says little."""
        ends = [*self._cuts, False]
        return np.array([ends[first] or ends[last] for first, last in self._candidates], np.bool_)

    @cached_property
    def is_single(self) -> NDArray[np.bool_]:
        """Whether each candidate is one piece of ink: a stroke, a component, or cut off one."""
        pieces = np.cumsum(np.logical_not(self._cuts))
        ends = [(pieces[first], pieces[last - 1]) for first, last in self._candidates]
        return np.array([start == end for start, end in ends], np.bool_)

    @cached_property
    def has_point(self) -> NDArray[np.bool_]:
        """Whether each candidate has a small piece of ink at its foot, like a point."""
        has_point = np.zeros(len(self._candidates), np.bool_)
        ends = [*self._cuts, False]
        sizes = (self._parts[:, 2:] - self._parts[:, :2]).max(axis=1)
        small = [
            index
            for index in np.flatnonzero(sizes < MAX_POINT_SIZE * self._height).tolist()
            if not ends[index] and not ends[index + 1]
        ]
        for index, (first, last) in enumerate(self._candidates) if small else ():
            _, top, _, bottom = self.boxes[index]
            height = bottom - top
            has_point[index] = last > first + 1 and any(
                first <= part < last
                and sizes[part] < MAX_POINT_SIZE * height
                and self._parts[part, 1::2].mean() > bottom - POINT_REACH * height
                for part in small
            )
        return has_point

    def inner(self, index: int) -> list[int]:
        """The candidates that are some of the pieces of ink of another one, of this index."""
        ends = [*self._cuts, False]
        first, last = self._candidates[index]
        return [
            each
            for each, (start, end) in enumerate(self._candidates)
            if first <= start and end <= last and end - start < last - first
            if not (ends[start] or ends[end])
        ]

    @cached_property
    def _order(self) -> list[int]:
        """The candidates from left to right."""
        return sorted(range(len(self._candidates)), key=lambda index: self._candidates[index])

    def best_path(self, logits: NDArray[np.float32], overlap_cost: float) -> list[int]:
        """The candidates that look most like characters, from left to right.

        logits: (candidates, 11), divided by the temperature. overlap_cost: see `OperatingPoint`.
        """
        if len(self._candidates) == 1:
            return [0]
        scores = np.maximum(log_softmax(logits).max(axis=1), MIN_LOG_PROBABILITY).tolist()
        total: dict[int, float] = {}  # the score of the best path that ends with each
        previous: dict[int, int] = {}
        for index in self._order:
            best, origin = (0.0, -1) if self._candidates[index][0] == 0 else (-math.inf, -1)
            for before, overlap in self._predecessors[index]:
                if total[before] - overlap_cost * overlap > best:
                    best, origin = total[before] - overlap_cost * overlap, before
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
        overlap_cost: float,
    ) -> tuple[list[int], float] | None:
        """The candidates that are a text's symbols, one each from left to right, and their score.

        symbol_scores: (candidates, symbols), log-probabilities of each symbol of the text. places:
        x of the symbols. negative: (candidates,), log-probabilities that a candidate is not a
        character, which the whole must be where it is cut. overlap_cost: see `OperatingPoint`.
        None where there is no such path.
        """
        cut_costs = [0.0 if whole is None else -float(negative[whole]) for whole in self._wholes]
        middles = (self.boxes[:, 0] + self.boxes[:, 2]) / 2
        reach, symbols = MAX_SYMBOL_DISTANCE * self._height, np.array(places)
        from_symbol = symbols.searchsorted(middles - reach).tolist()
        to_symbol = symbols.searchsorted(middles + reach, "right").tolist()
        table = symbol_scores.tolist()
        total: dict[tuple[int, int], float] = {}  # of the best path to a candidate and its symbol
        previous: dict[tuple[int, int], tuple[int, int] | None] = {}
        for index in self._order:
            for symbol in range(from_symbol[index], to_symbol[index]):
                first = self._candidates[index][0]
                best, origin = (0.0 if first == 0 and symbol == 0 else -math.inf), None
                for before, overlap in self._predecessors[index]:
                    cost = overlap_cost * overlap + cut_costs[first]
                    score = total.get((before, symbol - 1), -math.inf) - cost
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
    def _predecessors(self) -> list[list[tuple[int, float]]]:
        """For each candidate, those that end where it begins, and how far they overlap it.

        In line heights beyond FREE_OVERLAP; 0 where one piece of ink was cut.
        """
        lefts, rights = self.boxes[:, 0].tolist(), self.boxes[:, 2].tolist()
        ending: dict[int, list[int]] = {}
        for index, (_, last) in enumerate(self._candidates):
            ending.setdefault(last, []).append(index)
        predecessors = []
        for index, (first, _) in enumerate(self._candidates):
            overlaps = []
            for before in ending.get(first, []):
                overlap = (rights[before] - lefts[index]) / self._height - FREE_OVERLAP
                overlaps.append((before, 0.0 if self._cuts[first] else max(overlap, 0.0)))
            predecessors.append(overlaps)
        return predecessors
