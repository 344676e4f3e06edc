"""Where one number ends and the next begins in the cells of a grid or in the boxes of a form.

There is as much paper between boxes as between numbers. Evenly spaced digits in a single row are
one number in boxes; in several rows they are numbers of one digit in cells. A rule between two
digits divides them too, unless it is one of squared paper.
"""

import math
from collections.abc import Sequence
from itertools import chain, groupby, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import BoxRow
from app.ink.printed import dividers
from app.ink.printed.bands import usual_distance
from app.segmentation.hidden_rules import Place, split_at_hidden
from app.segmentation.text_lines import MIN_BODY_HEIGHT, Boxes, line_height

# Gaps are in line heights.
MIN_NUMBER_GAP: Final = 1.2  # between two numbers on one line
MIN_CELL_GAP: Final = 0.6  # between the digits of neighbouring cells
MAX_BOX_GAP: Final = 2.5  # between the digits of neighbouring boxes
MIN_BOXES: Final = 3  # digits in a row of boxes
MAX_UNEVENNESS: Final = 0.25  # column distances by which a digit may lie off its column
MIN_RULED_GAP: Final = 0.15  # between digits that a rule divides
MAX_BOX_WIDTH: Final = 1.8  # of one that holds a single digit
MIN_SINGLE: Final = 0.6  # share of a form's boxes that hold one piece no wider than a digit
MAX_ADJOINING: Final = 0.3  # heights of a row between it and one that adjoins
MIN_ALIKE_GAP: Final = 0.5  # of gaps where a rule is seen: one where it may be hidden
MIN_NUMBERS: Final = 2  # between which a single line is a bar, and not the wall of two boxes
MIN_CROSSED: Final = 1 / 3  # marks that a rule goes through, to one between marks: squared paper
MAX_OTHERS: Final = 1 / 3  # share of a form's walls that seem to go on, as by a digit's tail
MAX_WALL_GAP: Final = 1.2  # between a box's wall and the digit in it
MAX_DIGIT_ASPECT: Final = 1.2  # ratio of width to height


class _Rule(NamedTuple):
    """A rule between two parts of a line.

    left, right: boxes of what is beside it. x: of its middle. is_wall: whether it is longer than a
    bar that is drawn between two numbers.
    """

    left: NDArray[np.float64]
    right: NDArray[np.float64]
    x: float
    is_wall: bool

    @property
    def place(self) -> Place:
        tops, bottoms = (self.left[1], self.right[1]), (self.left[3], self.right[3])
        return self.x, float(min(tops) + max(bottoms)) / 2


class _Ruled(NamedTuple):
    """The parts of a line, split at all of its rules."""

    groups: list[list[int]]
    rules: list[_Rule]


def number_gap(boxes: Boxes, lines: list[list[int]]) -> float:
    """The smallest gap between two numbers on a line, in line heights, for a whole picture.

    boxes: of the parts. lines: the indices of each line's parts, from left to right.
    """
    lines = [lines[index] for index in _high_lines(boxes, lines)]
    rows = [_extents(boxes[line]) for line in lines]
    rows = [row for row in rows if len(row) > 1]
    if not rows:
        return MIN_NUMBER_GAP
    height = float(np.median([line_height(boxes[line]) for line in lines]))
    gaps = np.concatenate([row[1:, 0] - row[:-1, 1] for row in rows]) / height
    distances = np.concatenate([np.diff(row.mean(axis=1)) for row in rows])
    if len(lines) == 1:
        is_row = len(distances) >= MIN_BOXES - 1 and gaps.max() <= MAX_BOX_GAP
        return math.inf if is_row and _are_multiples(distances, max_step=1) else MIN_NUMBER_GAP
    are_cells = len(rows) > 1 and gaps.min() >= MIN_CELL_GAP and _are_multiples(distances)
    return MIN_CELL_GAP if are_cells else MIN_NUMBER_GAP


def split_at_rules(
    image: NDArray[np.uint8], boxes: Boxes, lines: list[list[int]]
) -> tuple[list[list[list[int]]], set[int]]:
    """The parts of each line, split where an upright rule of the picture divides them.

    image: (h, w) or (h, w, channels). boxes: of the parts, in its pixels. lines: the indices of
    each line's parts, from left to right. Squared paper divides nothing. A single row of single
    digits is a number in the boxes of a form, and so is one in which some rules are not seen, but
    the digits beside them stand as far apart as the others. In several rows, and beside a label,
    the rules of a form's boxes end with them, and those of a table go on from row to row. Returns
    too the first part of each such number, which no gap divides.
    """
    ruled = [_at_rules(image, boxes, line) for line in lines]
    has_walls = any(rule.is_wall for each in ruled for rule in each.rules)
    # Squared paper is so all over the page. A digit that touches a table's rule is crossed by it
    # too, but few are.
    num_crossed = sum(
        dividers.goes_through(image, boxes[part])
        for line, each in zip(lines, ruled, strict=True)
        for part in (line if each.rules else ())
    )
    is_squared = num_crossed >= MIN_CROSSED * sum(len(each.rules) for each in ruled)
    divided = [
        [line] if is_squared else _groups(image, boxes, line, each, has_walls)
        for line, each in zip(lines, ruled, strict=True)
    ]
    places = [
        rule.place
        for groups, each in zip(divided, ruled, strict=True)
        for rule in each.rules
        if len(groups) > 1
    ]
    divided = [
        split_at_hidden(boxes, groups, places) if len(groups) > 1 else groups for groups in divided
    ]
    high = _high_lines(boxes, lines)
    row = high[0] if len(high) == 1 else None
    if row is None or len(divided[row]) < 2 or not _is_form(image, boxes, lines, row, divided):
        return _with_box_rows(image, boxes, divided)
    divided[row] = [lines[row]]
    return divided, {lines[row][0]}


def _is_form(
    image: NDArray[np.uint8],
    boxes: Boxes,
    lines: list[list[int]],
    row: int,
    divided: list[list[list[int]]],
) -> bool:
    """Whether the only row of high parts is a number in the boxes of a form."""
    are_single = [len(_extents(boxes[group])) == 1 for group in divided[row]]
    has_pair = any(map(_is_pair, (boxes[group] for group in divided[row])))
    is_even = number_gap(boxes, lines) == math.inf or _are_alike(boxes, divided[row])
    is_form = not has_pair and (all(are_single) or (is_even and any(are_single)))
    has_walls = len(divided[row]) > MIN_NUMBERS or _has_wall(image, boxes[lines[row]])
    return is_form and has_walls


def _with_box_rows(
    image: NDArray[np.uint8], boxes: Boxes, divided: list[list[list[int]]]
) -> tuple[list[list[list[int]]], set[int]]:
    """As `split_at_rules`, where neighbours in boxes that end with their row are one number."""
    forms: set[int] = set()
    joined: list[list[list[int]]] = []
    for groups in divided:
        joined.append([])
        for is_single, run in groupby(groups, lambda group: _is_single(boxes[group])):
            singles = list(run)
            if is_single and _is_box_row(image, boxes, singles):
                singles = [list(chain.from_iterable(singles))]
                forms.add(singles[0][0])
            joined[-1] += singles
    return joined, forms


def _is_single(boxes: Boxes) -> bool:
    """Whether the parts between two rules are one digit."""
    return len(_extents(boxes)) == 1 and not _is_pair(boxes)


def _is_box_row(image: NDArray[np.uint8], boxes: Boxes, groups: list[list[int]]) -> bool:
    """Whether single digits between rules are in boxes, whose rules end above and below them."""
    if len(groups) < MIN_BOXES or not _are_evenly_spaced(boxes, groups):
        return False
    around = [
        np.concatenate([boxes[group, :2].min(axis=0), boxes[group, 2:].max(axis=0)])
        for group in groups
    ]
    num_others = sum(
        dividers.goes_to_other_row(image, left, right) for left, right in pairwise(around)
    )
    return num_others <= MAX_OTHERS * (len(groups) - 1)


def _are_evenly_spaced(boxes: Boxes, groups: list[list[int]]) -> bool:
    """Whether the digits of neighbouring boxes are as far apart as those of one number are."""
    row = np.concatenate([_extents(boxes[group]) for group in groups])
    height = line_height(boxes[list(chain.from_iterable(groups))])
    is_near = (row[1:, 0] - row[:-1, 1]).max() <= MAX_BOX_GAP * height
    return bool(is_near) and _are_multiples(np.diff(row.mean(axis=1)), max_step=1)


def _has_wall(image: NDArray[np.uint8], boxes: Boxes) -> bool:
    """Whether a rule is left of the first part of a line or right of its last one, as of a box."""
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    reach = MAX_WALL_GAP * (bottom - top)
    sides = (left - reach, left - 1), (right + 1, right + reach)
    return any(
        dividers.has_upright_rule(image, (first, top, last, bottom), 0.0) for first, last in sides
    )


def _are_alike(boxes: Boxes, groups: list[list[int]]) -> bool:
    """Whether the gaps in the groups of a line are about as wide as those between them."""
    extents = [_extents(boxes[group]) for group in groups]
    inside = np.concatenate([each[1:, 0] - each[:-1, 1] for each in extents])
    between = [right[0, 0] - left[-1, 1] for left, right in pairwise(extents)]
    return bool(inside.min(initial=np.inf) >= MIN_ALIKE_GAP * np.median(between))


def row_of(boxes: Boxes, rows: Sequence[BoxRow]) -> BoxRow | None:
    """The row of a form's boxes in which the parts of a line are; None where there is none."""
    middle = float((boxes[:, 1].min() + boxes[:, 3].max()) / 2)
    across = (boxes[:, 0] + boxes[:, 2]) / 2
    for row in rows:
        is_beside = (across > row.bars[0]) & (across < row.bars[-1])
        if row.top < middle < row.bottom and is_beside.all():
            return row
    return None


def split_at_bars(
    boxes: Boxes,
    line: list[int],
    row: BoxRow,
    rows: Sequence[BoxRow],
    divided: Sequence[list[int]] = (),
) -> list[list[int]]:
    """The parts of each number in a row of boxes, which is all of them in a form.

    In a table, each box is a number: its boxes are wider, or another row adjoins. line: the indices
    of the parts, from left to right. rows: all rows, of which this is one. divided: the parts
    between which rules are seen, see `split_at_rules`; of a table, the bars may be its broad ones.
    """
    box_of = np.searchsorted(row.bars, (boxes[line, 0] + boxes[line, 2]) / 2)
    groups = [
        [part for part, index in zip(line, box_of.tolist(), strict=True) if index == box]
        for box in np.unique(box_of).tolist()
    ]
    height = row.bottom - row.top
    adjoins = any(
        min(abs(row.top - other.bottom), abs(row.bottom - other.top)) < MAX_ADJOINING * height
        for other in rows
    )
    num_single = sum(
        len(_extents(boxes[group])) == 1 and not _is_pair(boxes[group]) for group in groups
    )
    is_narrow = float(np.median(np.diff(row.bars))) <= MAX_BOX_WIDTH * line_height(boxes[line])
    is_form = is_narrow and not adjoins and num_single >= MIN_SINGLE * len(groups)
    if is_form:
        return [line]
    cells = [[part for part in group if part in each] for group in groups for each in divided]
    return [cell for cell in cells if cell] or groups


def _high_lines(boxes: Boxes, lines: list[list[int]]) -> list[int]:
    """The indices of the lines that are about as high as the highest; a form's label is not."""
    heights = [line_height(boxes[line]) for line in lines]
    lowest = MIN_BODY_HEIGHT * max(heights, default=0.0)
    return [index for index, height in enumerate(heights) if height >= lowest]


def _at_rules(image: NDArray[np.uint8], boxes: Boxes, line: list[int]) -> _Ruled:
    """The parts of a line, split wherever there may be a rule between them."""
    height = line_height(boxes[line])
    groups, reach = [[line[0]]], boxes[line[0]]
    rules: list[_Rule] = []
    for part in line[1:]:
        box = boxes[part]
        is_apart = box[0] - reach[2] > MIN_RULED_GAP * height
        x = dividers.rule_between(image, reach, box, dividers.REACH) if is_apart else None
        if x is not None:
            rules.append(_Rule(reach, box, x, dividers.divides(image, reach, box)))
            groups.append([part])
            reach = box
        else:
            groups[-1].append(part)
            reach = np.concatenate([np.minimum(reach[:2], box[:2]), np.maximum(reach[2:], box[2:])])
    return _Ruled(groups, rules)


def _groups(
    image: NDArray[np.uint8], boxes: Boxes, line: list[int], ruled: _Ruled, has_walls: bool
) -> list[list[int]]:
    """The parts of a line, split where a rule divides them.

    A bar that is drawn between two numbers is hardly longer than their digits. The walls of boxes
    are longer. Where some are found, digits above or below may hide the ends of others.
    has_walls: whether there is such a wall in the picture.
    """
    groups, rules = ruled
    if not all(rule.is_wall for rule in rules) and not has_walls and _has_wall(image, boxes[line]):
        groups, rules = [line], []
    if not rules:
        return groups
    is_squared = all(len(_extents(boxes[group])) == 1 for group in groups) and any(
        dividers.goes_on(image, rule.left, rule.right) for rule in rules
    )
    return [line] if is_squared else groups


def _is_pair(boxes: Boxes) -> bool:
    """Whether parts without a gap between them are two digits, as they are too wide for one."""
    width = boxes[:, 2].max() - boxes[:, 0].min()
    is_wide = width > MAX_DIGIT_ASPECT * line_height(boxes)
    return bool(is_wide and len(_extents(boxes)) == 1)


def _extents(boxes: Boxes) -> NDArray[np.float64]:
    """Left and right of each digit of a line: (n, 2). Parts that overlap in x are one digit."""
    heights = boxes[:, 3] - boxes[:, 1]
    extents: list[list[float]] = []
    for left, right in sorted(
        boxes[heights >= MIN_BODY_HEIGHT * heights.max()][:, [0, 2]].tolist()
    ):
        if extents and left < extents[-1][1]:
            extents[-1][1] = max(extents[-1][1], right)
        else:
            extents.append([left, right])
    return np.array(extents, np.float64)


def _are_multiples(distances: NDArray[np.float64], max_step: int | None = None) -> bool:
    """Whether digits with these distances lie in evenly spaced columns, some of which are empty.

    max_step: the most columns from one digit to the next; None for any number.
    """
    pitch = usual_distance(distances)
    columns = np.clip(np.round(distances / pitch), 1, max_step)
    return bool((np.abs(distances - columns * pitch) <= MAX_UNEVENNESS * pitch).all())
