"""Finds rows of printed dots or dashes, as under a form's answer and on dotted paper."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_DOT_SIDE: Final = 2.5  # pen widths; any digit is higher
# Usual heights of higher pieces. Digits that are drawn as rows of dots have larger dots.
MAX_DOT: Final = 1 / 7
MAX_DASH: Final = 0.5  # width of a dash
MIN_DOTS: Final = 5  # of a row; fewer are the points of a number
MAX_DOTS: Final = 5_000  # only clutter has more
MAX_RATIO: Final = 1.5  # between the sides of a row's dots and the usual ones, either way
SIDE_ERROR: Final = 1.5  # pixels by which they may differ besides
MAX_ASIDE: Final = 0.5  # thicknesses of a dot by which the next one may be off the row
MAX_STEP_ERROR: Final = 0.2  # steps by which the distance between neighbours may differ from whole
MIN_EVEN: Final = 0.8  # share of the distances that must be so; digits may hide dots
MAX_STEP: Final = 1.0  # between neighbours; the points of numbers are further apart

Boxes = NDArray[np.int64]  # (n, 4): left, top, width, height


def are_in_rows(boxes: Boxes, pen: float) -> NDArray[np.bool_]:
    """Which pieces of ink are dots or dashes of level rows, or dots of upright ones: (n,).

    Where the steps are as wide as those between the points of numbers, they must be dots of both.
    pen: its width in pixels.
    """
    is_high = boxes[:, 3] > MAX_DOT_SIDE * pen
    if not is_high.any() or len(boxes) - is_high.sum() < MIN_DOTS:
        return np.zeros(len(boxes), np.bool_)
    usual = float(np.median(boxes[is_high, 3]))
    largest = min(MAX_DOT_SIDE * pen, MAX_DOT * usual)
    is_dash = (boxes[:, 3] <= largest) & (boxes[:, 2] <= MAX_DASH * usual)
    is_dot = is_dash & (boxes[:, 2] <= largest)
    level, upright = (
        _steps_of(boxes, np.flatnonzero(is_piece), along)
        for is_piece, along in ((is_dash, 0), (is_dot, 1))
    )
    is_close = np.minimum(level, upright) <= MAX_STEP * usual
    return np.asarray(is_close | np.isfinite(level + upright), np.bool_)


def _steps_of(boxes: Boxes, pieces: NDArray[np.int64], along: int) -> NDArray[np.float64]:
    """The usual step in the even row of each piece, (n,), infinite where it is in no such row.

    pieces: the indices of those that may be in one. along: 0 for level rows, 1 for upright ones.
    """
    steps = np.full(len(boxes), np.inf)
    if not MIN_DOTS <= len(pieces) <= MAX_DOTS:
        return steps
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    across = middles[pieces, 1 - along]
    order = np.argsort(across, kind="stable")
    reach = max(MAX_ASIDE * float(np.median(boxes[pieces, 3 - along])), 1.0)
    ends = np.flatnonzero(np.diff(across[order]) > reach) + 1
    for row in np.split(pieces[order], ends):
        alike = row[_are_alike(boxes[row, 2:])]
        alike = alike[np.argsort(middles[alike, along], kind="stable")]
        if len(alike) >= MIN_DOTS:
            steps[alike] = _even_step(np.diff(middles[alike, along]))
    return steps


def _even_step(distances: NDArray[np.float64]) -> float:
    """The usual distance between neighbours; infinite where they are no whole steps apart."""
    usual = max(float(np.median(distances)), 1.0)
    steps = distances / usual
    is_whole = (np.abs(steps - np.round(steps)) <= MAX_STEP_ERROR) & (steps > 0.5)
    return usual if is_whole.mean() >= MIN_EVEN else np.inf


def _are_alike(sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which pieces have about the usual width and height: (n,). sizes: (n, 2)."""
    usual = np.median(sizes, axis=0)
    is_small = sizes <= MAX_RATIO * usual + SIDE_ERROR
    is_large = sizes * MAX_RATIO + SIDE_ERROR >= usual
    return np.asarray((is_small & is_large).all(axis=1), np.bool_)
