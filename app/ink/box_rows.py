"""Erases the boxes or the comb of a form from a photograph, where the segmenter sees parts of them.

It takes a bar between two boxes for a 1. In the picture, the bar stands on a rail that goes from
end to end of the row, which other bars close there, see `rules`.
"""

from dataclasses import replace
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink import rules
from app.ink.bands import Band, find_bands, with_missing
from app.ink.ink_map import BoxRow, InkMap, without_specks
from app.ink.lines_to_erase import erased
from app.ink.parts import MIN_PART, Parts

MAX_SLIMNESS: Final = 0.3  # ratio of width to height of what may be a bar
# In usual heights of the writing.
MARGIN: Final = 1.2  # around it, in which rails are looked for
LINE_WIDTH: Final = 0.3  # the width of the widest line
MIN_LENGTH: Final = 1.5  # of a rail
MAX_GAP: Final = 0.1  # in a rail
MAX_OFF: Final = 0.12  # between pieces of one rail, one above the other
MAX_END: Final = 0.6  # between the ends of two rails, one beside the other
DISTANCE: Final = (0.7, 2.5)  # between the two rails of boxes
COMB: Final = 1.5  # how far above a single rail its bars are looked for
EDGE: Final = 0.1  # above and below a rail and beside its ends, as it is not quite straight
MAX_SLOPE: Final = 0.2  # of a rail; steeper writing is levelled before it is read
# Of a line to the paper beside it, as a share of the ink's contrast, in medians of all contrasts,
# and in levels of 255.
MIN_CONTRAST: Final = 0.3
MIN_NOISE: Final = 3.0
MIN_LEVELS: Final = 8.0
LEANS: Final = np.linspace(-0.15, 0.15, 31)  # of bars, in pixels sideways per pixel up
MAX_WRITTEN: Final = 0.3  # share of a rail that the segmenter may take for writing
MAX_NEAR: Final = 0.8  # share of a component that lies at rules; with more, it is a rest of them

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Matrix = NDArray[np.float64]  # (3, 3), from a map to a level row of boxes

_NEAR: Final = np.ones((3, 3), np.uint8)


class _Rail(NamedTuple):
    """A straight line from left to right, in pixels."""

    left: float
    left_y: float
    right: float
    right_y: float

    @property
    def slope(self) -> float:
        return (self.right_y - self.left_y) / max(self.right - self.left, 1.0)

    def y(self, x: float) -> float:
        """Where the line is at a place beside it, too."""
        return self.left_y + self.slope * (x - self.left)


class _Rules(NamedTuple):
    """The rules of a row, (h, w), the x of its bars, and the y of its top and bottom."""

    drawn: Mask
    bars: list[float]
    top: float
    bottom: float


def without_box_rows(ink: InkMap, image: NDArray[np.uint8]) -> InkMap:
    """The map without the boxes of a form, but with the areas of their rows, see `InkMap`.

    image: uint8 (h, w, channels).
    """
    parts = Parts(ink.mask)
    _, _, width, height = parts.boxes.T
    is_large = parts.areas > MIN_PART * parts.areas[1:].max(initial=0)
    is_large[0] = False
    is_slim = width < MAX_SLIMNESS * height
    writing = np.sort(height[is_large & ~is_slim])
    if not len(writing) or not (is_large & is_slim).any():
        return ink
    # Above it is half of all height, so that the letters of a label hardly count.
    usual = float(writing[np.searchsorted(np.cumsum(writing), writing.sum() / 2)])
    margin = round(MARGIN * usual)
    mask = cv2.copyMakeBorder(ink.mask, *[margin] * 4, cv2.BORDER_CONSTANT)
    dark = _thin_lines(_under(ink, image, mask.shape, margin), mask, usual)
    rails = [rail for rail in _rails(dark, usual) if not _is_written(rail, mask)]
    lines, rows = np.zeros_like(dark), list(ink.box_rows)
    for row in _rows(rails, usual):
        rules_of_row, bars, top, bottom = _rules_of_row(dark, row, usual)
        if bars:
            found = BoxRow(tuple(bar - margin for bar in bars), top - margin, bottom - margin)
            lines |= rules_of_row
            rows.append(found)
    if not lines.any():
        return ink
    is_line = cv2.dilate(lines, _NEAR) > 0
    left = erased((mask > 0).astype(np.float32), is_line, 0.5) > 0
    rest = Parts(np.where(left, 255, 0).astype(np.uint8))
    near = cv2.dilate(lines, np.ones((5, 5), np.uint8)) > 0
    kept = rest.mask(rest.shares(near) < MAX_NEAR)
    kept = kept[margin:-margin, margin:-margin]
    return replace(ink, mask=without_specks(kept), box_rows=tuple(rows)) if kept.any() else ink


def _under(
    ink: InkMap, image: NDArray[np.uint8], shape: tuple[int, ...], margin: int
) -> NDArray[np.uint8]:
    """The part of a picture that lies under a map with a margin, in a shape (h, w): (h, w, 3)."""
    corner = np.array([ink.left, ink.top]) - margin / ink.scale
    low = np.maximum(corner, 0).astype(int)
    high = np.ceil(corner + np.array(shape[::-1]) / ink.scale).astype(int) + 1
    part = image[low[1] : high[1], low[0] : high[0]]
    part = np.ascontiguousarray(np.broadcast_to(part, (*part.shape[:2], 3)))
    scale = ink.scale
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    left, top = ((low - corner) * scale).tolist()
    shift = np.array([[1, 0, left], [0, 1, top]])
    under = cv2.warpAffine(small, shift, shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(under, np.uint8)


def _thin_lines(picture: NDArray[np.uint8], mask: Mask, usual: float) -> Mask:
    """What is darker, or lighter, than the paper beside it as lines of the ink are: (h, w).

    picture: (h, w, 3). mask: its ink.
    """
    side = round(LINE_WIDTH * usual) | 1
    kernel = np.ones((side, side), np.uint8)
    contrasts = (
        cv2.morphologyEx(picture.min(axis=2), cv2.MORPH_BLACKHAT, kernel),
        cv2.morphologyEx(picture.max(axis=2), cv2.MORPH_TOPHAT, kernel),
    )
    contrast = max(contrasts, key=lambda each: cv2.mean(each, mask)[0])
    faintest = max(
        MIN_CONTRAST * cv2.mean(contrast, mask)[0], MIN_NOISE * np.median(contrast), MIN_LEVELS
    )
    return np.asarray(cv2.threshold(contrast, faintest, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _rails(dark: Mask, usual: float) -> list[_Rail]:
    """The long level lines, the longest first."""
    gap, shortest = max(MAX_GAP * usual, 3.0), MIN_LENGTH * usual
    found = cv2.HoughLinesP(dark, 1, np.pi / 720, round(0.7 * shortest), None, shortest, gap)
    rails: list[_Rail] = []
    segments = [] if found is None else [_Rail(*map(float, each)) for each in found.reshape(-1, 4)]
    segments = [each for each in segments if abs(each.slope) <= MAX_SLOPE]
    for each in sorted(segments, key=lambda each: each.left - each.right):
        middle = (each.left + each.right) / 2
        same = [
            index
            for index, rail in enumerate(rails)
            if abs(rail.y(middle) - (each.left_y + each.right_y) / 2) <= MAX_OFF * usual
            and max(each.left - rail.right, rail.left - each.right) <= gap
        ]
        if not same:
            rails.append(each)
            continue
        rail = rails[same[0]]
        left, right = min(rail.left, each.left), max(rail.right, each.right)
        rails[same[0]] = _Rail(left, rail.y(left), right, rail.y(right))
    return rails


def _is_written(rail: _Rail, mask: Mask) -> bool:
    """Whether a line goes through writing, as one through the letters of a word does."""
    through = np.zeros_like(mask)
    ends = (round(rail.left), round(rail.left_y)), (round(rail.right), round(rail.right_y))
    cv2.line(through, *ends, 255)
    return bool((mask[through > 0] > 0).mean() > MAX_WRITTEN)


def _rows(rails: list[_Rail], usual: float) -> list[tuple[_Rail, ...]]:
    """The two rails of each row of boxes, from top to bottom, or the one of a comb."""
    rows: list[tuple[_Rail, ...]] = []
    for lower in rails:
        uppers = [rail for rail in rails if _is_pair(rail, lower, usual)]
        nearest = max(uppers, key=lambda rail: rail.y(rail.left), default=None)
        rows.append((nearest, lower) if nearest else (lower,))
    return rows


def _is_pair(upper: _Rail, lower: _Rail, usual: float) -> bool:
    """Whether two lines may be above and below one row of boxes."""
    distance = lower.y(lower.left) - upper.y(lower.left)
    ends = max(abs(upper.left - lower.left), abs(upper.right - lower.right))
    return DISTANCE[0] * usual <= distance <= DISTANCE[1] * usual and ends <= MAX_END * usual


def _rules_of_row(dark: Mask, rails: tuple[_Rail, ...], usual: float) -> _Rules:
    """The rules of one row of boxes; no bars where none close its rails."""
    nothing = _Rules(np.zeros_like(dark), [], 0.0, 0.0)
    edge = max(round(EDGE * usual), 3)
    lower = rails[-1]
    if len(rails) == 1:
        height = round(COMB * usual)
        upper = lower._replace(left_y=lower.left_y - height, right_y=lower.right_y - height)
    else:
        upper = rails[0]
        height = round((lower.left_y - upper.left_y + lower.right_y - upper.right_y) / 2)
    # The ends of both rails are the corners, which is true in any perspective.
    corners = [
        (upper.left, upper.left_y),
        (upper.right, upper.right_y),
        (lower.right, lower.right_y),
        (lower.left, lower.left_y),
    ]
    width = round((lower.right - lower.left + upper.right - upper.left) / 2)
    size = (width + 2 * edge, height + 2 * edge)
    level = [
        (edge, edge),
        (edge + width, edge),
        (edge + width, edge + height),
        (edge, edge + height),
    ]
    to_row = cv2.getPerspectiveTransform(np.float32(corners), np.float32(level))
    bottom = edge + height

    def leaning(lean: float) -> Matrix:
        return np.array([[1, -lean, lean * bottom], [0, 1, 0], [0, 0, 1]]) @ to_row

    def score(lean: float) -> int:
        row = cv2.warpPerspective(dark, leaning(lean), size, flags=cv2.INTER_NEAREST)
        sums = (row[edge + 2 : bottom - 2] > 0).sum(axis=0, dtype=np.int64)
        return int((sums**3).sum())

    matrix = leaning(max(LEANS.tolist(), key=score))
    row = cv2.warpPerspective(dark, matrix, size, flags=cv2.INTER_NEAREST).astype(np.uint8)
    bands = []
    for middle in ([edge] if len(rails) > 1 else []) + [bottom]:
        rows = slice(max(middle - edge, 0), middle + edge + 1)
        covered = (row[rows] > 0).mean(axis=1)
        found = [
            b
            for b in find_bands(covered >= rules.MIN_RAIL_EDGE)
            if covered[b.start : b.end].max() >= rules.MIN_OTHER_RAIL
        ]
        if not found:
            return nothing
        band = max(found, key=lambda b: covered[b.start : b.end].max())
        bands.append(Band(band.start + rows.start, band.end + rows.start))
    comb_height = _comb_height(row, bands[-1], edge) if len(rails) == 1 else None
    if comb_height == 0:
        return nothing
    bars = with_missing(rules.find_bars(row, bands, comb_height))
    near = max(edge, round(rules.MAX_DOUBLE * max(band.thickness for band in bands)))
    are_closed = bars and bars[0].start <= edge + near and bars[-1].end >= edge + width - near
    if not are_closed or len(bars) < (rules.MIN_COMB if len(rails) == 1 else 2):
        return nothing
    places = np.array([[[bar.middle, edge + height / 2] for bar in bars]])
    across = cv2.perspectiveTransform(places, np.linalg.inv(matrix))[0, :, 0].tolist()
    of_row = np.zeros_like(row)
    for band in bands:
        of_row[max(band.start - 1, 0) : band.end + 1] = 255
    top = bands[0].start if comb_height is None else bands[-1].end - comb_height
    for bar in bars:
        of_row[top : bands[-1].end, max(bar.start - 1, 0) : bar.end + 1] = 255
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpPerspective(of_row, matrix, dark.shape[::-1], flags=flags).astype(np.uint8)
    top_y = min(upper.left_y, upper.right_y)
    return _Rules(drawn, across, top_y, max(lower.left_y, lower.right_y))


def _comb_height(row: Mask, rail: Band, edge: int) -> int:
    """The height of the bars at both ends of a rail, with the rail's own; 0 where there are none.

    edge: pixels of paper beside its ends.
    """
    above = row[: rail.start][::-1] == 0
    heights = np.where(above.any(axis=0), above.argmax(axis=0), len(above))
    ends = heights[: 3 * edge].max(), heights[-3 * edge :].max()
    is_comb = min(ends) > rules.MIN_BAR * max(ends) and min(ends) > 2 * rail.thickness
    return int(min(ends)) + rail.thickness if is_comb else 0
