"""Where one number ends and the next begins in the cells of a grid or in the boxes of a form.

There is as much paper between boxes as between numbers. Evenly spaced digits in a single row are
one number in boxes; in several rows they are numbers of one digit in cells. A rule between two
digits divides them too, unless it is one of squared paper.
"""

import math
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.ink.printed import dividers
from app.segmentation.boxes import MIN_BODY_HEIGHT, Boxes, line_height
from app.segmentation.digit_extents import are_multiples, extents, is_pair
from app.segmentation.form_boxes import Bar, numbers_in_boxes
from app.segmentation.hidden_rules import Place, split_at_hidden

# Gaps are in line heights.
MIN_NUMBER_GAP: Final = 1.2  # between two numbers on one line
MIN_CELL_GAP: Final = 0.6  # between the digits of neighbouring cells
MAX_BOX_GAP: Final = 2.5  # between the digits of neighbouring boxes
MIN_BOXES: Final = 3  # digits in a row of boxes
MIN_RULED_GAP: Final = 0.15  # between digits that a rule divides
MIN_ALIKE_GAP: Final = 0.5  # of gaps where a rule is seen: one where it may be hidden
MIN_NUMBERS: Final = 2  # between which a single line is a bar, and not the wall of two boxes
MIN_CROSSED: Final = 1 / 3  # marks that a rule goes through, to one between marks: squared paper
MAX_WALL_GAP: Final = 1.2  # between a box's wall and the digit in it


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
    rows = [extents(boxes[line]) for line in lines]
    rows = [row for row in rows if len(row) > 1]
    if not rows:
        return MIN_NUMBER_GAP
    height = float(np.median([line_height(boxes[line]) for line in lines]))
    gaps = np.concatenate([row[1:, 0] - row[:-1, 1] for row in rows]) / height
    distances = np.concatenate([np.diff(row.mean(axis=1)) for row in rows])
    if len(lines) == 1:
        is_row = len(distances) >= MIN_BOXES - 1 and gaps.max() <= MAX_BOX_GAP
        return math.inf if is_row and are_multiples(distances, max_step=1) else MIN_NUMBER_GAP
    are_cells = len(rows) > 1 and gaps.min() >= MIN_CELL_GAP and are_multiples(distances)
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
    num_rules = sum(len(each.rules) for each in ruled)
    is_squared = num_rules > 0 and num_crossed >= MIN_CROSSED * num_rules
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
        return (divided, set()) if is_squared else _with_forms(image, boxes, lines, ruled, divided)
    divided[row] = [lines[row]]
    return divided, {lines[row][0]}


def with_forms(
    image: NDArray[np.uint8], boxes: Boxes, lines: list[list[int]]
) -> tuple[list[list[list[int]]], set[int]]:
    """As `split_at_rules`, where no rule divides a line, but its digits may be in faint boxes."""
    ruled = [_at_rules(image, boxes, line) for line in lines]
    return _with_forms(image, boxes, lines, ruled, [[line] for line in lines])


def _with_forms(
    image: NDArray[np.uint8],
    boxes: Boxes,
    lines: list[list[int]],
    ruled: list[_Ruled],
    divided: list[list[list[int]]],
) -> tuple[list[list[list[int]]], set[int]]:
    """As `split_at_rules`, where the digits in boxes that end with their row are one number."""
    forms: set[int] = set()
    joined: list[list[list[int]]] = []
    if number_gap(boxes, lines) == math.inf:
        return divided, forms
    for line, each, groups in zip(lines, ruled, divided, strict=True):
        starts = np.cumsum([len(group) for group in each.groups])[:-1].tolist()
        bars = [Bar(start, rule.x) for start, rule in zip(starts, each.rules, strict=True)]
        for number in numbers_in_boxes(image, boxes, line, bars):
            members = line[number]
            forms.add(members[0])
            before, after = set(line[: number.start]), set(line[number.stop :])
            sides = [
                [[part for part in group if part in side] for group in groups]
                for side in (before, after)
            ]
            groups = [group for group in (*sides[0], members, *sides[1]) if group]
        joined.append(groups)
    return joined, forms


def _is_form(
    image: NDArray[np.uint8],
    boxes: Boxes,
    lines: list[list[int]],
    row: int,
    divided: list[list[list[int]]],
) -> bool:
    """Whether the only row of high parts is a number in the boxes of a form."""
    are_single = [len(extents(boxes[group])) == 1 for group in divided[row]]
    has_pair = any(map(is_pair, (boxes[group] for group in divided[row])))
    is_even = number_gap(boxes, lines) == math.inf or _are_alike(boxes, divided[row])
    is_form = not has_pair and (all(are_single) or (is_even and any(are_single)))
    has_walls = len(divided[row]) > MIN_NUMBERS or _has_wall(image, boxes[lines[row]])
    return is_form and has_walls


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
    digits = [extents(boxes[group]) for group in groups]
    inside = np.concatenate([each[1:, 0] - each[:-1, 1] for each in digits])
    between = [right[0, 0] - left[-1, 1] for left, right in pairwise(digits)]
    return bool(inside.min(initial=np.inf) >= MIN_ALIKE_GAP * np.median(between))


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
    is_squared = all(len(extents(boxes[group])) == 1 for group in groups) and any(
        dividers.goes_on(image, rule.left, rule.right) for rule in rules
    )
    return [line] if is_squared else groups
