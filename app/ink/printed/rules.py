"""Removes the rules of forms, grids and ruled paper from a clean picture, where they are straight.

Pixels alone do not distinguish a rule from a digit that touches or covers it. The layout does: the
rails (horizontal rules) of a form go from end to end, and the bars (vertical rules) between its
boxes are evenly spaced.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Parts, without_specks
from app.ink.printed.bands import MIN_EVEN, Band, are_even, evenly_spaced, find_bands, with_missing

MIN_RUN_SHARE: Final = 0.1  # share of the ink's width: the shortest straight run in a rail
MIN_RUN: Final = 12  # pixels: the shortest such run in narrow ink
MIN_RAIL: Final = 0.7  # share of the ink's width that runs cover in the fullest row of all rails
MIN_OTHER_RAIL: Final = 0.4  # the same in the fullest row of each rail, which ink may interrupt
MIN_RAIL_EDGE: Final = 0.25  # the same in every row of a rail
MIN_BAR: Final = 0.6  # share of the height from the first rail to the last that a bar covers
MAX_BOX_WIDTH: Final = 1.5  # heights of a box that stands apart from its neighbours
RAIL_SIDE: Final = 3  # rows above and below a rail in which a bar is seen too
MIN_FULL_BAR: Final = 0.9  # the same for bars that are not evenly spaced
MAX_THICKNESS: Final = 0.12  # of a rule, as a share of the distance between two rails
MAX_DOUBLE: Final = 2.5  # rail thicknesses: the two bars where boxes adjoin
MIN_RULED_WIDTH: Final = 0.9  # of ruled paper's lines, as a share of the picture's width
MIN_COMB: Final = 3  # bars on the single rail of a comb
MIN_INK_LEFT: Final = 0.1  # share of the ink that is writing, where there are boxes
MAX_NEAR: Final = 0.9  # share of a component that lies at rules; with more, it is a remnant of them

_NEAR: Final = np.ones((3, 3), np.uint8)

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


def without_rules(mask: Mask) -> Mask | None:
    """The mask without its rails and the bars between them; None where it is not ruled.

    mask: of a clean picture. Where a stroke crosses a rule, or is thicker than it, its ink stays.
    """
    x, y, width, height = cv2.boundingRect(mask)
    ink = mask[y : y + height, x : x + width]
    rails = _rails(ink)
    if not rails:
        return None
    bars = find_bars(ink, rails)
    is_ruled_paper = width >= MIN_RULED_WIDTH * mask.shape[1] and len(rails) > 1
    if not is_ruled_paper and not _are_boxes(ink, rails, bars):
        return None
    writing = np.ascontiguousarray(_erased(_erased(ink, rails, bars).T, bars, []).T)
    closed = cv2.morphologyEx(writing, cv2.MORPH_CLOSE, _NEAR)
    writing = np.asarray(cv2.bitwise_and(closed, ink), np.uint8)
    writing = _without_remains(writing, rails, bars)
    min_left = 0 if is_ruled_paper else MIN_INK_LEFT * cv2.countNonZero(ink)
    if cv2.countNonZero(writing) <= min_left:
        return None
    kept = np.zeros_like(mask)
    kept[y : y + height, x : x + width] = writing
    return without_specks(kept)


def _without_remains(writing: Mask, rails: list[Band], bars: list[Band]) -> Mask:
    """The writing without thin components at the rules, which are remnants of them."""
    near = np.zeros_like(writing)
    for rail in rails:
        near[max(rail.start - rail.thickness, 0) : rail.end + rail.thickness] = 255
    for bar in bars:
        near[:, max(bar.start - bar.thickness, 0) : bar.end + bar.thickness] = 255
    parts = Parts(writing)
    thickest = max(rule.thickness for rule in (*rails, *bars))
    is_thin = parts.boxes[:, 2:].min(axis=1) <= thickest
    return parts.mask((parts.shares(near > 0) < MAX_NEAR) | ~is_thin)


def _rails(ink: Mask) -> list[Band]:
    """Rows that are covered by long straight runs over most of the ink's width."""
    height, width = ink.shape
    shortest = max(round(MIN_RUN_SHARE * width), MIN_RUN)
    # The fullest row's share of ink. In most pictures it shows that there is no rail.
    fullest = cv2.reduce(ink, 1, cv2.REDUCE_AVG).max() / 255
    if shortest > width or fullest < MIN_RAIL:
        return []
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8))
    covered = runs.sum(axis=1, dtype=np.int64) / 255
    if covered.max() < MIN_RAIL * width:
        return []
    bands = [
        band
        for band in find_bands(covered >= MIN_RAIL_EDGE * width)
        if covered[band.start : band.end].max() >= MIN_OTHER_RAIL * width
    ]
    bands = with_missing(bands)
    distances = np.diff([band.middle for band in bands])
    thickest = MAX_THICKNESS * min(distances.min(initial=height), height)
    return bands if all(band.thickness <= thickest for band in bands) else []


def find_bars(
    ink: Mask,
    rails: list[Band],
    comb_height: int | None = None,
    skews: tuple[float, ...] = (0.0,),
) -> list[Band]:
    """Columns of ink from the first rail to the last that are bars, not strokes.

    The bars of one row of boxes are evenly spaced from end to end, or lie where a rail begins or
    ends. The bars on a comb's single rail are as high as the first and the last of them, unless
    comb_height says so: pixels from their top to the rail's lower end. skews: see `evenly_spaced`.
    """
    top, bottom = rails[0].start, rails[-1].end
    if len(rails) == 1:
        top = bottom - (_tine_height(ink[:bottom]) if comb_height is None else comb_height)
    thickness = max(rail.thickness for rail in rails)
    thickest = max(MAX_THICKNESS * (bottom - top), MAX_DOUBLE * thickness)
    covered = ink[top:bottom].sum(axis=0, dtype=np.int64) / 255
    at_rails = _rows_beside(rails, top, bottom)
    touching = ink[at_rails].sum(axis=0, dtype=np.int64) / 255
    # The stems of 1s below each other are no bar: they end before the rails.
    bands = [
        band
        for band in find_bands(covered >= MIN_BAR * (bottom - top))
        if band.thickness <= thickest
        and touching[band.start : band.end].max() >= MIN_BAR * len(at_rails)
    ]
    if len(rails) > 2:
        complete = with_missing(bands)
        full = MIN_FULL_BAR * (bottom - top)
        is_even = len(complete) >= MIN_EVEN and are_even(complete)
        return complete if is_even else [b for b in bands if covered[b.start : b.end].max() > full]
    if len(bands) < 2:
        return []
    bars = set(evenly_spaced(bands, skews))
    if len(rails) == 2:
        # A rail that is not quite level misses some of its rows everywhere.
        runs = [find_bands(ink[rail.start : rail.end].max(axis=0) > 0) for rail in rails]
        walls = {band for band in bands if any(_is_at_an_end(band, each) for each in runs)}
        are_apart = any(_are_boxes_apart(each, walls, bottom - top) for each in runs)
        bars = walls if are_apart else bars | walls
    return sorted(bars)


def _are_boxes_apart(runs: list[Band], walls: set[Band], height: int) -> bool:
    """Whether the runs of a rail are boxes with gaps between them, which have no other bars.

    walls: the bars where runs begin or end. height: of the boxes.
    """
    is_box = [
        run.thickness <= MAX_BOX_WIDTH * height
        and any(_begins_with(run, wall) for wall in walls)
        and any(_ends_with(run, wall) for wall in walls)
        for run in runs
    ]
    return len(runs) > 1 and all(is_box)


def _rows_beside(rails: list[Band], top: int, bottom: int) -> list[int]:
    """The rows above and below rails, from a top to a bottom row, in which their bars begin."""
    rows = [
        row
        for rail in rails
        for row in (
            *range(rail.start - RAIL_SIDE, rail.start),
            *range(rail.end, rail.end + RAIL_SIDE),
        )
    ]
    return [row for row in rows if top <= row < bottom]


def _are_boxes(ink: Mask, rails: list[Band], bars: list[Band]) -> bool:
    """Whether bars close the rails at both ends, unlike the strokes of an angular digit."""
    if len(bars) < (MIN_COMB if len(rails) == 1 else 2):
        return False
    columns = np.flatnonzero(np.concatenate([ink[rail.start : rail.end] for rail in rails]).min(0))
    ends = (columns[0], columns[-1] + 1) if len(columns) else (0, 0)
    near = MAX_DOUBLE * max(rail.thickness for rail in rails)
    return abs(bars[0].start - ends[0]) <= near and abs(bars[-1].end - ends[1]) <= near


def _tine_height(above: Mask) -> int:
    """The height of the bars that stand on the ends of a comb's rail; 0 where there are none.

    above: the ink down to the rail's last row.
    """
    ends = np.flatnonzero(above[-1])
    thick = max(round(MIN_RUN_SHARE * (ends[-1] - ends[0])) // 4, 1)
    heights = []
    for columns in (slice(ends[0], ends[0] + thick), slice(ends[-1] - thick, ends[-1] + 1)):
        is_paper = above[::-1, columns] == 0
        heights.append(
            int(np.where(is_paper.any(axis=0), is_paper.argmax(axis=0), len(above)).max())
        )
    return min(heights) if min(heights) > MIN_BAR * max(heights) else 0


def _is_at_an_end(band: Band, runs: list[Band]) -> bool:
    """Whether a band of columns begins or ends where a run of a rail does."""
    return any(_begins_with(run, band) or _ends_with(run, band) for run in runs)


def _begins_with(run: Band, band: Band) -> bool:
    return abs(band.start - run.start) <= max(band.thickness // 2, 1)


def _ends_with(run: Band, band: Band) -> bool:
    return abs(band.end - run.end) <= max(band.thickness // 2, 1)


def _erased(ink: Mask, rails: list[Band], bars: list[Band]) -> Mask:
    """The ink without its rails, but with the strokes that cross them. bars: not such strokes."""
    writing = np.ascontiguousarray(ink).copy()
    margins = [max(1, round(rail.thickness / 3)) for rail in rails]
    spans = [
        slice(max(rail.start - margin, 0), rail.end + margin)
        for rail, margin in zip(rails, margins, strict=True)
    ]
    beside = np.pad(writing, 1)  # the ink that is part of no rule
    for span in spans:
        beside[span.start + 1 : span.stop + 1] = 0
    for bar in bars:
        margin = max(1, round(bar.thickness / 3))
        beside[:, max(bar.start - margin, 0) + 1 : bar.end + margin + 1] = 0
    for span in spans:
        rows = beside[[span.start, min(span.stop + 1, len(beside) - 1)], 1:-1]
        # A slanted stroke leaves a rail at other columns than it enters it.
        between = cv2.dilate(rows, np.ones((1, span.stop - span.start), np.uint8)).min(axis=0)
        writing[span, (rows.max(axis=0) | between) == 0] = 0
    return writing
