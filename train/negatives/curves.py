"""Makes strokes of lines, curves, rings and arcs, for scribbles and doodles.

They are sampled about as densely as a pen's strokes, so that `train.augment.strokes` can vary them.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]  # (n, 2), pixels, x right and y down
Strokes = list[Stroke]
Drawing = Callable[[np.random.Generator], Strokes]  # something that can be drawn in many ways

WIDTH: Final = 100.0  # pixels, about the larger side of a drawing
FULL: Final = 2 * np.pi
_DENSE: Final = 5.0  # pixels between samples of straight lines


def lines(*corners: tuple[float, float]) -> Stroke:
    """A stroke along straight lines between corners, sampled as densely as a pen's."""
    return dense(np.array(corners, np.float64))


def dense(points: Stroke) -> Stroke:
    """The same polyline (n, 2) with samples _DENSE apart."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    samples = np.linspace(0, along[-1], max(2, int(along[-1] / _DENSE) + 1))
    samples = np.union1d(samples, along)
    return np.stack([np.interp(samples, along, points[:, axis]) for axis in (0, 1)], axis=1)


def smooth(points: Stroke, samples: int = 8) -> Stroke:
    """A Catmull-Rom spline through points (n, 2), n >= 2."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    p0, p1, p2, p3 = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, samples, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )  # (samples, n - 1, 2)
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def ring(x: float, y: float, width: float, height: float, start: float = 0.0) -> Stroke:
    """An ellipse; x, y: its middle; width, height: its radii."""
    angle = start + np.linspace(0, FULL, 40)
    return np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], axis=1)


def arc(x: float, y: float, radius: float, begin: float, end: float) -> Stroke:
    """A part of a circle between two angles in radians, clockwise from the right."""
    angle = np.linspace(begin, end, 24)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
