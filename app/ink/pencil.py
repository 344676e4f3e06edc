"""The curve that the canvas's pencil draws through the points where the pen was.

It is the curve that `strokes_from_canvas` gives once the pen is lifted, so that a drawing is read
in the same way while the pen moves and afterwards. The steps are those of Fabric's PencilBrush.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.strokes import quadratic_curves

MIN_STEP: Final = 0.4  # canvas pixels between two points; a closer point is left out


def draw(points: NDArray[np.float64], pen_width: float) -> NDArray[np.float64]:
    """The curve (m, 2) of a stroke whose pen was at these points (n, 2), n >= 1; canvas pixels."""
    kept = _decimate(np.concatenate([points[:1], points]))
    first, last = _ends(kept, pen_width / 1000)
    is_step = (kept[:-1] != kept[1:]).any(axis=1)
    corners = kept[:-1][is_step]
    middles = (corners + kept[1:][is_step]) / 2
    starts = np.concatenate([first[None], middles])[: len(middles)]
    curves = quadratic_curves(starts, corners, middles)
    return np.concatenate([first[None], curves.reshape(-1, 2), last[None]])


def _decimate(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points without the last but one, and without those too close to the point before."""
    if len(points) <= 2:
        return points
    first, *inner = points[:-2].tolist()
    kept = [first]
    for x, y in inner:
        if (x - kept[-1][0]) ** 2 + (y - kept[-1][1]) ** 2 >= MIN_STEP**2:
            kept.append([x, y])
    return np.array([*kept, points[-1]])


def _ends(points: NDArray[np.float64], length: float) -> tuple[NDArray[np.float64], ...]:
    """Where the curve begins and ends: a little beyond its points, so that a dot is visible."""
    if len(points) <= 2:
        outwards = np.array([length, 0.0])
        return points[0] - outwards, points[-1] + outwards
    # Fabric looks at the direction of the second segment here, not of the first.
    return (
        points[0] - length * np.sign(points[2] - points[1]),
        points[-1] + length * np.sign(points[-1] - points[-2]),
    )
