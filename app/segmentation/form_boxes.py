"""Finds the digits of a line that are one number in the boxes, or over the comb, of a form.

The bars between the boxes are printed, and evenly spaced however the digits stand in them. Each box
holds one digit. The bars end with their row; those of a table go on from row to row.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from app.ink.ink_map import BoxRow
from app.ink.printed import dividers
from app.ink.printed.bands import usual_distance
from app.segmentation.boxes import Boxes, line_height
from app.segmentation.digit_extents import extents, is_single

MIN_BARS: Final = 2  # that are seen; they say how broad the boxes are
MIN_BARS_OF_PART: Final = 3  # where other bars of the line divide numbers, as in 5 | 2 | 59
MAX_HIDDEN: Final = 2  # boxes from one bar that is seen to the next, as digits hide some
MAX_OFF: Final = 0.2  # widths of a box by which a bar may be off, as boxes may be apart
MAX_BESIDE: Final = 0.12  # the same between two digits that hide a bar
# In line heights.
MAX_BOX: Final = 2.1  # width of a box, all of which hold a single digit
MAX_BOX_WIDTH: Final = 1.8  # the same where only most of them do
MIN_HIGH: Final = 0.7  # height of a digit in an outer box; letters of a label are lower
MIN_LETTER_GAP: Final = 0.15  # between digits of two boxes; letters of a label are nearer
TICKS: Final = (0.15, 0.1)  # over and under the foot of the digits: where the ticks of a comb are
MIN_SINGLE: Final = 0.6  # share of a form's boxes that hold one piece no wider than a digit
MAX_ADJOINING: Final = 0.3  # heights of a row between it and one that adjoins
MIN_INSIDE: Final = 2  # parts of a line in a row of boxes, where others are beside it
MAX_OTHERS: Final = 1 / 3  # share of a form's bars that seem to go on, as by a digit's tail


class Bar(NamedTuple):
    """An upright rule in a line. place: of the first part right of it. x: of its middle."""

    place: int
    x: float


def numbers_in_boxes(
    image: dividers.Image, boxes: Boxes, line: Sequence[int], bars: Sequence[Bar]
) -> list[slice]:
    """Which parts of a line are one number in boxes, for each such number.

    image: (h, w) or (h, w, channels). boxes: of the parts, in its pixels. line: the indices of the
    line's parts, from left to right. bars: that are seen between them.
    """
    if not bars:
        bars = _ticks(image, boxes, line)
    if len(bars) == 1 and len(line) == 2:
        bars = _with_walls(image, boxes[line], bars[0])
    if len(bars) < MIN_BARS:
        return []
    distances = np.diff([bar.x for bar in bars])
    if distances.min() <= 0:
        return []
    pitch = usual_distance(distances)
    steps = np.round(distances / pitch)
    is_even = (np.abs(distances - steps * pitch) <= MAX_OFF * pitch) & (steps <= MAX_HIDDEN)
    chains = [[bars[0]]]
    for bar, goes_on in zip(bars[1:], is_even.tolist(), strict=True):
        if goes_on and _are_single(boxes, line, chains[-1][-1], bar, pitch):
            chains[-1].append(bar)
        else:
            chains.append([bar])
    least = MIN_BARS if len(chains) == 1 else MIN_BARS_OF_PART
    found = [_with_ends(boxes, line, chain, pitch) for chain in chains if len(chain) >= least]
    return [part for part in found if _is_form(image, boxes, line, bars, part, pitch)]


def _ticks(image: dividers.Image, boxes: Boxes, line: Sequence[int]) -> list[Bar]:
    """The short bars of a comb, which reach from its rail only to the feet of the digits."""
    height = line_height(boxes[line])
    ticks: list[Bar] = []
    for index in range(len(line) - 1, 0, -1):
        left, right = boxes[line[index - 1]], boxes[line[index]]
        if right[0] - left[2] < MIN_LETTER_GAP * height:
            continue  # two pieces of a digit, or the digits hide the tick
        foot = max(left[3], right[3])
        top, bottom = foot - TICKS[0] * height, foot + TICKS[1] * height
        x = dividers.upright_rule(image, (left[2] + 1, top, right[0] - 1, bottom))
        if x is None:
            break
        ticks.append(Bar(index, x))
    return ticks[::-1]


def _with_walls(image: dividers.Image, row: Boxes, bar: Bar) -> list[Bar]:
    """The bar between two digits, with the outer walls of their boxes if both are seen."""
    height = line_height(row)
    top, bottom = float(row[:, 1].min()), float(row[:, 3].max())
    left, right = float(row[0, 0]), float(row[1, 2])
    reach = MAX_BOX * height
    walls = [
        dividers.upright_rule(image, (first, top, last, bottom))
        for first, last in ((bar.x - reach, left - 1), (right + 1, bar.x + reach))
    ]
    if walls[0] is None or walls[1] is None:
        return [bar]
    return [Bar(0, walls[0]), bar, Bar(2, walls[1])]


def _are_single(boxes: Boxes, line: Sequence[int], first: Bar, last: Bar, pitch: float) -> bool:
    """Whether each box between two bars holds one digit; a bar between them may be hidden."""
    parts = np.array(line[first.place : last.place])
    count = max(round((last.x - first.x) / pitch), 1)
    edges = np.linspace(first.x, last.x, count + 1)
    box_of = np.searchsorted(edges, (boxes[parts, 0] + boxes[parts, 2]) / 2) - 1
    height = line_height(boxes[line])
    return all(
        (box_of == box).any() and is_single(boxes[parts[box_of == box]], height)
        for box in range(count)
    )


def _with_ends(boxes: Boxes, line: Sequence[int], chain: Sequence[Bar], pitch: float) -> slice:
    """The parts between the first and the last bar, with those of the boxes beyond them.

    There, digits may hide more bars.
    """
    row = boxes[list(line)]
    height = line_height(row[chain[0].place : chain[-1].place])
    stop = _end(row, chain[-1], pitch, height)
    mirrored = row[::-1, [2, 1, 0, 3]] * (-1, 1, -1, 1)
    first = Bar(len(row) - chain[0].place, -chain[0].x)
    return slice(len(row) - _end(mirrored, first, pitch, height), stop)


def _end(row: Boxes, bar: Bar, pitch: float, height: float) -> int:
    """The end of a number right of one of its bars. row: boxes of a line's parts."""
    index, x = bar
    while index < len(row):
        middles = (row[index:, 0] + row[index:, 2]) / 2
        end = index + int(np.searchsorted(middles, x + pitch * (1 + MAX_OFF)))
        digit = row[index:end]
        if not len(digit) or not is_single(digit, height) or _height(digit) < MIN_HIGH * height:
            break
        x += pitch
        if end < len(row):
            right, left = float(digit[:, 2].max()), float(row[end, 0])
            is_letter = left - right < MIN_LETTER_GAP * height
            if is_letter and abs((left + right) / 2 - x) > MAX_BESIDE * pitch:
                break
        index = end
    return index


def _height(parts: Boxes) -> float:
    return float(parts[:, 3].max() - parts[:, 1].min())


def _is_form(
    image: dividers.Image,
    boxes: Boxes,
    line: Sequence[int],
    bars: Sequence[Bar],
    part: slice,
    pitch: float,
) -> bool:
    """Whether digits between bars are a number, and not cells of a table's row."""
    members = list(line[part])
    height = line_height(boxes[members])
    if len(extents(boxes[members])) < 2 or pitch > MAX_BOX * height:
        return False
    walls = [
        (boxes[line[bar.place - 1]], boxes[line[bar.place]])
        for bar in bars
        if max(part.start, 0) < bar.place < part.stop
    ]
    num_others = sum(dividers.goes_to_other_row(image, *wall) for wall in walls)
    return num_others <= MAX_OTHERS * len(walls)


def row_of(boxes: Boxes, rows: Sequence[BoxRow]) -> BoxRow | None:
    """The row of a form's boxes in which the parts of a line are; None where there is none.

    A label, or another number, may be beside it.
    """
    across = (boxes[:, 0] + boxes[:, 2]) / 2
    for row in rows:
        is_inside = (across > row.bars[0]) & (across < row.bars[-1])
        if not is_inside.all() and is_inside.sum() < MIN_INSIDE:
            continue
        middle = float((boxes[is_inside, 1].min() + boxes[is_inside, 3].max()) / 2)
        if row.top < middle < row.bottom:
            return row
    return None


def split_at_row(
    boxes: Boxes,
    line: list[int],
    rows: Sequence[BoxRow],
    divided: list[list[int]],
    forms: set[int],
) -> tuple[list[list[int]], set[int]]:
    """The parts of a line, where those in a row of boxes are divided by its bars alone.

    rows: all rows of the map. divided: the parts between which rules are seen. forms: the first
    parts of numbers in boxes, see `numbers_in_boxes`; a row that seems to be of a table does not
    divide them. Returns too the first parts of the numbers in the row, which no gap divides.
    """
    row = row_of(boxes[line], rows)
    if row is None:
        return divided, set()
    across = (boxes[line, 0] + boxes[line, 2]) / 2
    places = np.searchsorted([row.bars[0], row.bars[-1]], across).tolist()
    left, inside, right = (
        [part for part, place in zip(line, places, strict=True) if place == wanted]
        for wanted in range(3)
    )
    numbers = split_at_bars(boxes, inside, row, rows, divided)
    if len(numbers) > 1 and any(group[0] in forms for group in divided):
        return divided, set()
    before, after = ([_among(side, group) for group in divided] for side in (left, right))
    groups = [group for group in (*before, *numbers, *after) if group]
    return groups, {number[0] for number in numbers}


def _among(parts: Sequence[int], group: Sequence[int]) -> list[int]:
    return [part for part in group if part in parts]


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
    between which rules are seen, see `cells.split_at_rules`; of a table, the bars may be its broad
    ones.
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
    digit_height = line_height(boxes[line])
    num_single = sum(is_single(boxes[group], digit_height) for group in groups)
    widest = MAX_BOX if num_single == len(groups) else MAX_BOX_WIDTH
    is_narrow = float(np.median(np.diff(row.bars))) <= widest * digit_height
    is_form = is_narrow and not adjoins and num_single >= MIN_SINGLE * len(groups)
    if is_form:
        return [line]
    cells = [_among(each, group) for group in groups for each in divided]
    return [cell for cell in cells if cell] or groups
