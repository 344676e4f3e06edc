"""Upright rules of a table that are not seen in a narrow gap of one row, but above or below it.

Between two digits of a crowded table that nearly touch their rule, there is too little paper to
tell it from their ink. The rules of other rows say where it is, as they are straight.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.segmentation.boxes import Boxes, line_height

MAX_SLOPE: Final = 0.08  # pixels sideways per pixel down, of a table's rule in a photograph
MAX_AWAY: Final = 4.0  # line heights from a row to those in which its rules are seen
MAX_BESIDE: Final = 2.0  # line heights to a row next to it, where one rule is enough
MIN_GAP: Final = 0.08  # line heights between two digits that a hidden rule divides
MARGIN: Final = 0.05  # line heights by which a rule may seem to lie beside the gap

Place = tuple[float, float]  # x and y of the middle of a rule that is seen in a row


def split_at_hidden(
    boxes: Boxes, groups: Sequence[list[int]], places: Sequence[Place]
) -> list[list[int]]:
    """The parts of a line that is divided by rules, also where the next row or two others show one.

    boxes: of the parts. groups: the line's parts, divided where rules are seen. places: of the
    rules of all rows that rules divide.
    """
    members = [part for group in groups for part in group]
    height = line_height(boxes[members])
    middle = float((boxes[members, 1].min() + boxes[members, 3].max()) / 2)
    near = [place for place in places if abs(place[1] - middle) <= MAX_AWAY * height]
    beside = [x for x, y in near if abs(y - middle) <= MAX_BESIDE * height]
    hidden = np.array(
        beside
        + [
            x + (other_x - x) * (middle - y) / (other_y - y)
            for (x, y), (other_x, other_y) in combinations(near, 2)
            if abs(other_y - y) > height and abs(other_x - x) <= MAX_SLOPE * abs(other_y - y)
        ]
    )
    return [part for group in groups for part in _split(boxes, group, hidden, height)]


def _split(
    boxes: Boxes, group: list[int], hidden: NDArray[np.float64], height: float
) -> list[list[int]]:
    """A group of parts from left to right, divided at gaps in which a hidden rule is."""
    parts, reach = [[group[0]]], float(boxes[group[0], 2])
    for part in group[1:]:
        left, right = reach, float(boxes[part, 0])
        margin = MARGIN * height
        is_hidden = ((hidden >= left - margin) & (hidden <= right + margin)).any()
        if right - left >= MIN_GAP * height and is_hidden:
            parts.append([part])
        else:
            parts[-1].append(part)
        reach = max(reach, float(boxes[part, 2]))
    return parts
