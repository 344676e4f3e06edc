"""Which parts of a drawing form a line of text.

A part is a stroke or a connected component, given by its box: left, top, right and bottom.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]  # (n, 4)

# Lower parts, such as dots and dashes, form no line of their own and join the nearest one, unless
# that is further away than this, as what a phone shows above a drawing.
MIN_BODY_HEIGHT: Final = 0.5  # usual heights
MAX_LOW_ASIDE: Final = 6.0  # usual heights
MAX_LOW_ABOVE: Final = 1.0  # usual heights
MAX_SIZES: Final = 3  # of the text in one input, such as a phone's clock above a note's title
# So many of them above or below the lines are words, as the label of a form.
MIN_WORD_PARTS: Final = 4
MIN_WORD_GAP: Final = 0.1  # usual heights between them and the line
# Low parts that are no dots or dashes do, where they lie above high parts near them.
MIN_SMALL_HEIGHT: Final = 0.2  # usual heights
MIN_SMALL_ASPECT: Final = 0.6  # ratio of height to width; the bar of a 5 is flatter
SMALL_REACH: Final = 0.6  # usual heights between them and high parts beside them
MAX_CARRIED_ABOVE: Final = 1.8  # usual heights; small text further above is not carried
# High parts below them; above a single one, they may be a part of it.
MIN_SMALL_NEIGHBOURS: Final = 2
LEVEL_REACH: Final = 1.8  # usual heights between small parts and high ones on the same line
MIN_SMALL_GAP: Final = 0.25  # usual heights between a line and small text below it
MAX_HALVES_HEIGHT: Final = 1.1  # usual heights, of an upper loop and the rest of its 8 below it
STEEPNESS: Final = 2.5  # factor by which vertical distances count more than horizontal ones
MIN_SLOPE_PARTS: Final = 6  # from so many parts on, lines may slant as most neighbours do
MAX_SLOPE: Final = 0.7  # between neighbours; those of a steeper one are on different lines
MIN_SLOPES: Final = 4  # neighbours that tell how lines slant
# The next part of a line may lie above or below the last one by MAX_OFFSET line heights, and by
# MAX_RISE of the horizontal distance between them, of which at most MAX_RISING line heights count.
# In a grid with empty cells, the parts of other rows lie further away than that.
MAX_OFFSET: Final = 0.4
MAX_RISE: Final = 0.3
MAX_RISING: Final = 2.0

# Heights of the highest part, between a staple and the first one, or the tops of all of them.
MIN_BAR_ASIDE: Final = 0.1
MIN_BAR_ABOVE: Final = 0.3

# A sign that is set apart from its number, as in a sum of numbers below each other.
MAX_SIGN_PARTS: Final = 2
SIGN_SIZE: Final = (0.15, 0.8)  # heights of the number: its longer side; a dot is smaller
MAX_SIGN_GAP: Final = 5.0  # heights of the number

# A part lies above another one if they overlap horizontally or nearly so, and not vertically.
MAX_ASIDE: Final = 0.35  # heights of the taller part: the largest horizontal gap
MIN_LINES_HEIGHT: Final = 1.75  # heights of a high part; halves of one digit are less together
HIGH_SHARE: Final = 0.8  # of the height of all parts together that is in lower parts
# Heights of the taller part: halves of one digit are nearer, whatever else is in the picture.
MIN_LINE_GAP: Final = 0.5
# Two parts that are no bars or dots, as digits that are strewn over a page.
MIN_DIGIT_HEIGHT: Final = 0.4  # usual heights
MIN_DIGIT_GAP: Final = 0.25  # heights of the smaller one
MIN_WHOLE_HEIGHT: Final = 0.7  # usual heights of such a part; the bar of a 5 is lower
# A word of print lies above or below much higher writing, as a question above its answer.
MAX_LABEL_HEIGHT: Final = 0.6  # of the height of the writing
MIN_LABEL_GAP: Final = 0.3  # heights of the word's parts
# Of two parts alone, which may be halves of an open 8: of the height of both together.
MIN_LINE_GAP_OF_TWO: Final = 0.15
MAX_BAR_HEIGHT: Final = 0.5  # widths; of two parts alone, a flatter one is the bar of a 5 or a 7


def group_into_lines(
    boxes: Boxes, sizes: int = MAX_SIZES, apart: Sequence[tuple[int, int]] = ()
) -> list[list[int]]:
    """The indices of the parts of each line from left to right, and the lines from top to bottom.

    sizes: the most sizes of text that are told apart. apart: pairs of parts on different lines.

    Lines may be slanted or wavy, and in photographs they are not parallel. So neighbours are
    chained, and chains are joined unless a part of one lies above a part of the other.
    """
    if len(boxes) == 1:
        return [[0]]
    heights = boxes[:, 3] - boxes[:, 1]
    middles = boxes[:, 0] + boxes[:, 2]
    usual = usual_height(boxes)
    body = np.flatnonzero(heights >= MIN_BODY_HEIGHT * usual)
    small = _small_lines(boxes, body, usual)
    are_marks = _are_bars_above(boxes, body)
    are_apart = np.zeros((len(boxes), len(boxes)), np.bool_)
    for upper, lower in apart:
        are_apart[upper, lower] = are_apart[lower, upper] = True
    are_apart = are_apart[np.ix_(body, body)]
    if boxes[body, 1].max() < boxes[body, 3].min() and not small and not are_apart.any():
        # A level line crosses all: the usual case.
        is_one_line = not are_marks.any() and _are_near(boxes, body, usual)
        if len(body) == len(boxes) or is_one_line:
            return [np.argsort(middles, kind="stable").tolist()]
        lines = [body.tolist()]
    else:
        chains = _joined(boxes[body], _chains(boxes[body], are_apart), are_apart)
        lines = [[int(body[index]) for index in chain] for chain in chains] + small
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


def _small_lines(boxes: Boxes, body: NDArray[np.int64], usual: float) -> list[list[int]]:
    """Lines of low parts that lie wholly above or below high ones near them.

    Such are carried digits, and a number that is written smaller. body: the indices of the high
    parts. usual: their height.
    """
    heights = boxes[:, 3] - boxes[:, 1]
    is_small = (heights >= MIN_SMALL_HEIGHT * usual) & (heights < MIN_BODY_HEIGHT * usual)
    is_small &= heights >= MIN_SMALL_ASPECT * (boxes[:, 2] - boxes[:, 0])
    small = np.flatnonzero(is_small)
    if not len(small) or len(body) < MIN_SMALL_NEIGHBOURS:
        return []
    left, top, right, bottom = (boxes[small, None, side] for side in range(4))
    x, y, end, low = boxes[body].T
    aside = np.maximum(left - end, x - right)
    is_near = aside < SMALL_REACH * usual
    above, below = y - bottom, top - low  # how far the small parts are above or below the high ones
    # Small zeros may stand as far from the other digits of their number.
    is_level = ((aside < LEVEL_REACH * usual) & (above < 0) & (below < 0)).any(axis=1)
    is_level = _with_neighbours(is_level, boxes[small], LEVEL_REACH * usual)
    is_above = _are_alone(aside, above, usual)
    # Below a line are commas and the ends of digits too, but not so far.
    is_below = _are_alone(aside, below, usual)
    is_below &= np.where(is_near, below, np.inf).min(axis=1) >= MIN_SMALL_GAP * usual
    # A single small part there may be a comma.
    are_beside = _are_beside(boxes[small], SMALL_REACH * usual)
    is_below &= (are_beside & is_below).sum(axis=1) > 1
    is_half = (aside < 0) & (above >= 0) & (above < MIN_WORD_GAP * usual)
    is_half &= low - top < MAX_HALVES_HEIGHT * usual
    is_alone = ((is_above & ~is_half.any(axis=1)) | is_below) & ~is_level
    apart = small[is_alone]
    lines = group_into_lines(boxes[apart]) if len(apart) else []
    return [apart[line].tolist() for line in lines]


def _with_neighbours(is_level: NDArray[np.bool_], boxes: Boxes, reach: float) -> NDArray[np.bool_]:
    """Which small parts are on a line, where those beside one that is are on it too: (n,).

    boxes: of the small parts. reach: pixels between two of them, as between the zeros of 1000.
    """
    are_beside = _are_beside(boxes, reach)
    while ((grown := (are_beside & is_level).any(axis=1)) & ~is_level).any():
        is_level = is_level | grown
    return is_level


def _are_beside(boxes: Boxes, reach: float) -> NDArray[np.bool_]:
    """Which parts are level with each other and at most `reach` pixels apart: (n, n).

    A part is beside itself.
    """
    left, top, right, bottom = boxes.T
    is_near = (left < right[:, None] + reach) & (left[:, None] < right + reach)
    is_level = (top < bottom[:, None]) & (top[:, None] < bottom)
    return np.asarray(is_near & is_level, np.bool_)


def _are_alone(
    aside: NDArray[np.float64], away: NDArray[np.float64], usual: float
) -> NDArray[np.bool_]:
    """Which small parts lie near several high ones, all on one side of them: (small,).

    aside, away: (small, high), how far they are to the left or right, and above or below. usual:
    see `_small_lines`.
    """
    are_past = (aside < SMALL_REACH * usual) & (away >= 0)
    are_near = (aside < usual) & (away >= 0) & (away <= MAX_CARRIED_ABOVE * usual)
    is_alone = (are_past.sum(axis=1) >= MIN_SMALL_NEIGHBOURS) & are_near.any(axis=1)
    return np.asarray(is_alone, np.bool_)


def without_bars_above(boxes: Boxes, lines: list[list[int]]) -> list[list[int]]:
    """The lines of a picture without a staple or another bar above the beginning of the rest."""
    heights = boxes[:, 3] - boxes[:, 1]
    body = np.flatnonzero(heights >= MIN_BODY_HEIGHT * usual_height(boxes))
    are_bars = _are_bars_above(boxes, body)
    return [line for line in lines if not are_bars[line].all()]


def _are_bars_above(boxes: Boxes, body: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which flat parts are before all high ones and above them, where no minus is: (n,).

    Bars right above a high part may belong to it, as that of a 5 does. body: the indices of the
    high parts.
    """
    left, top = boxes[body, :2].min(axis=0)
    highest = float((boxes[body, 3] - boxes[body, 1]).max())
    are_flat = boxes[:, 3] - boxes[:, 1] < boxes[:, 2] - boxes[:, 0]
    are_apart = (boxes[:, 2] < left - MIN_BAR_ASIDE * highest) & (boxes[:, 3] < top)
    are_apart |= (boxes[:, 2] < left) & (boxes[:, 3] < top - MIN_BAR_ABOVE * highest)
    are_bars = are_flat & are_apart
    are_bars[body] = False
    return np.asarray(are_bars, np.bool_)


def split_at_wide_gaps(boxes: Boxes, line: list[int], min_gap: float) -> list[list[int]]:
    """The parts of one line from left to right, split at gaps wider than `min_gap` line heights."""
    if len(line) == 1:
        return [line]
    reach = np.maximum.accumulate(boxes[line, 2])
    lefts = np.minimum.accumulate(boxes[line, 0][::-1])[::-1]  # of this part and all after it
    is_wide = lefts[1:] - reach[:-1] > min_gap * line_height(boxes[line])
    ends = [0, *(np.flatnonzero(is_wide) + 1).tolist(), len(line)]
    return [line[start:end] for start, end in pairwise(ends)]


def with_sign_apart(boxes: Boxes, numbers: list[list[int]]) -> tuple[list[list[int]], bool]:
    """The parts of a line's numbers, where what may be the sign of the first one joins it.

    Returns too whether there is such a part.
    """
    if len(numbers) < 2 or not _may_be_sign(boxes[numbers[0]], boxes[numbers[1]]):
        return numbers, False
    return [numbers[0] + numbers[1], *numbers[2:]], True


def _may_be_sign(first: Boxes, number: Boxes) -> bool:
    """Whether the first parts of a line may be the sign of the number after them."""
    height = line_height(number)
    left, top = first[:, :2].min(axis=0)
    right, bottom = first[:, 2:].max(axis=0)
    is_beside = number[:, 1].min() < (top + bottom) / 2 < number[:, 3].max()
    is_near = number[:, 0].min() - right <= MAX_SIGN_GAP * height
    has_size = SIGN_SIZE[0] * height <= max(right - left, bottom - top) <= SIGN_SIZE[1] * height
    return bool(len(first) <= MAX_SIGN_PARTS and is_beside and is_near and has_size)


def _chains(boxes: Boxes, are_apart: NDArray[np.bool_]) -> list[list[int]]:
    """Parts that are each other's nearest neighbours to the left and right, as chains.

    are_apart: (n, n), which parts are on different lines in any case.
    """
    x, y = _steps(boxes)
    may_follow = _may_be_level(boxes, x, y) & ~_stacked(boxes) & ~are_apart
    distances = np.where(may_follow, _distances_to_the_right(boxes, x, y), np.inf)
    right, left = distances.argmin(axis=1), distances.argmin(axis=0)
    previous = {
        int(right[part]): part
        for part in range(len(boxes))
        if np.isfinite(distances[part, right[part]]) and left[right[part]] == part
    }
    following = {part: other for other, part in previous.items()}
    chains = []
    for part in range(len(boxes)):
        if part not in previous:  # it begins a chain
            chain = [part]
            while chain[-1] in following:
                chain.append(following[chain[-1]])
            chains.append(chain)
    return chains


def _steps(boxes: Boxes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each part (column) is to the right of each other (row), and below it: (n, n) each.

    Vertical distances are from the line that slants as most neighbours do.
    """
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    x = middles[None, :, 0] - middles[:, None, 0]
    y = middles[None, :, 1] - middles[:, None, 1]
    distances = _distances_to_the_right(boxes, x, y)
    rows = np.flatnonzero(np.isfinite(distances.min(axis=1)))
    if len(boxes) < MIN_SLOPE_PARTS or not len(rows):
        return x, y
    nearest = distances.argmin(axis=1)[rows]
    slopes = y[rows, nearest] / x[rows, nearest]
    slopes = slopes[np.abs(slopes) <= MAX_SLOPE]
    if len(slopes) < MIN_SLOPES:
        return x, y
    return x, y - float(np.median(slopes)) * x


def _distances_to_the_right(
    boxes: Boxes, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distances to the parts on the right, infinite for other parts; x, y: see `_steps`."""
    min_distance = 0.25 * float(np.median(boxes[:, 3] - boxes[:, 1]))
    return np.where(x > min_distance, np.hypot(x, STEEPNESS * y), np.inf)


def _may_be_level(
    boxes: Boxes, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which parts may follow each other on a line, by their vertical distance; x, y: see `_steps`.

    It excludes none in one column, where `_stacked` decides.
    """
    heights = boxes[:, 3] - boxes[:, 1]
    taller = np.maximum(heights[:, None], heights)
    rise = MAX_RISE * np.minimum(np.abs(x), MAX_RISING * taller)
    is_level = np.abs(y) <= MAX_OFFSET * taller + rise
    return np.asarray(is_level | (_shared_width(boxes) > -MAX_ASIDE * taller), np.bool_)


def _joined(boxes: Boxes, chains: list[list[int]], are_apart: NDArray[np.bool_]) -> list[list[int]]:
    """Joins chains to lines, the nearest first; are_apart: see `_chains`."""
    chains = [list(chain) for chain in chains]
    order = np.concatenate(chains)
    parts = boxes[order]
    starts = np.cumsum([0, *map(len, chains[:-1])])
    # Distances, and which lies above which: between parts first, and then between chains.
    x, y = _steps(parts)
    distances = _distances_to_the_right(parts, x, y)
    distances = np.minimum.reduceat(np.minimum(distances, distances.T), starts)
    distances = np.minimum.reduceat(distances, starts, axis=1)
    stacked, level, apart = (
        np.logical_or.reduceat(np.logical_or.reduceat(each, starts), starts, axis=1)
        for each in (
            _stacked(parts) | are_apart[np.ix_(order, order)],
            _may_be_level(parts, x, y),
            _apart(parts),
        )
    )
    stacked |= apart & _are_words_beside_writing(boxes, chains)
    while len(pairs := np.argwhere(np.tril(level & ~stacked, -1))):
        source, target = pairs[distances[tuple(pairs.T)].argmin()]
        chains[target] += chains.pop(source)
        distances[target] = distances[:, target] = np.minimum(distances[target], distances[source])
        distances = np.delete(np.delete(distances, source, 0), source, 1)
        for each in (stacked, level):
            each[target] = each[:, target] = each[target] | each[source]
        stacked = np.delete(np.delete(stacked, source, 0), source, 1)
        level = np.delete(np.delete(level, source, 0), source, 1)
    return chains


def _stacked(boxes: Boxes) -> NDArray[np.bool_]:
    """Which parts lie above or below which others: (n, n)."""
    left, top, right, bottom = boxes.T
    heights, widths = bottom - top, right - left
    taller = np.maximum(heights[:, None], heights)
    together = np.maximum(bottom[:, None], bottom) - np.minimum(top[:, None], top)
    gap = np.maximum(top - bottom[:, None], top[:, None] - bottom)
    is_above = _shared_width(boxes) > -MAX_ASIDE * taller
    if len(boxes) > 2:
        is_apart = (gap > 0) & (together > MIN_LINES_HEIGHT * usual_height(boxes, HIGH_SHARE))
        is_high = heights >= MIN_WHOLE_HEIGHT * usual_height(boxes)
        is_over = (_shared_width(boxes) > 0) & is_high & is_high[:, None]
        is_apart |= (gap > MIN_LINE_GAP * taller) & is_over
        are_digits = (heights >= MIN_DIGIT_HEIGHT * usual_height(boxes)) & (heights >= widths)
        is_gap = gap > MIN_DIGIT_GAP * np.minimum(heights[:, None], heights)
        is_apart |= is_gap & (_shared_width(boxes) > 0) & are_digits & are_digits[:, None]
    else:  # nothing tells how high a digit is
        is_apart = (gap > MIN_LINE_GAP_OF_TWO * together) & (not _has_bar(boxes))
    return np.asarray(is_above & is_apart, np.bool_)


def _apart(boxes: Boxes) -> NDArray[np.bool_]:
    """Which parts lie above or below which others with paper between them: (n, n)."""
    _, top, _, bottom = boxes.T
    heights = bottom - top
    gap = np.maximum(top - bottom[:, None], top[:, None] - bottom)
    is_gap = gap > MIN_LABEL_GAP * np.minimum(heights[:, None], heights)
    return np.asarray((_shared_width(boxes) > 0) & is_gap, np.bool_)


def _are_words_beside_writing(boxes: Boxes, chains: list[list[int]]) -> NDArray[np.bool_]:
    """For which chains one is a printed word, and the other is much higher: (chains, chains).

    A piece of a digit may lie as near to the rest of it, but a word has more parts.
    """
    heights = np.array([line_height(boxes[chain]) for chain in chains])
    are_words = np.array([len(chain) >= MIN_WORD_PARTS for chain in chains])
    is_low = heights[:, None] < MAX_LABEL_HEIGHT * heights
    return np.asarray((is_low & are_words[:, None]) | (is_low & are_words[:, None]).T, np.bool_)


def _has_bar(boxes: Boxes) -> bool:
    """Whether one of two parts is a bar of the other; together they are no wider than high."""
    left, top, right, bottom = boxes.T
    is_flat = bottom - top < MAX_BAR_HEIGHT * (right - left)
    is_upright = bottom.max() - top.min() >= right.max() - left.min()
    return bool(is_flat.any() and is_upright)


def _shared_width(boxes: Boxes) -> NDArray[np.float64]:
    """The width in pixels that each two parts share: (n, n), below 0 where there is a gap."""
    left, _, right, _ = boxes.T
    shared = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    return np.asarray(shared, np.float64)


def _are_near(boxes: Boxes, body: NDArray[np.int64], usual: float) -> bool:
    """Whether nothing is far from the rectangle of the high parts; body, usual: see `_small_lines`.

    Their line then keeps all low parts, unless there are so many above or below it that they are
    words.
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


def usual_height(boxes: Boxes, share: float = 0.5) -> float:
    """The height up to which parts make up this share of all height, so that dots hardly count."""
    heights = np.sort(boxes[:, 3] - boxes[:, 1])
    total = np.cumsum(heights)
    return float(heights[np.searchsorted(total, share * total[-1])])


def line_height(boxes: Boxes) -> float:
    """The height of a line, which is that of its highest part; never 0."""
    return max(float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0)), 1e-6)
