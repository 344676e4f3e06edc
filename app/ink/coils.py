"""Drops the coil of a notebook, its punched edge, and other rows of many pieces that are alike.

Beside a number that is photographed on such a page, they would be read as a row of 1s or 6s. Nobody
writes so many characters of one size in steps as even.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, Mask, Parts

MIN_PIECES: Final = 7  # of such a row
MIN_SHARE: Final = 0.75  # share of a row's pieces that are alike; others are broken, or hide one
MAX_RATIO: Final = 1.25  # between the sides of a piece and the row's usual ones, either way
SIDE_ERROR: Final = 2.0  # pixels by which they may differ besides
MAX_ASIDE: Final = 0.35  # heights of a piece by which the next one may be off the row
MAX_STEP_ERROR: Final = 0.12  # steps by which the distance between neighbours may differ from whole
MIN_EVEN: Final = 0.8  # share of the distances that must be so


def without_coil(mask: Mask) -> Mask:
    """A photograph's mask (h, w) without such rows and columns, where there is other writing."""
    parts = Parts(mask)
    boxes = parts.boxes[1:]
    if len(boxes) <= MIN_PIECES:
        return mask
    is_coil = _are_in_even_rows(boxes) | _are_in_even_rows(boxes[:, [1, 0, 3, 2]])
    if not is_coil.any():
        return mask
    tallest = boxes[is_coil, 3].max()
    if boxes[~is_coil, 3].max(initial=0) < tallest / MAX_RATIO:
        return mask
    return parts.mask(np.append(False, ~is_coil))


def _are_in_even_rows(boxes: Boxes) -> NDArray[np.bool_]:
    """Which boxes (n, 4), x, y, width and height, are in level rows as even as a coil: (n,)."""
    is_found = np.zeros(len(boxes), np.bool_)
    middles = boxes[:, 1] + boxes[:, 3] / 2
    order = np.argsort(middles, kind="stable")
    steps = np.diff(middles[order])
    ends = np.flatnonzero(steps > MAX_ASIDE * boxes[order[1:], 3]) + 1
    for row in np.split(order, ends):
        if len(row) < MIN_PIECES:
            continue
        sizes = boxes[row, 2:]
        usual = np.median(sizes, axis=0)
        is_alike = (sizes <= MAX_RATIO * usual + SIDE_ERROR).all(axis=1)
        is_alike &= (sizes * MAX_RATIO + SIDE_ERROR >= usual).all(axis=1)
        if is_alike.sum() < max(MIN_PIECES, MIN_SHARE * len(row)):
            continue
        places = np.sort(boxes[row, 0] + boxes[row, 2] / 2)
        is_found[row] = _are_even(places[is_alike[np.argsort(boxes[row, 0], kind="stable")]])
    return is_found


def _are_even(places: NDArray[np.float64]) -> bool:
    """Whether nearly all neighbours are whole steps apart; places: (n,), from left to right."""
    distances = np.diff(places)
    steps = distances / max(float(np.median(distances)), 1.0)
    is_whole = (np.abs(steps - np.round(steps)) <= MAX_STEP_ERROR) & (steps > 0.5)
    return bool(is_whole.mean() >= MIN_EVEN)
