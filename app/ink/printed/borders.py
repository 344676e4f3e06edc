"""Drops lines from edge to edge of a picture: of a margin, a border, or the rim of a cell.

Beside digits, an upright one would be a 1; alone, the corner of a border would be a 7.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, InkMap, Mask, Parts
from app.ink.parts import MIN_PART, are_in_line

# A border that lies along one edge, or along two that meet.
RIM: Final = 0.15  # of the picture's shorter side: how far from the edge it lies
MIN_ALONG: Final = 0.9  # share of the edge's length along which there is ink of it
MIN_IN_RIM: Final = 0.95  # share of its ink that lies there
MAX_LEAN: Final = 0.06  # sideways per unit of length; a 1 that fills a picture leans more
MAX_EDGES: Final = 2  # a frame lies along more
MIN_EDGES: Final = 2  # along which a border goes that a digit joins; the bar of a 7 goes along one
MIN_LENGTH: Final = 1.3  # heights of the highest writing
# A line that is cut off by two edges; as long as a border.
NEAR_EDGE: Final = 0.02  # of the picture's sides: so near, and a pixel, ink touches an edge
MAX_SLIMNESS: Final = 0.1  # ratio of its width to its length
MAX_DIGIT: Final = 1.2  # ratio of a digit's width to its height
MIN_HEIGHT: Final = 0.2  # of the longest line; lower pieces do not tell how high writing is
MIN_COVERED: Final = 0.85  # share of such a line that its pieces cover where rules have cut it


def without_borders(ink: InkMap) -> InkMap:
    """The map of all ink of a picture without what lies along its edges from end to end.

    A digit's strokes are not as straight along the edges, even where it is cropped tightly, and
    the first or last 1 of a number is not as long, compared with the other digits.
    """
    parts, rim = ink.parts, _rim(ink.mask)
    is_border = _along_edges(parts, rim)
    for index in np.flatnonzero(is_border).tolist():
        is_border[index] = _is_in_rims(parts.labels == index, rim)
    tallest = parts.boxes[1:, 3][~is_border[1:]].max(initial=0)
    is_border &= parts.boxes[:, 2:].max(axis=1) >= MIN_LENGTH * tallest
    return replace(ink, mask=parts.mask(~is_border)) if is_border.any() else ink


def hangs_on_border(mask: Mask) -> bool:
    """Whether a piece of a picture's ink, (h, w), joins what goes along edges from end to end."""
    parts, rim = Parts(mask), _rim(mask)
    pieces = (parts.labels == index for index in np.flatnonzero(_along_edges(parts, rim)).tolist())
    return any(
        len(_covered_edges(piece, rim)) >= MIN_EDGES and not _is_in_rims(piece, rim)
        for piece in pieces
    )


def _rim(mask: Mask) -> int:
    """How many pixels from the edges of a picture (h, w) its borders lie; 0 in a tiny one."""
    return int(RIM * min(mask.shape) + 0.5)


def _along_edges(parts: Parts, rim: int) -> NDArray[np.bool_]:
    """Which components are as long as an edge of the picture, and reach its rim: (n,)."""
    high, wide = parts.labels.shape
    x, y, width, height = parts.boxes.T
    is_near = [(y < rim) | (y + height > high - rim), (x < rim) | (x + width > wide - rim)]
    is_along = (width >= MIN_ALONG * wide) & is_near[0] | (height >= MIN_ALONG * high) & is_near[1]
    is_along[0] = False
    return np.asarray(is_along, np.bool_)


def _is_in_rims(piece: NDArray[np.bool_], rim: int) -> bool:
    """Whether a piece of ink (h, w) lies along an edge or two. rim: pixels from the edge."""
    edges = _covered_edges(piece, rim)
    rest = piece.copy()
    for edge in edges:
        rest[edge] = False
    is_in_rim = np.count_nonzero(rest) <= (1 - MIN_IN_RIM) * np.count_nonzero(piece)
    is_border = 0 < len(edges) <= MAX_EDGES and is_in_rim
    return bool(is_border and max(_lean(piece, edge) for edge in edges) <= MAX_LEAN)


def _lean(piece: NDArray[np.bool_], edge: tuple[slice, slice]) -> float:
    """How far a piece of ink leans in a rim, sideways per unit of length, between its corners."""
    ink = piece[edge].astype(np.float64)  # (along, aside), once it is upright
    ink = ink if edge[0] == np.s_[:] else ink.T
    start, middle, end = (round(share * len(ink)) for share in (RIM, 0.5, 1 - RIM))
    aside = np.arange(ink.shape[1])
    places = [
        float((half @ aside).sum() / max(half.sum(), 1))
        for half in (ink[start:middle], ink[middle:end])
    ]
    return abs(places[1] - places[0]) / max((end - start) / 2, 1)


def _covered_edges(piece: NDArray[np.bool_], rim: int) -> list[tuple[slice, slice]]:
    """The rims of an image (h, w) along which a piece of ink goes from end to end."""
    sides = (0, np.s_[:rim, :]), (0, np.s_[-rim:, :]), (1, np.s_[:, :rim]), (1, np.s_[:, -rim:])
    return [edge for axis, edge in sides if rim and piece[edge].any(axis=axis).mean() >= MIN_ALONG]


def reaches_around(ink: InkMap, shape: tuple[int, ...]) -> bool:
    """Whether a piece of ink reaches both sides of a picture and its top or its foot.

    Lines that cross each other do. shape: of the picture, (h, w, ...).
    """
    touches = touched_edges(ink, ink.parts.boxes[1:], shape)
    is_across, is_above = touches[::2].all(axis=0), touches[1::2].any(axis=0)
    return bool(np.any(is_across & is_above))


def without_lines_across(ink: InkMap, shape: tuple[int, ...]) -> Mask:
    """A map's mask without lines that two edges of the picture cut off, beside lower writing.

    Such a line may be in pieces where rules that crossed it were erased.
    One that begins and ends where the writing does may be a 1, if it is hardly longer.
    Where the writing itself goes from the left edge to the right one, the picture is cropped so
    tightly that a 1 may too. shape: of the picture, (h, w, ...).
    """
    parts = ink.parts
    touches = touched_edges(ink, parts.boxes, shape)  # (4, n): left, top, right, bottom
    _, _, width, height = parts.boxes.T
    length = np.hypot(width, height)
    is_line = touches.sum(axis=0) > 1
    is_line[0] = False
    for index in np.flatnonzero(is_line).tolist():
        is_line[index] = _is_straight(parts, index)
    for pieces in _lines_in_pieces(parts, touches):
        is_line[pieces] = True
        length[pieces] = np.ptp(np.concatenate(_ends(parts.boxes[pieces])), axis=0).max()
    if not is_line.any():
        return ink.mask
    is_writing = ~is_line & (parts.areas > MIN_PART * parts.areas.max())
    is_writing &= height >= MIN_HEIGHT * length[is_line].max()
    is_writing &= ~_are_within(parts.boxes, parts.boxes[is_line])  # rests of the line itself
    if not is_writing.any():
        return ink.mask
    is_digit = is_writing & (width <= MAX_DIGIT * height)  # else, it hangs on a rule
    is_tight = np.any(touches[::2, is_digit]) and np.all(np.any(touches[::2], axis=1))
    is_long = length >= MIN_LENGTH * height[is_writing].max()
    is_line &= is_long | ~are_in_line(parts.boxes, is_writing)
    return ink.mask if is_tight or not is_line.any() else parts.mask(~is_line)


def _lines_in_pieces(parts: Parts, touches: NDArray[np.bool_]) -> Iterator[list[int]]:
    """The pieces of each upright or level line that goes from one edge to the opposite one.

    touches: see `touched_edges`.
    """
    for across in (0, 1):  # upright lines from the top, and level ones from the left
        first, last = touches[1 - across], touches[3 - across]
        start, thickness = parts.boxes[:, across], parts.boxes[:, 2 + across]
        extent = parts.boxes[:, 3 - across]
        for index in np.flatnonzero(first & ~last).tolist():
            if index == 0 or not _is_straight(parts, index):
                continue
            off = np.abs(start + thickness / 2 - start[index] - thickness[index] / 2)
            is_piece = (off <= 1) & (np.abs(thickness - thickness[index]) <= 2)
            is_piece[0] = False
            pieces = np.flatnonzero(is_piece).tolist()
            low, high = _ends(parts.boxes[pieces])
            whole = float(high[:, 1 - across].max() - low[:, 1 - across].min())
            if last[pieces].any() and extent[pieces].sum() >= MIN_COVERED * whole:
                yield pieces


def _ends(boxes: Boxes) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The upper left and the lower right corners of boxes, (n, 2) each."""
    return boxes[:, :2], boxes[:, :2] + boxes[:, 2:]


def _are_within(boxes: Boxes, others: Boxes) -> NDArray[np.bool_]:
    """Which boxes (n, 4) lie within one of others (m, 4): (n,)."""
    starts, ends = boxes[:, None, :2], boxes[:, None, :2] + boxes[:, None, 2:]
    is_within = (starts >= others[:, :2]) & (ends <= others[:, :2] + others[:, 2:])
    return np.asarray(np.any(np.all(is_within, axis=2), axis=1), np.bool_)


def _is_straight(parts: Parts, index: int) -> bool:
    """Whether a component is a slim straight line."""
    x, y, width, height = parts.boxes[index].tolist()
    piece = parts.labels[y : y + height, x : x + width] == index
    _, sides, _ = cv2.minAreaRect(np.argwhere(piece).astype(np.float32))
    return bool(min(sides) + 1 <= MAX_SLIMNESS * (max(sides) + 1))


def touched_edges(ink: InkMap, boxes: Boxes, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Whether boxes (n, 4) of a map touch the left, top, right and bottom edge of the picture.

    Returns (4, n).
    """
    x, y, width, height = boxes.T / ink.scale
    left, top = ink.left + x, ink.top + y
    near = [NEAR_EDGE * side + 1 for side in shape[1::-1]]
    gaps = left, top, shape[1] - left - width, shape[0] - top - height
    return np.stack([gap <= near[index % 2] for index, gap in enumerate(gaps)])
