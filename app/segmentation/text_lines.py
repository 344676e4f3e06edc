"""Which parts of a drawing form a line of text, see `boxes`."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.segmentation.bars_above import are_bars_above
from app.segmentation.boxes import MIN_BODY_HEIGHT, Boxes, usual_height
from app.segmentation.chains import MIN_WORD_PARTS, high_lines
from app.segmentation.small_parts import small_parts_apart

# Lower parts, such as dots and dashes, form no line of their own and join the nearest one, unless
# that is further away than this, as what a phone shows above a drawing.
MAX_LOW_ASIDE: Final = 6.0  # usual heights
MAX_LOW_ABOVE: Final = 1.0  # usual heights
MAX_SIZES: Final = 3  # of the text in one input, such as a phone's clock above a note's title
# MIN_WORD_PARTS of them above or below the lines are words, as the label of a form.
MIN_WORD_GAP: Final = 0.1  # usual heights between them and the line


def group_into_lines(
    boxes: Boxes, sizes: int = MAX_SIZES, apart: Sequence[tuple[int, int]] = ()
) -> list[list[int]]:
    """The indices of the parts of each line from left to right, and the lines from top to bottom.

    sizes: the most sizes of text that are told apart. apart: pairs of parts on different lines.
    """
    if len(boxes) == 1:
        return [[0]]
    heights = boxes[:, 3] - boxes[:, 1]
    middles = boxes[:, 0] + boxes[:, 2]
    usual = usual_height(boxes)
    body = np.flatnonzero(heights >= MIN_BODY_HEIGHT * usual)
    small = small_parts_apart(boxes, body, usual)
    are_marks = are_bars_above(boxes, body)
    are_apart = np.zeros((len(boxes), len(boxes)), np.bool_)
    for upper, lower in apart:
        are_apart[upper, lower] = are_apart[lower, upper] = True
    are_apart = are_apart[np.ix_(body, body)]
    if boxes[body, 1].max() < boxes[body, 3].min() and not len(small) and not are_apart.any():
        # A level line crosses all: the usual case.
        is_one_line = not are_marks.any() and _are_near(boxes, body, usual)
        if len(body) == len(boxes) or is_one_line:
            return [np.argsort(middles, kind="stable").tolist()]
        lines = [body.tolist()]
    else:
        lines = [body[line].tolist() for line in high_lines(boxes[body], are_apart)]
        if len(small):
            lines += [small[line].tolist() for line in group_into_lines(boxes[small])]
    line_of = np.full(len(boxes), -1)
    for index, line in enumerate(lines):
        line_of[line] = index
    far: list[int] = []
    outside: dict[int, int] = {}  # those wholly above or below their nearest line
    for part in np.flatnonzero(line_of < 0).tolist():
        x, y = _away(boxes, boxes[part])
        nearest = int(np.where(line_of < 0, np.inf, np.hypot(x, y)).argmin())
        index = int(line_of[nearest])
        is_far = x[nearest] > MAX_LOW_ASIDE * usual or y[nearest] > MAX_LOW_ABOVE * usual
        is_far |= bool(are_marks[part])
        if is_far and sizes > 1:
            far.append(part)
        elif y[nearest] > MIN_WORD_GAP * usual and sizes > 1:
            outside[part] = index
        else:
            lines[index].append(part)
            line_of[part] = index
    if len(outside) >= MIN_WORD_PARTS:
        far = sorted([*far, *outside])
    else:
        for part, index in outside.items():
            lines[index].append(part)
    if far:
        others = group_into_lines(boxes[far], sizes - 1)
        lines += [[far[index] for index in line] for line in others]
    lines = [sorted(line, key=lambda part: float(middles[part])) for line in lines]
    return sorted(lines, key=lambda line: float(boxes[line, 1].mean()))


def _are_near(boxes: Boxes, body: NDArray[np.int64], usual: float) -> bool:
    """Whether nothing is far from the rectangle of the high parts.

    Their line then keeps all low parts, unless there are so many above or below it that they are
    words. body, usual: see `small_parts_apart`.
    """
    low, high = boxes[body, :2].min(axis=0), boxes[body, 2:].max(axis=0)
    away = np.array([MAX_LOW_ASIDE, MAX_LOW_ABOVE]) * usual
    are_near = (boxes[:, 2:] >= low - away).all() and (boxes[:, :2] <= high + away).all()
    gap = np.maximum(low[1] - boxes[:, 3], boxes[:, 1] - high[1])
    return bool(are_near and np.count_nonzero(gap > MIN_WORD_GAP * usual) < MIN_WORD_PARTS)


def _away(
    boxes: Boxes, box: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many pixels boxes are aside of another one, and how many above or below it: (n,) each."""
    x = np.maximum(np.maximum(boxes[:, 0] - box[2], box[0] - boxes[:, 2]), 0)
    y = np.maximum(np.maximum(boxes[:, 1] - box[3], box[1] - boxes[:, 3]), 0)
    return x, y
