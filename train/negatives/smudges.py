"""Ink that nobody wrote: blots, smears, filled shapes, half-tones, textures, noise.

Each function makes a picture, uint8 (h, w), ink 255 on 0, for `app.glyph.from_ink` to redraw.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Texture = Callable[[np.random.Generator], Picture]
_SIDE: Final = 56  # pixels


def _clouds(random: np.random.Generator, coarse: int) -> NDArray[np.float32]:
    """Smooth noise, float32 (_SIDE, _SIDE), from a grid of `coarse` by `coarse` random values."""
    values = random.standard_normal((coarse, coarse)).astype(np.float32)
    return cv2.resize(values, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC).astype(np.float32)


def blots(random: np.random.Generator) -> Picture:
    """Several spots of any outline."""
    field = _clouds(random, int(random.integers(6, 12)))
    return np.where(field > np.quantile(field, random.uniform(0.5, 0.85)), 255, 0).astype(np.uint8)


def smear(random: np.random.Generator) -> Picture:
    """A broad horizontal stroke with a torn rim."""
    x = np.linspace(-1, 1, _SIDE)
    height = random.uniform(0.15, 0.4)
    field = 1 - x[None, :] ** 2 - ((x[:, None] - 0.2 * x[None, :]) / height) ** 2
    torn = field + random.uniform(0.2, 0.6) * _clouds(random, int(random.integers(8, 20)))
    torn[_SIDE // 2, _SIDE // 4 : -_SIDE // 4] = 1
    return np.where(torn > 0.2, 255, 0).astype(np.uint8)


def filled(random: np.random.Generator) -> Picture:
    """A filled polygon of three to seven corners, at least as wide as high."""
    count = int(random.integers(3, 8))
    angle = (
        np.arange(count) * 2 * np.pi / count + random.uniform(0, 6) + random.normal(0, 0.1, count)
    )
    around = np.stack([np.cos(angle), random.uniform(0.5, 0.9) * np.sin(angle)], axis=1)
    corners = _SIDE / 2 * (1 + 0.95 * around * random.uniform(0.7, 1, (count, 1)))
    canvas = np.zeros((_SIDE, _SIDE), np.uint8)
    cv2.fillPoly(canvas, [corners.astype(np.int32)], 255)
    return canvas


def grains(random: np.random.Generator) -> Picture:
    """Single pixels of noise."""
    side = int(random.integers(12, 40))
    share = random.uniform(0.05, 0.5)
    return np.where(random.random((side, side)) < share, 255, 0).astype(np.uint8)


def half_tone(random: np.random.Generator) -> Picture:
    """A grid of dots, as grey is printed, or the squares of a chessboard."""
    count = int(random.integers(3, 8))
    y, x = np.mgrid[:_SIDE, :_SIDE] * (count * np.pi / _SIDE)
    turn = random.uniform(0, 0.5)
    wave = np.sin(x + turn * y) * np.sin(y - turn * x)
    level = random.uniform(0.1, 0.7)
    return np.where(np.abs(wave) > level, 255, 0).astype(np.uint8)


def stripes(random: np.random.Generator) -> Picture:
    """At least three lines in any direction, of equal or different widths."""
    angle = random.uniform(0, np.pi)
    y, x = np.mgrid[:_SIDE, :_SIDE] / _SIDE
    along = np.cos(angle) * x + np.sin(angle) * y
    wave = np.sin(2 * np.pi * random.uniform(3, 7) * along + random.uniform(0, 6))
    return np.where(wave + 0.3 * _clouds(random, 4) > 0.2, 255, 0).astype(np.uint8)


def marbling(random: np.random.Generator) -> Picture:
    """The contour lines of smooth noise, which look like a maze."""
    field = _clouds(random, int(random.integers(7, 12)))
    return np.where(np.abs(field) < random.uniform(0.15, 0.35), 255, 0).astype(np.uint8)


ALL: Final[tuple[Texture, ...]] = (*(blots, smear, filled, grains, half_tone, stripes, marbling),)
