"""Ten handwritten digits as pen strokes, for tests that draw.

Each digit is defined by the few points that a hand aims at; a stroke is a smooth curve through
them.
"""

import numpy as np
from numpy.typing import NDArray

# Unit square, x right, y down. The shapes are usual ones: a plain bar for 1, an open 4.
AIMS: dict[int, list[list[tuple[float, float]]]] = {
    0: [
        [
            (0.55, 0.10), (0.34, 0.18), (0.24, 0.45), (0.30, 0.78), (0.50, 0.90),
            (0.70, 0.78), (0.77, 0.45), (0.68, 0.18), (0.52, 0.10),
        ]
    ],
    1: [[(0.54, 0.10), (0.52, 0.37), (0.50, 0.64), (0.48, 0.90)]],
    2: [
        [
            (0.26, 0.28), (0.36, 0.14), (0.54, 0.10), (0.70, 0.20), (0.70, 0.38), (0.56, 0.58),
            (0.38, 0.76), (0.25, 0.89),
        ],
        [(0.25, 0.89), (0.50, 0.88), (0.78, 0.89)],
    ],
    3: [
        [
            (0.28, 0.18), (0.45, 0.10), (0.65, 0.16), (0.68, 0.32), (0.56, 0.44), (0.42, 0.48),
            (0.60, 0.51), (0.73, 0.66), (0.66, 0.83), (0.47, 0.90), (0.27, 0.82),
        ]
    ],
    4: [
        [(0.36, 0.12), (0.31, 0.34), (0.25, 0.57), (0.48, 0.58), (0.79, 0.56)],
        [(0.66, 0.26), (0.63, 0.58), (0.60, 0.90)],
    ],
    5: [
        [
            (0.34, 0.12), (0.32, 0.27), (0.30, 0.43), (0.46, 0.40), (0.64, 0.46), (0.72, 0.63),
            (0.64, 0.82), (0.46, 0.90), (0.26, 0.83),
        ],
        [(0.34, 0.12), (0.52, 0.12), (0.72, 0.11)],
    ],
    6: [
        [
            (0.62, 0.10), (0.44, 0.24), (0.32, 0.46), (0.29, 0.70), (0.40, 0.88), (0.58, 0.88),
            (0.68, 0.73), (0.60, 0.58), (0.44, 0.57), (0.32, 0.68),
        ]
    ],
    7: [
        [(0.24, 0.13), (0.50, 0.12), (0.76, 0.13)],
        [(0.76, 0.13), (0.62, 0.38), (0.51, 0.63), (0.43, 0.90)],
    ],
    8: [
        [
            (0.66, 0.20), (0.48, 0.10), (0.32, 0.21), (0.38, 0.38), (0.55, 0.50), (0.69, 0.67),
            (0.64, 0.84), (0.48, 0.90), (0.32, 0.82), (0.32, 0.65), (0.46, 0.50), (0.62, 0.38),
            (0.67, 0.21),
        ]
    ],
    9: [
        [
            (0.69, 0.26), (0.56, 0.12), (0.38, 0.16), (0.30, 0.32), (0.38, 0.47), (0.55, 0.47),
            (0.68, 0.30), (0.68, 0.48), (0.64, 0.70), (0.57, 0.91),
        ]
    ],
}  # fmt: skip


def smooth(aims: list[tuple[float, float]], steps: int = 4) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the aims, `steps` points per leg: (n, 2)."""
    points = np.array(aims, dtype=np.float64)
    # The end points are repeated, so that the curve begins and ends at an aim.
    before, start, end, after = (
        np.concatenate([points[:1], points[:-2]]),
        points[:-1],
        points[1:],
        np.concatenate([points[2:], points[-1:]]),
    )
    t = np.arange(steps)[:, None, None] / steps  # (steps, 1, 1)
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )  # (steps, legs, 2)
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


DIGITS: dict[int, list[NDArray[np.float64]]] = {
    digit: [smooth(stroke) for stroke in strokes] for digit, strokes in AIMS.items()
}


def placed(digit: int, left: float, top: float, size: float) -> list[NDArray[np.float64]]:
    """The digit's strokes in a square of `size` pixels whose corner is at (left, top)."""
    return [stroke * size + (left, top) for stroke in DIGITS[digit]]
