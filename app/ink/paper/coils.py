"""Drops the coil of a notebook or its punched edge: a row of many pieces that are alike.

Beside a number that is photographed on such a page, they would be read as a row of 1s or 6s. Nobody
writes so many characters of one size along an edge in steps as even, unless they begin the lines of
a list. Then other writing is beside most of them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, InkMap, Mask

MIN_PIECES: Final = 10  # of such a row; a row of a sudoku has nine digits
MIN_SHARE: Final = 0.75  # share of a row's pieces that are alike; others are broken, or hide one
MAX_RATIO: Final = 1.25  # between the sides of a piece and the row's usual ones, either way
SIDE_ERROR: Final = 2.0  # pixels by which they may differ besides
MAX_ASIDE: Final = 0.35  # of a piece's height by which the next one may be off the row
MAX_RIM: Final = 1.0  # the same, between the row and the edge of the picture
MAX_STEP_ERROR: Final = 0.12  # steps by which the distance between neighbours may differ from whole
MIN_EVEN: Final = 0.8  # share of the distances that must be so
# Of a level row, in widths of a piece: from it to writing above or below, and how wide that is.
MAX_BESIDE: Final = 4.0
MIN_BESIDE_WIDTH: Final = 0.5
MAX_SHARE_BESIDE: Final = 0.5  # of a coil's pieces that have writing beside them


def without_coil(ink: InkMap, shape: tuple[int, ...]) -> Mask:
    """A photograph's mask without a coil along an edge, where there is other writing.

    shape: of the picture, (h, w, ...).
    """
    parts = ink.parts
    boxes = parts.boxes[1:]
    if len(boxes) <= MIN_PIECES:
        return ink.mask
    origin, size = np.array([ink.left, ink.top]), np.array(shape[1::-1])
    rims = -origin * ink.scale, (size - origin) * ink.scale  # the picture's edges: x, y in the map
    is_coil = np.zeros(len(boxes), np.bool_)
    for down in (1, 0):  # level rows, and upright ones
        turned = boxes[:, [1 - down, down, 3 - down, 2 + down]]
        is_coil |= _are_in_coil(turned, float(rims[0][down]), float(rims[1][down]))
    tallest = boxes[is_coil, 3].max(initial=0)
    if not is_coil.any() or boxes[~is_coil, 3].max(initial=0) < tallest / MAX_RATIO:
        return ink.mask
    return parts.mask(np.append(False, ~is_coil))


def _are_in_coil(boxes: Boxes, top: float, bottom: float) -> NDArray[np.bool_]:
    """Which boxes (n, 4), x, y, width and height, are a level row along an edge: (n,).

    top, bottom: where the picture's edges are.
    """
    is_found = np.zeros(len(boxes), np.bool_)
    order = np.argsort(boxes[:, 1] + boxes[:, 3] / 2, kind="stable")
    middles = (boxes[:, 1] + boxes[:, 3] / 2)[order]
    ends = np.flatnonzero(np.diff(middles) > MAX_ASIDE * boxes[order[:-1], 3]) + 1
    for row in np.split(order, ends):
        if len(row) < MIN_PIECES:
            continue
        usual = np.median(boxes[row], axis=0)  # their x tells nothing
        rim = min(usual[1] - top, bottom - usual[1] - usual[3])
        sizes = boxes[row, 2:]
        is_alike = (sizes <= MAX_RATIO * usual[2:] + SIDE_ERROR).all(axis=1)
        is_alike &= (sizes * MAX_RATIO + SIDE_ERROR >= usual[2:]).all(axis=1)
        alike = row[is_alike]
        places = np.sort(boxes[alike, 0] + boxes[alike, 2] / 2)
        is_coil = rim <= MAX_RIM * usual[3] and len(alike) >= max(MIN_PIECES, MIN_SHARE * len(row))
        is_coil = is_coil and _are_even(places)
        if is_coil and _share_beside(boxes[alike], np.delete(boxes, row, 0)) <= MAX_SHARE_BESIDE:
            is_found[row] = is_alike | (sizes <= usual[2:]).all(axis=1)
    return is_found


def _are_even(places: NDArray[np.float64]) -> bool:
    """Whether nearly all neighbours are whole steps apart; places: (n,), from left to right."""
    distances = np.diff(places)
    steps = distances / max(float(np.median(distances)), 1.0)
    is_whole = (np.abs(steps - np.round(steps)) <= MAX_STEP_ERROR) & (steps > 0.5)
    return bool(is_whole.mean() >= MIN_EVEN)


def _share_beside(row: Boxes, others: Boxes) -> float:
    """The share of a level row's boxes (n, 4) that have another one (m, 4) close above or below."""
    left, top, width, height = row.T[:, :, None].astype(np.float64)
    other_left, other_top, other_width, other_height = others.T[:, None].astype(np.float64)
    shared = np.minimum(left + width, other_left + other_width) - np.maximum(left, other_left)
    gap = np.maximum(other_top - top - height, top - other_top - other_height)
    is_beside = (shared >= MIN_BESIDE_WIDTH * width) & (gap <= MAX_BESIDE * width)
    is_beside &= other_width >= MIN_BESIDE_WIDTH * width
    return float(is_beside.any(axis=1).mean())
