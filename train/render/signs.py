"""Draws the signs in numbers as pen strokes: minus, point, slash and others.

Lengths are in heights of a usual digit, x right and y down, with the baseline at 0, so that a comma
lies on the baseline and a minus at half the height.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]  # (n, 2)
RAISED_POINTS: Final = 0.07  # share of minus signs that are points, as hasty people write dates


def sign_strokes(symbol: str, random: np.random.Generator) -> list[Stroke]:
    """A sign's strokes. symbol: a key of SIGNS."""
    jitter = 0.012 * random.random()
    strokes = SIGNS[symbol](random)
    return [stroke + jitter * random.standard_normal(stroke.shape) for stroke in strokes]


def _line(*points: tuple[float, float], samples: int = 8) -> Stroke:
    ends = np.array(points, np.float64)
    steps = np.linspace(0, len(ends) - 1, samples)
    return np.stack([np.interp(steps, np.arange(len(ends)), side) for side in ends.T], axis=1)


def _arc(
    centre: tuple[float, float], radii: tuple[float, float], start: float, end: float
) -> Stroke:
    angles = np.linspace(start, end, 12)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(around * radii + centre, np.float64)


def _minus(random: np.random.Generator) -> list[Stroke]:
    if random.random() < RAISED_POINTS:
        return [_dot(random, y=-random.uniform(0.3, 0.6))]
    y, tilt = -random.uniform(0.25, 0.85), random.normal(0, 0.04)
    bow = random.normal(0, 0.02)
    width = random.uniform(0.15, 0.75)
    return [_line((0, y), (width / 2, y + tilt / 2 + bow), (width, y + tilt))]


def _plus(random: np.random.Generator) -> list[Stroke]:
    y, wide, high = -random.uniform(0.35, 0.55), random.uniform(0.3, 0.7), random.uniform(0.3, 0.7)
    x = wide * random.uniform(0.4, 0.6)
    across = _line((0, y), (wide, y + random.normal(0, 0.04)))
    down = _line((x, y - high / 2), (x + random.normal(0, 0.04), y + high / 2))
    return [across, down] if random.random() < 0.7 else [down, across]


def _slash(random: np.random.Generator) -> list[Stroke]:
    # It leans more than a 1, or it is longer.
    if random.random() < 0.5:
        width, top, bottom = random.uniform(0.35, 0.75), -random.uniform(0.85, 1.1), 0.0
    else:
        width, top = random.uniform(0.25, 0.75), -random.uniform(1.0, 1.35)
        bottom = random.uniform(0.05, 0.3)
    bow = random.normal(0, 0.03)
    line = _line((0, bottom), (width / 2 + bow, (bottom + top) / 2), (width, top))
    return [line if random.random() < 0.3 else line[::-1]]


def _dot(random: np.random.Generator, x: float = 0.0, y: float = 0.0) -> Stroke:
    shape = random.random()
    if shape < 0.3:
        return np.array([[x, y]], np.float64)
    if shape < 0.6:  # a tick, as of a pen that is lifted late
        angle, length = random.uniform(0, 2 * np.pi), random.uniform(0.03, 0.16)
        return _line((x, y), (x + length * np.cos(angle), y + length * np.sin(angle)))
    reach = random.uniform(0.01, 0.06)
    return _arc((x, y), (reach, reach), 0.0, random.uniform(1, 2 * np.pi))


def _point(random: np.random.Generator) -> list[Stroke]:
    return [_dot(random, y=random.normal(0, 0.05))]


def _comma(random: np.random.Generator) -> list[Stroke]:
    length, y = random.uniform(0.12, 0.32), random.uniform(-0.1, 0.1)
    lean = random.uniform(0.02, 0.14)
    return [_line((lean, y), (lean * random.uniform(0.6, 1.3), y + length / 2), (0, y + length))]


def _colon(random: np.random.Generator) -> list[Stroke]:
    upper, lower = -random.uniform(0.45, 0.75), -random.uniform(0.0, 0.25)
    return [_dot(random, 0.0, upper), _dot(random, random.normal(0, 0.03), lower)]


def _equals(random: np.random.Generator) -> list[Stroke]:
    y, apart, wide = -random.uniform(0.3, 0.5), random.uniform(0.12, 0.3), random.uniform(0.3, 0.7)
    return [
        _line((random.normal(0, 0.03), height), (wide, height + random.normal(0, 0.03)))
        for height in (y - apart / 2, y + apart / 2)
    ]


def _left_bracket(random: np.random.Generator) -> list[Stroke]:
    middle, high, wide = (
        -random.uniform(0.4, 0.55),
        random.uniform(0.6, 0.8),
        random.uniform(0.12, 0.3),
    )
    return [_arc((wide, middle), (wide, high), 1.5 * np.pi, 0.5 * np.pi)]


def _right_bracket(random: np.random.Generator) -> list[Stroke]:
    middle, high, wide = (
        -random.uniform(0.4, 0.55),
        random.uniform(0.6, 0.8),
        random.uniform(0.12, 0.3),
    )
    return [_arc((0, middle), (wide, high), -0.5 * np.pi, 0.5 * np.pi)]


def _times(random: np.random.Generator) -> list[Stroke]:
    size, y = random.uniform(0.25, 0.6), -random.uniform(0.0, 0.25)
    wide = size * random.uniform(0.7, 1.2)
    down, up = _line((0, y - size), (wide, y)), _line((0, y), (wide, y - size))
    return [down, up if random.random() < 0.5 else up[::-1]]


def _percent(random: np.random.Generator) -> list[Stroke]:
    ring = random.uniform(0.1, 0.18)
    slash = _line((0.1, 0.0), (random.uniform(0.5, 0.8), -random.uniform(0.9, 1.1)))
    upper = _arc((ring, -0.8), (ring, ring), -np.pi / 2, 1.5 * np.pi)
    lower = _arc((random.uniform(0.6, 0.8), -ring), (ring, ring), -np.pi / 2, 1.5 * np.pi)
    return [upper, slash, lower]


SIGNS: Final[dict[str, Callable[[np.random.Generator], list[Stroke]]]] = {
    "-": _minus,
    "+": _plus,
    "/": _slash,
    ".": _point,
    ",": _comma,
    ":": _colon,
    "=": _equals,
    "(": _left_bracket,
    ")": _right_bracket,
    "x": _times,
    "%": _percent,
}
