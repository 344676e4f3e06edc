"""Erases a line from edge to edge of a clean picture that goes through digits, as a margin's may.

The digit that it crosses is one piece with it: what drops the line would drop the digit as well, or
keep both. The line alone is straight and equally broad from one edge to the opposite one, and most
of it is bare. Where the ink is broader than the line, or of another colour, a pen has crossed it.
"""

from dataclasses import replace
from functools import reduce
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, Mask, Parts, pen_width
from app.ink.printed.bands import Band, find_bands
from app.ink.resize import reduce_to_side
from app.ink.threshold import MAX_SIDE

MAX_LINES: Final = 3  # in one picture, as of a double margin; more are ruled paper
MAX_ENDS: Final = 8  # pieces of ink at an edge; with more, it is no page with a margin
NEAR_EDGE: Final = 0.02  # of the picture's height: so far from the edge, the line may end
MAX_LEAN: Final = 0.06  # sideways per unit of length; a border leans no more
MIN_COVERED: Final = 0.6  # share of the line's length along which there is ink; a faint one breaks
MAX_GAP: Final = 0.1  # of its length: the longest break
MIN_BARE: Final = 0.6  # share of its length along which the ink is no broader than it
MAX_BROADER: Final = 1  # pixels by which the ink of a bare line is broader
MIN_HEIGHTS: Final = 1.3  # of the highest writing: a line's length; digits end before it does
# A digit's own stem is as broad as its other strokes; without it, half of a 4 is left.
MAX_THICKNESS: Final = 0.7  # pens of the writing: the thickness of a line that may be shorter than
MIN_LONG: Final = 3.0  # times the height of the highest writing
MAX_ANY_THICKNESS: Final = 1.0  # pens: of a line of any length
END: Final = 0.1  # of a line's length at both ends, which no digit covers
STRONG: Final = 90  # percent of a line's pixels that contrast less than its strong ones
MIN_DARKER: Final = 30  # levels of 255 by which ink of a pen on the line contrasts more
MIN_REST: Final = 4.0  # squares of the line's thickness: the area of what it goes through
BESIDE: Final = 1  # pixels beside all columns of a line: so far, shreds of it may be left


class _Line(NamedTuple):
    """An upright line.

    left, right: the first column of its ink in each row, and the column after its last one.
    thickness: usual one. is_bare: the rows in which there is nothing but the line.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    thickness: int
    is_bare: NDArray[np.bool_]


def without_lines_through(
    ink: InkMap, image: NDArray[np.uint8], paper: NDArray[np.float32]
) -> InkMap:
    """The map of all ink of a clean picture without lines from edge to edge that cross digits.

    image: (h, w, channels). paper: (channels,), its colour.
    """
    high, wide = ink.mask.shape
    turned = ink.mask.T
    uprights, levels = _lines(ink.mask), _lines(turned)
    if bool(uprights) == bool(levels) or len(uprights) + len(levels) > MAX_LINES:
        return ink  # none, or the lines of a table or of squared paper
    small = reduce_to_side(image, MAX_SIDE)
    if small.shape[:2] != (high, wide):
        return ink
    paper = paper.astype(np.float32)
    if uprights:
        mask = _without_uprights(ink.mask, uprights, small, paper)
    else:
        mask = _without_uprights(
            np.ascontiguousarray(turned), levels, small.transpose(1, 0, 2), paper, is_level=True
        ).T
    if (mask == ink.mask).all() or not mask.any():
        return ink
    strength = np.where(mask == ink.mask, ink.strength, 0).astype(np.uint8)
    return replace(ink, mask=np.ascontiguousarray(mask), strength=strength)


def _without_uprights(
    mask: Mask,
    lines: list[_Line],
    image: NDArray[np.uint8],
    paper: NDArray[np.float32],
    is_level: bool = False,
) -> Mask:
    """A mask without those upright lines in it that go through digits.

    image: (h, w, channels). is_level: whether all is transposed; then, a line as thick as the pen
    may strike the writing out.
    """
    bare = [_bare(mask, line, image, paper) for line in lines]
    alone = reduce(_erased, bare, mask)
    parts = Parts(alone)
    thickest = max(line.thickness for line in lines)
    is_large = parts.areas > MIN_REST * thickest**2
    if not is_large.any():
        return mask
    alone = parts.mask(is_large)
    highest, pen = parts.boxes[is_large, 2 if is_level else 3].max(), pen_width(alone)
    for line, pixels in zip(lines, bare, strict=True):
        pens = line.thickness / pen
        is_thin = pens <= MAX_THICKNESS
        is_long = not is_level and len(mask) >= MIN_LONG * highest and pens <= MAX_ANY_THICKNESS
        is_line = len(mask) >= MIN_HEIGHTS * highest and (is_thin or is_long)
        if is_line and alone[_pixels_at(mask, line)].any():  # else, it goes through nothing
            mask = _without_shreds(_erased(mask, pixels), line)
    return mask


def _without_shreds(mask: Mask, line: _Line) -> Mask:
    """A mask without what is left of a line from it that was erased; points beside it stay."""
    parts = Parts(mask)
    x, width = parts.boxes[:, 0], parts.boxes[:, 2]
    is_beside = (x + width < line.left.min() - BESIDE) | (x > line.right.max() + BESIDE)
    return parts.mask(is_beside | (parts.areas > MIN_REST * line.thickness**2))


def _lines(mask: Mask) -> list[_Line]:
    """The straight, upright, mostly bare lines from the first row to the last one."""
    tops = _ends(mask)
    feet = _ends(mask[::-1]) if tops else []
    if not feet or max(len(tops), len(feet)) > MAX_ENDS:
        return []
    ink = mask > 0
    high = len(mask)
    pairs = product(tops, feet)
    lines = [
        _line_between(ink, top, foot)
        for top, foot in pairs
        if abs(top.middle - foot.middle) <= MAX_LEAN * high
    ]
    return [line for line in lines if line is not None]


def _ends(mask: Mask) -> list[Band]:
    """The columns of ink at the upper edge of a mask."""
    near = int(NEAR_EDGE * len(mask)) + 1
    return find_bands(mask[:near].max(axis=0) > 0)


def _line_between(ink: NDArray[np.bool_], top: Band, foot: Band) -> _Line | None:
    """The line from a place in the first row to one in the last, if it is there."""
    high, wide = ink.shape
    rows = np.arange(high)[:, None]
    across = np.round(np.linspace(top.middle, foot.middle, high)).astype(np.int64)
    beside = np.clip(across[:, None] + np.array([0, -1, 1]), 0, wide - 1)
    is_ink = ink[rows, beside]
    is_there = is_ink.any(axis=1)
    gaps = np.diff(np.flatnonzero(np.concatenate([[True], is_there, [True]])))
    if is_there.mean() < MIN_COVERED or gaps.max() > MAX_GAP * high:
        return None
    middle = beside[rows[:, 0], is_ink.argmax(axis=1)]
    most = 4 * max(top.thickness, foot.thickness)
    left, right = (_reach(ink, middle, step, most) for step in (-1, 1))
    breadth = np.maximum(left + right - 1, 0)
    thickness = int(np.ceil(np.median(breadth[is_there])))
    is_bare = breadth <= thickness + MAX_BROADER
    if is_bare.mean() < MIN_BARE or thickness >= most:
        return None
    return _Line(middle - left + 1, middle + right, thickness, is_bare)


def _reach(
    ink: NDArray[np.bool_], middle: NDArray[np.int64], step: int, most: int
) -> NDArray[np.int64]:
    """How many pixels of ink there are in each row from a column on, to a side, at most `most`."""
    columns = middle[:, None] + step * np.arange(most)
    is_inside = (columns >= 0) & (columns < ink.shape[1])
    is_ink = ink[np.arange(len(ink))[:, None], np.clip(columns, 0, ink.shape[1] - 1)] & is_inside
    return np.asarray(np.where(is_ink.all(axis=1), most, is_ink.argmin(axis=1)), np.int64)


def _bare(
    mask: Mask, line: _Line, image: NDArray[np.uint8], paper: NDArray[np.float32]
) -> tuple[NDArray[np.int64], ...]:
    """The pixels of a line, rows and columns, where it is bare and no other ink is on it."""
    middle = np.clip((line.left + line.right) // 2, 0, mask.shape[1] - 1)
    contrast = np.abs(image[np.arange(len(mask)), middle].astype(np.float32) - paper)
    end = int(END * len(mask)) + 1
    strong = np.percentile(np.concatenate([contrast[:end], contrast[-end:]]), STRONG, axis=0)
    is_covered = (contrast - strong).max(axis=1) >= MIN_DARKER
    rows, columns = _pixels_at(mask, line)
    is_bare = (line.is_bare & ~is_covered)[rows]
    return rows[is_bare], columns[is_bare]


def _pixels_at(mask: Mask, line: _Line) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ink of a mask at a line, and what it is one piece with beside it: rows and columns."""
    first = max(int(line.left.min()), 0)
    columns = np.arange(first, min(int(line.right.max()), mask.shape[1]))
    is_at = (columns >= line.left[:, None]) & (columns < line.right[:, None])
    rows, places = np.nonzero(is_at & (mask[:, columns] > 0))
    return rows, places + first


def _erased(mask: Mask, pixels: tuple[NDArray[np.int64], ...]) -> Mask:
    """A mask without pixels, given as rows and columns."""
    rest = mask.copy()
    rest[pixels] = 0
    return rest
