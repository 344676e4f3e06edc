"""Finds grids that are drawn by hand: tables, rows of boxes, and lines that cross without a frame.

Their lines waver, slope and do not meet at the corners, so that no row of pixels shows them, as one
does those of printed forms, see `rules`. They cross each other, and part writing into cells.
"""

from itertools import pairwise
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, BoxRow, Parts
from app.ink.marked.pen_lines import Line, Mask, ends_of, long_lines, rows_at
from app.ink.parts import MIN_PART

MAX_APART: Final = 3.5  # pen widths from a line's end to the one that it should meet
MAX_SHORT: Final = 0.1  # of its length, the same; a 1 in a cell ends further from the cell's lines
MAX_FREE: Final = 0.2  # of its length: how far a line goes on beyond the outer ones that it meets
# Of a crossing's arms, in pen widths and in heights of the writing.
MIN_ARM: Final = 5.0
MIN_ARM_HEIGHT: Final = 0.7
MAX_BEND: Final = 0.3  # thicknesses by which printed lines waver, where nothing is at them
MIN_MET: Final = 0.75  # of the most lines that one meets: fewer are met by strokes in cells
MIN_RULES: Final = 3  # that meet more, and more than two, for strokes in cells to be told
MAX_CELL: Final = 1.5  # usual distances between them; where they are further apart, one is missing
MAX_THICK: Final = 2.5  # usual thicknesses; thicker lines that meet fewer others are strokes
MIN_LONG: Final = 0.6  # of the longest line: shorter ones tell less
WORKING_PEN: Final = 3.0  # pixels; a broader pen shows no more, and takes longer
MIN_COVER: Final = 90  # of 255, by ink, of a pixel where there are fewer
MIN_CELLS: Final = 2  # in which there is writing, where no frame is around it
MIN_CELL_HEIGHT: Final = 0.15  # usual heights of cells, the same; an angular 0 may have a dot in it
MIN_HEIGHT: Final = 0.4  # usual heights of what is writing
BROADER: Final = 2  # pixels, so that a line's soft edges are in what is drawn
MAX_LINES: Final = 12  # in one direction; squared paper has more, and does not divide numbers
MIN_OUTER: Final = 0.4  # usual cells: how far an outer cell without a frame goes on


class Grid(NamedTuple):
    """A grid, or several in one picture.

    lines: (h, w), 255 where its lines are. rows: of its cells.
    is_straight: whether its long lines are as straight as if they were printed.
    """

    lines: Mask
    rows: tuple[BoxRow, ...]
    is_straight: bool


class _Lines(NamedTuple):
    levels: list[Line]
    uprights: list[Line]


def find_grid(ink: Mask, pen: float) -> Grid | None:
    """The grid in which there is writing; None without any.

    ink: all of a picture. pen: the width of its lines in pixels.
    """
    shape, share = ink.shape, min(WORKING_PEN / pen, 1.0)
    if share < 1:
        size = [max(round(side * share), 1) for side in shape[::-1]]
        small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
        ink = np.asarray(cv2.threshold(small, MIN_COVER, 255, cv2.THRESH_BINARY)[1], np.uint8)
    found = _crossing_lines(ink, pen * share)
    if found is None:
        return None
    grids, writing = found
    counted = [(grid, _num_cells(grid, writing)) for grid in grids]
    framed = [grid for grid, num_cells in counted if num_cells == 1 and _is_closed(grid)]
    grids = [grid for grid, num_cells in counted if num_cells >= MIN_CELLS]
    if not grids and not framed:
        return None
    every = _Lines(*([line for grid in grids + framed for line in grid[side]] for side in (0, 1)))
    lines = cv2.resize(_drawn(every, ink.shape, 0), shape[::-1], interpolation=cv2.INTER_NEAREST)
    rows = [row.seen_from(0, 0, 1 / share) for grid in grids for row in _rows(grid, ink.shape)]
    return Grid(np.asarray(lines, np.uint8), tuple(rows), _are_straight(every))


def _crossing_lines(ink: Mask, pen: float) -> tuple[list[_Lines], Boxes] | None:
    """The lines that cross, of each grid, and the boxes of the writing between them, (n, 4)."""
    levels = long_lines(ink, pen)
    uprights = long_lines(np.ascontiguousarray(ink.T), pen) if levels else []
    if not uprights:
        return None
    arms = _arms(levels, uprights, MAX_APART * pen)
    shortest = MIN_ARM * pen
    for _ in range(2):  # how high the writing is shows when the lines are gone
        is_grid = _are_grid(arms, shortest)
        of_uprights, of_levels = is_grid.sum(axis=0), is_grid.sum(axis=1)
        usual = _usual_thickness([*uprights, *levels], np.concatenate([of_uprights, of_levels]))
        is_grid[:, _are_in_cells(uprights, of_uprights, usual)] = False
        is_grid[_are_in_cells(levels, is_grid.sum(axis=1), usual)] = False
        if not is_grid.any():
            return None
        grids = [_Lines(*each) for each in _apart(is_grid, levels, uprights)]
        drawn = np.maximum.reduce([_drawn(grid, ink.shape, BROADER) for grid in grids])
        parts = Parts(np.where(drawn > 0, 0, ink).astype(np.uint8))
        high = parts.boxes[:, 3] * (parts.areas > MIN_PART * parts.areas.max())
        usual = np.sort(high)[np.searchsorted(np.cumsum(np.sort(high)), high.sum() / 2)]
        shortest = max(MIN_ARM_HEIGHT * float(usual), MIN_ARM * pen)
    return grids, parts.boxes[high > MIN_HEIGHT * usual]


def _arms(levels: list[Line], uprights: list[Line], apart: float) -> NDArray[np.float64]:
    """How far lines go on before and beyond each other: (2, 2, levels, uprights) pixels.

    First the arms of each level line at each upright one, then those of the upright one; an arm is
    0 or less where the line ends there, and NaN where both do not meet. apart: pixels from a line's
    end to the other one.
    """
    # Lines are about straight, so that two steps lead from a line's middle to where both cross.
    y = rows_at(levels, np.array([[line.start + len(line.middles) / 2] for line in levels]))
    x = rows_at(uprights, np.broadcast_to(y, (len(levels), len(uprights))).T).T
    y = rows_at(levels, x)
    x = rows_at(uprights, y.T).T
    arms, meet = [], np.ones(x.shape, np.bool_)
    for lines, place, axis in ((levels, x, 1), (uprights, y, 0)):
        starts, ends = (np.expand_dims(each, axis) for each in ends_of(lines))
        arms.append(np.stack([place - starts, ends - place]))
        meet &= arms[-1].min(axis=0) >= -np.minimum(apart, MAX_SHORT * (ends - starts))
    return np.where(meet, np.stack(arms), np.nan)


def _are_grid(arms: NDArray[np.float64], shortest: float) -> NDArray[np.bool_]:
    """Which level and upright lines meet as those of a grid: (levels, uprights).

    Each line goes from one line to another, or crosses one and goes on at both sides of it, unlike
    the bar of a 4. arms: see `_arms`. shortest: of the arms in pixels.
    """
    meet = np.isfinite(arms[0, 0])
    crosses = meet & (np.nan_to_num(arms, nan=-1.0).min(axis=(0, 1)) >= shortest)
    for _ in range(sum(meet.shape)):
        are_lines = []
        for axis, of_lines in ((1, arms[0]), (0, arms[1])):
            outer = np.where(meet, of_lines, np.inf).min(axis=axis + 1)  # (2, lines)
            length = np.nanmax(np.where(meet, of_lines.sum(axis=0), 0), axis=axis)
            closes = (outer <= MAX_FREE * length).all(axis=0)
            closes &= np.count_nonzero(meet, axis=axis) >= 2
            are_lines.append(closes | (crosses & meet).any(axis=axis))
        kept = meet & are_lines[0][:, None] & are_lines[1]
        if (kept == meet).all():
            break
        meet = kept
    return np.asarray(meet, np.bool_)


def _usual_thickness(lines: list[Line], counts: NDArray[np.int64]) -> float:
    """The usual thickness of the lines that meet others; counts: see `_are_in_cells`."""
    thicknesses = [line.thickness for line, count in zip(lines, counts, strict=True) if count]
    return float(np.median(thicknesses)) if thicknesses else 0.0


def _are_in_cells(lines: list[Line], counts: NDArray[np.int64], usual: float) -> NDArray[np.bool_]:
    """Which lines of one direction are strokes that fill cells, as 1s do: (lines,).

    They meet fewer lines than most, also where digits of a column touch each other, and lie between
    two rules that are no further apart than usual: none is missing there. Others are much thicker
    than most lines, as the feet of digits beside each other. counts: (lines,), how many of the
    other direction each line meets. usual: thickness of the lines.
    """
    thickness = np.array([line.thickness for line in lines])
    is_thick = thickness > MAX_THICK * usual
    are_in_cells = np.asarray(is_thick & (counts < MIN_MET * counts.max(initial=0)), np.bool_)
    is_long = counts > max(2, MIN_MET * counts.max(initial=0))
    long = [line for line, is_rule in zip(lines, is_long, strict=True) if is_rule]
    if len(long) < MIN_RULES:
        return are_in_cells
    for index in np.flatnonzero((counts > 0) & ~is_long).tolist():
        line = lines[index]
        middle = np.full((len(long), 1), line.start + len(line.middles) / 2)
        places = np.sort(rows_at(long, middle)[:, 0])
        gaps = np.diff(places)
        after = int(np.searchsorted(places, np.median(line.middles)))
        is_between = 0 < after < len(places)
        are_in_cells[index] |= is_between and gaps[after - 1] < MAX_CELL * np.median(gaps)
    return are_in_cells


def _apart(
    meet: NDArray[np.bool_], levels: list[Line], uprights: list[Line]
) -> list[tuple[list[Line], list[Line]]]:
    """The level and the upright lines of each grid; meet: see `_are_grid`."""
    grids = []
    left = meet.copy()
    while left.any():
        rows = left.any(axis=1) & (np.arange(len(left)) == np.flatnonzero(left.any(axis=1))[0])
        for _ in range(sum(left.shape)):
            columns = left[rows].any(axis=0)
            rows = left[:, columns].any(axis=1)
        grids.append(
            (
                [levels[index] for index in np.flatnonzero(rows)],
                [uprights[index] for index in np.flatnonzero(columns)],
            )
        )
        left[rows] = False
    return grids


def _drawn(grid: _Lines, shape: tuple[int, ...], broader: int) -> Mask:
    """All lines in a mask of a shape (h, w), by so many pixels broader than they are."""
    mask = np.zeros(shape, np.uint8)
    for is_upright, lines in enumerate(grid):
        for line in lines:
            points = np.stack([np.arange(line.start, line.end), np.round(line.middles)], axis=1)
            points = points[:, ::-1] if is_upright else points
            thickness = max(round(line.thickness) + broader, 1)
            cv2.polylines(mask, [points.astype(np.int32)], False, 255, thickness)
    return mask


def _num_cells(grid: _Lines, writing: Boxes) -> int:
    """In how many cells there is writing; writing: boxes (n, 4)."""
    x, y = (writing[:, :2] + writing[:, 2:] / 2).T
    (left, right), (top, bottom) = (np.sort(ends_of(each), axis=None)[[0, -1]] for each in grid)
    is_inside = (left < x) & (x < right) & (top < y) & (y < bottom)
    is_inside &= writing[:, 3] >= MIN_CELL_HEIGHT * (bottom - top) / max(len(grid.levels) - 1, 1)
    x, y = x[is_inside], y[is_inside]
    above = rows_at(grid.levels, np.tile(x, (len(grid.levels), 1))) < y
    beside = rows_at(grid.uprights, np.tile(y, (len(grid.uprights), 1))) < x
    return len(np.unique(np.concatenate([above, beside]), axis=1).T)


def _is_closed(grid: _Lines) -> bool:
    """Whether it has a frame, which may be around a single number."""
    return min(map(len, grid)) > 1


def _are_straight(lines: _Lines) -> bool:
    """Whether the long lines are straight; among short ones may be strokes of digits."""
    every = [*lines.levels, *lines.uprights]
    longest = max(len(line.middles) for line in every)
    long_ones = [line for line in every if len(line.middles) >= MIN_LONG * longest]
    bends = [_bend(each) / each.thickness for each in long_ones]
    return float(np.percentile(bends, 25)) <= MAX_BEND


def _bend(line: Line) -> float:
    """How far a line goes up and down from a level or a straight one, in pixels.

    Digits that touch a level line hardly change where most of it is, but the slope of the straight
    one that is fitted to it.
    """
    along = np.arange(len(line.middles))
    apart = line.middles - np.polyval(np.polyfit(along, line.middles, 1), along)
    return min(float(np.ptp(np.percentile(each, (5, 95)))) for each in (line.middles, apart))


def _rows(grid: _Lines, shape: tuple[int, ...]) -> list[BoxRow]:
    """The rows of a grid's cells; none where it may be squared paper. shape: (h, w) of the map."""
    (left, right), (top, bottom) = (np.sort(ends_of(each), axis=None)[[0, -1]] for each in grid)
    is_whole = left > 0 and top > 0 and right < shape[1] and bottom < shape[0]
    if not is_whole or max(map(len, grid)) > MAX_LINES:
        return []
    across = np.full((len(grid.levels), 1), (left + right) / 2)
    edges = _with_outer(rows_at(grid.levels, across)[:, 0], top, bottom)
    rows = []
    for upper, lower in pairwise(edges):
        down = np.full((len(grid.uprights), 1), (upper + lower) / 2)
        bars = _with_outer(rows_at(grid.uprights, down)[:, 0], left, right)
        rows.append(BoxRow(tuple(bars), upper, lower))
    return rows


def _with_outer(places: NDArray[np.float64], start: float, end: float) -> list[float]:
    """Where lines are, sorted, and where the outer cells end if no line does; all in pixels."""
    places = np.sort(places)
    usual = float(np.median(np.diff(places))) if len(places) > 1 else 0.0
    outer = [start] if places[0] - start > MIN_OUTER * usual else []
    return [*outer, *places.tolist(), *([end] if end - places[-1] > MIN_OUTER * usual else [])]
