"""Erases the boxes or the comb of a form from a photograph, where the segmenter sees parts of them.

It takes a bar between two boxes for a 1. In the picture, the bar stands on a rail that goes from
end to end of the row, which other bars close there, see `rules`.
"""

from dataclasses import replace
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import BoxRow, InkMap, Parts, without_specks
from app.ink.parts import MIN_PART
from app.ink.printed import rules
from app.ink.printed.bands import Band, find_bands, with_missing
from app.ink.printed.lines_to_erase import without_drawn
from app.ink.printed.rails import Rail, find_rails, rows_between, thin_lines

MAX_SLIMNESS: Final = 0.3  # ratio of width to height of what may be a bar
MIN_TOOTH: Final = 1.3  # rail thicknesses from it to the end of a comb's outer bars
MIN_WIDTH: Final = 2.0  # ratio of width to height of digits that a rail joins
SKEWS: Final = (0.0, -0.1, 0.1, -0.2, 0.2)  # of photographed rows, see `evenly_spaced`
MIN_PIECE: Final = 0.005  # of the largest piece of ink, of one that may be a piece of a bar
WORKING_HEIGHT: Final = 64.0  # pixels of the writing; more show no more rules, and take longer
MIN_EDGE: Final = 0.5  # of the ink in a rail's fullest row: in each of its rows
# In usual heights of the writing.
MAX_PIECE: Final = 0.6  # of a piece of a bar, or of the corner of a bar and a rail
MARGIN: Final = 1.2  # around it, in which rails are looked for
COMB: Final = 1.5  # how far above a single rail its bars are looked for
TEETH: Final = 0.4  # how far above it they tell how they lean, below most of the writing
EDGE: Final = 0.1  # above and below a rail and beside its ends, as it is not quite straight
LEANS: Final = np.linspace(-0.2, 0.2, 41)  # of bars, in pixels sideways per pixel up

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Matrix = NDArray[np.float64]  # (3, 3), from a map to a level row


class _Level(NamedTuple):
    """A row of boxes that is made level.

    lines: (h, w), 255 for thin lines. matrix: to it. edge: pixels of paper around the row.
    """

    lines: Mask
    matrix: Matrix
    edge: int


class _Rules(NamedTuple):
    """The rules of a row: the rails, the bars, and where the bars begin, in the level row."""

    rails: list[Band]
    bars: list[Band]
    top: int


def without_box_rows(ink: InkMap, image: NDArray[np.uint8]) -> InkMap:
    """The map without the boxes of a form, but with the places of their rows, see `InkMap`.

    image: uint8 (h, w, channels).
    """
    usual = _usual_height(ink.mask)
    if not usual:
        return ink
    share = min(WORKING_HEIGHT / usual, 1.0)
    size = tuple(max(round(side * share), 1) for side in ink.mask.shape[::-1])
    reduced = cv2.resize(ink.mask, size, interpolation=cv2.INTER_AREA)
    small = replace(ink, mask=np.asarray(reduced, np.uint8), scale=ink.scale * share)
    erase, rows = _rules_in(small, image, usual * share)
    if not rows:
        return ink
    drawn = cv2.resize(erase, ink.mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
    kept = without_drawn(ink.mask, np.asarray(drawn, np.uint8))
    if not kept.any():
        return ink
    large = [row.seen_from(0, 0, 1 / share) for row in rows]
    return replace(ink, mask=without_specks(kept), box_rows=(*ink.box_rows, *large))


def _rules_in(ink: InkMap, image: NDArray[np.uint8], usual: float) -> tuple[Mask, list[BoxRow]]:
    """All rules of the rows of boxes in a map, (h, w), and the rows."""
    margin = round(MARGIN * usual)
    mask = np.pad(ink.mask, margin)
    lines = thin_lines(_under(ink, image, mask.shape, margin), mask, usual)
    erase, rows = np.zeros_like(mask), list[BoxRow]()
    for rails in rows_between(find_rails(lines, mask, usual), usual):
        level = _levelled(lines, rails, usual)
        found = _rules_of(level, len(rails))
        if found is not None:
            erase |= _drawn(found, level, mask.shape)
            rows.append(_box_row(found, level, rails, margin))
    return erase[margin:-margin, margin:-margin], rows


def _usual_height(mask: Mask) -> float:
    """The height of the writing, if there may be bars or rails in the map; else 0.

    Half of all height is in higher pieces, so that the letters of a label hardly count.
    """
    parts = Parts(mask)
    _, _, width, height = parts.boxes.T
    is_large = parts.areas > MIN_PART * parts.areas[1:].max(initial=0)
    is_large[0] = False
    is_slim = width < MAX_SLIMNESS * height
    writing = np.sort(height[is_large & ~is_slim])
    if not len(writing):
        return 0.0
    usual = float(writing[np.searchsorted(np.cumsum(writing), writing.sum() / 2)])
    may_be_rules = is_slim | (height < MAX_PIECE * usual) | (width > MIN_WIDTH * height)
    may_be_rules &= parts.areas > MIN_PIECE * parts.areas[1:].max()
    may_be_rules[0] = False
    return usual if may_be_rules.any() else 0.0


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


def _levelled(lines: Mask, rails: tuple[Rail, ...], usual: float) -> _Level:
    """A row of boxes, made level and its bars upright; usual: height of the writing in pixels."""
    edge, lower = max(round(EDGE * usual), 3), rails[-1]
    if len(rails) == 1:
        above = COMB * usual
        upper = lower._replace(left_y=lower.left_y - above, right_y=lower.right_y - above)
    else:
        upper = rails[0]
    width = round((lower.right - lower.left + upper.right - upper.left) / 2)
    height = round((lower.left_y - upper.left_y + lower.right_y - upper.right_y) / 2)
    # The ends of both rails are the corners of the row, which is true in any perspective.
    corners = [upper[:2], upper[2:], lower[2:], lower[:2]]
    right, bottom = edge + width, edge + height
    places = [(edge, edge), (right, edge), (right, bottom), (edge, bottom)]
    to_row = cv2.getPerspectiveTransform(
        np.array(corners, np.float32), np.array(places, np.float32)
    )
    size = (right + edge, bottom + edge)

    row = cv2.warpPerspective(lines, to_row, size, flags=cv2.INTER_NEAREST)
    top = edge + 2 if len(rails) > 1 else max(bottom - round(TEETH * usual), edge + 2)

    def leaned(lean: float) -> NDArray[np.float64]:
        return np.array([[1, -lean, lean * bottom], [0, 1, 0]])

    def uprightness(lean: float) -> int:
        upright = cv2.warpAffine(row, leaned(lean), size, flags=cv2.INTER_NEAREST)
        columns = cv2.reduce(upright[top : bottom - 2], 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
        return int(((columns.astype(np.int64) // 255) ** 3).sum())

    lean = max(LEANS.tolist(), key=uprightness)
    matrix = np.vstack([leaned(lean), [0, 0, 1]]) @ to_row
    row = cv2.warpPerspective(lines, matrix, size, flags=cv2.INTER_NEAREST)
    return _Level(np.asarray(row, np.uint8), np.asarray(matrix, np.float64), edge)


def _rules_of(level: _Level, num_rails: int) -> _Rules | None:
    """The rules of a row of boxes; None where bars do not close its rails at both ends."""
    lines, edge = level.lines, level.edge
    bottom = len(lines) - edge
    rails = [
        _band_near(middle, lines, edge) for middle in ([edge] if num_rails > 1 else []) + [bottom]
    ]
    bands = [rail for rail in rails if rail is not None]
    if len(bands) < num_rails:
        return None
    comb_height = None if num_rails > 1 else _comb_height(lines, bands[0], edge)
    if comb_height == 0:
        return None
    bars = with_missing(rules.find_bars(lines, bands, comb_height, SKEWS))
    if len(bars) < (rules.MIN_COMB if num_rails == 1 else 2):
        return None
    near = max(edge, round(rules.MAX_DOUBLE * max(band.thickness for band in bands)))
    right = lines.shape[1] - edge
    if bars[0].start > edge + near or bars[-1].end < right - near:
        return None
    return _Rules(bands, bars, bands[0].start if comb_height is None else bottom - comb_height)


def _band_near(middle: int, lines: Mask, edge: int) -> Band | None:
    """The rows of a rail around a row; None where too little is dark."""
    first = max(middle - edge, 0)
    covered = (lines[first : middle + edge + 1] > 0).mean(axis=1)
    # The feet of digits on the rail cover less of their rows than it does.
    bands = find_bands(covered >= max(rules.MIN_RAIL_EDGE, MIN_EDGE * covered.max()))
    darkest = max(bands, key=lambda band: covered[band.start : band.end].max(), default=None)
    if darkest is None or covered[darkest.start : darkest.end].max() < rules.MIN_OTHER_RAIL:
        return None
    return Band(darkest.start + first, darkest.end + first)


def _comb_height(lines: Mask, rail: Band, edge: int) -> int:
    """The height of the bars at both ends of a rail, with the rail's own; 0 where there are none.

    edge: pixels of paper beside its ends.
    """
    is_paper = lines[: rail.start][::-1] == 0
    heights = np.where(is_paper.any(axis=0), is_paper.argmax(axis=0), len(is_paper))
    ends = heights[: 3 * edge].max(), heights[-3 * edge :].max()
    is_comb = min(ends) > rules.MIN_BAR * max(ends) and min(ends) > MIN_TOOTH * rail.thickness
    return int(min(ends)) + rail.thickness if is_comb else 0


def _drawn(found: _Rules, level: _Level, shape: tuple[int, ...]) -> Mask:
    """The rules of a row in a map of a shape (h, w)."""
    row = np.zeros_like(level.lines)
    for rail in found.rails:
        row[max(rail.start - 1, 0) : rail.end + 1] = 255
    for bar in found.bars:
        row[found.top : found.rails[-1].end, max(bar.start - 1, 0) : bar.end + 1] = 255
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpPerspective(row, level.matrix, shape[::-1], flags=flags)
    return np.asarray(drawn, np.uint8)


def _box_row(found: _Rules, level: _Level, rails: tuple[Rail, ...], margin: int) -> BoxRow:
    """Where the bars of a row are in a map without its margin."""
    middle = len(level.lines) / 2
    places = np.array([[[bar.middle, middle] for bar in found.bars]])
    bars = cv2.perspectiveTransform(places, np.linalg.inv(level.matrix))[0, :, 0] - margin
    corners = np.array([[[0.0, level.edge], [level.lines.shape[1], level.edge]]])
    top = cv2.perspectiveTransform(corners, np.linalg.inv(level.matrix))[0, :, 1].min() - margin
    bottom = max(rails[-1].left_y, rails[-1].right_y) - margin
    return BoxRow(tuple(bars.tolist()), float(top), float(bottom))
