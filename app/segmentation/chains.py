"""Chains neighbours, and joins the chains to lines of text.

Lines may be slanted or wavy, and in photographs they are not parallel. So neighbours are chained,
and chains are joined unless a part of one lies above a part of the other.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.segmentation.boxes import Boxes, line_height, shared_width, usual_height

MIN_WORD_PARTS: Final = 4  # of a word of print
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


def high_lines(boxes: Boxes, are_apart: NDArray[np.bool_]) -> list[list[int]]:
    """The lines of parts that are no dots or dashes, as their indices.

    are_apart: (n, n), which parts are on different lines in any case.
    """
    return _joined(boxes, _chains(boxes, are_apart), are_apart)


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
    return np.asarray(is_level | (shared_width(boxes) > -MAX_ASIDE * taller), np.bool_)


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
    is_above = shared_width(boxes) > -MAX_ASIDE * taller
    if len(boxes) > 2:
        is_apart = (gap > 0) & (together > MIN_LINES_HEIGHT * usual_height(boxes, HIGH_SHARE))
        is_high = heights >= MIN_WHOLE_HEIGHT * usual_height(boxes)
        is_over = (shared_width(boxes) > 0) & is_high & is_high[:, None]
        is_apart |= (gap > MIN_LINE_GAP * taller) & is_over
        are_digits = (heights >= MIN_DIGIT_HEIGHT * usual_height(boxes)) & (heights >= widths)
        is_gap = gap > MIN_DIGIT_GAP * np.minimum(heights[:, None], heights)
        is_apart |= is_gap & (shared_width(boxes) > 0) & are_digits & are_digits[:, None]
    else:  # nothing tells how high a digit is
        is_apart = (gap > MIN_LINE_GAP_OF_TWO * together) & (not _has_bar(boxes))
    return np.asarray(is_above & is_apart, np.bool_)


def _apart(boxes: Boxes) -> NDArray[np.bool_]:
    """Which parts lie above or below which others with paper between them: (n, n)."""
    _, top, _, bottom = boxes.T
    heights = bottom - top
    gap = np.maximum(top - bottom[:, None], top[:, None] - bottom)
    is_gap = gap > MIN_LABEL_GAP * np.minimum(heights[:, None], heights)
    return np.asarray((shared_width(boxes) > 0) & is_gap, np.bool_)


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
