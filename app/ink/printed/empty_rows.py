"""Drops combs and rows of boxes in which nothing is written, of a clean picture of a form.

To the networks, each of their bars is a 1. In an empty row there is nothing but one straight rail,
or two, and bars from it that are equally high and evenly spaced from end to end: no hand writes so.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, InkMap
from app.ink.printed.bands import Band, are_even, find_bands

MIN_BARS: Final = 4  # of three cells; fewer lines may be a digit or a sign
MIN_ASPECT: Final = 2.0  # ratio of the row's width to its height; cells may be higher than wide
MIN_COVERED: Final = 0.9  # of a rail's length
MIN_BAR: Final = 0.75  # of a bar's length; thick lines lack corners
MAX_REST: Final = 0.03  # share of the ink that is neither rail nor bar
MAX_THICKNESS: Final = 1 / 3  # of the distance between two bars: of a bar; of the height: of a rail
MAX_UNLIKE: Final = 1  # pixels by which the bars' thicknesses differ


def without_empty_rows(ink: InkMap) -> InkMap:
    """The map of all ink of a clean picture without empty combs and rows of boxes."""
    parts = ink.parts
    _, _, width, height = parts.boxes.T
    may_be_row = width >= MIN_ASPECT * height
    may_be_row[0] = False
    is_empty = np.zeros(len(may_be_row), np.bool_)
    for index in np.flatnonzero(may_be_row).tolist():
        x, y, wide, high = parts.boxes[index].tolist()
        cells = _cells_of(parts.labels[y : y + high, x : x + wide] == index)
        is_empty[index] = cells > 0 and not _is_written_in(parts.boxes, index, wide / cells)
    return replace(ink, mask=parts.mask(~is_empty)) if is_empty.any() else ink


def _cells_of(piece: NDArray[np.bool_]) -> int:
    """The number of cells in a piece of ink (h, w) that is a comb or a row of boxes; else 0."""
    high, wide = piece.shape
    rails = find_bands(piece.mean(axis=1) >= MIN_COVERED)
    is_rail_row = np.zeros(high, np.bool_)
    for rail in rails:
        is_rail_row[rail.start : rail.end] = True
    is_at_edge = [rail.start == 0 or rail.end == high for rail in rails]
    if not rails or not all(is_at_edge) or is_rail_row.mean() > MAX_THICKNESS * len(rails):
        return 0
    between = piece[~is_rail_row]
    if not len(between):
        return 0
    bars = find_bands(between.mean(axis=0) >= MIN_BAR)
    if len(bars) < MIN_BARS or bars[0].start > 0 or bars[-1].end < wide or not are_even(bars):
        return 0
    if not _are_alike(bars, wide):
        return 0
    is_bar = np.zeros(wide, np.bool_)
    for bar in bars:
        is_bar[bar.start : bar.end] = True
    is_rest = np.count_nonzero(between[:, ~is_bar]) > MAX_REST * np.count_nonzero(piece)
    return 0 if is_rest else len(bars) - 1


def _are_alike(bars: list[Band], wide: int) -> bool:
    """Whether bars are equally thick, and thin for their distance."""
    thicknesses = [bar.thickness for bar in bars]
    is_thin = max(thicknesses) <= MAX_THICKNESS * wide / (len(bars) - 1)
    return is_thin and max(thicknesses) - min(thicknesses) <= MAX_UNLIKE


def _is_written_in(boxes: Boxes, index: int, cell: float) -> bool:
    """Whether there is other ink in a row of boxes, or as near to it as a cell is wide.

    On the single rail of a comb, digits are higher than its bars. boxes: (n, 4) of all ink.
    """
    x, y, width, height = boxes[index].tolist()
    starts, ends = boxes[1:, :2], boxes[1:, :2] + boxes[1:, 2:]
    is_near = (starts[:, 0] < x + width) & (ends[:, 0] > x)
    is_near &= (starts[:, 1] < y + height + cell / 2) & (ends[:, 1] > y - cell)
    is_near[index - 1] = False
    return bool(is_near.any())
