"""Meaningless pen movements: curves with many turns, spirals, zigzags, hatching, scrawl.

Each function draws one, in pixels of a square about 100 wide, y down. All have more turns, lines
or strokes than any digit, so that none becomes a digit by chance.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.negatives.curves import FULL, WIDTH, Drawing, Strokes, dense, smooth


def _frame(random: np.random.Generator) -> NDArray[np.float64]:
    """The two sides of the rectangle that a scribble fills."""
    return WIDTH * np.array([1.0, np.exp(random.uniform(-0.6, 0.25))])


def curve(random: np.random.Generator) -> Strokes:
    points = random.random((int(random.integers(9, 20)), 2))
    return [smooth(points * _frame(random))]


def scrawl(random: np.random.Generator) -> Strokes:
    """A curve so dense that little paper is left."""
    return [smooth(random.random((int(random.integers(18, 36)), 2)) * _frame(random))]


def spiral(random: np.random.Generator) -> Strokes:
    turns = random.uniform(2.3, 3.6)  # with fewer, it may be a 6 or a 9
    angle = np.linspace(0, FULL * turns, int(turns * 24))
    radius = (angle / angle[-1]) ** random.uniform(0.7, 1.2)
    turned = angle * random.choice([-1, 1]) + random.uniform(0, FULL)
    return [np.stack([np.cos(turned), np.sin(turned)], 1) * radius[:, None] * _frame(random) / 2]


def zigzag(random: np.random.Generator) -> Strokes:
    legs = int(random.integers(5, 14))
    along = np.linspace(0, 1, legs + 1) + random.normal(0, 0.2 / legs, legs + 1)
    across = np.arange(legs + 1) % 2 + random.normal(0, 0.1, legs + 1)
    upright = random.random() < 0.3
    wide = random.uniform(0.55 if upright else 0.25, 0.9)  # a narrow upright one would be a bar
    points = np.stack([along, across * wide], 1)[:, :: -1 if upright else 1] * WIDTH
    return [smooth(points) if random.random() < 0.4 else dense(points)]


def hatching(random: np.random.Generator) -> Strokes:
    """Parallel lines, or two layers of them."""
    drawing: Strokes = []
    frame = _frame(random)
    start = random.uniform(0, np.pi)
    for layer in range(int(random.integers(1, 3))):
        angle = start + layer * random.uniform(0.9, 2.2)
        direction = np.array([np.cos(angle), np.sin(angle)])
        count = int(random.integers(4, 9))
        for offset in np.linspace(-0.5, 0.5, count) + random.normal(0, 0.1 / count, count):
            half = direction * random.uniform(0.35, 0.5)
            middle = offset * np.array([-direction[1], direction[0]])
            drawing.append(dense(np.stack([middle - half, middle + half]) * frame))
    return drawing


def loops(random: np.random.Generator) -> Strokes:
    """A row of loops, as people draw them to try out a pen."""
    count = int(random.integers(3, 8))
    angle = np.linspace(0, FULL * count, 20 * count) + random.uniform(0, FULL)
    radius = random.uniform(0.6, 1.4) * (1 + 0.2 * np.sin(angle * random.uniform(0.2, 0.6)))
    x = angle * random.uniform(0.25, 0.6) + radius * np.cos(angle)
    tall = random.uniform(0.8, 2)
    path = np.stack([x * random.choice([-1, 1]), tall * radius * np.sin(angle)], 1)
    return [path * WIDTH / np.ptp(path, axis=0).max()]


def polylines(random: np.random.Generator) -> Strokes:
    """One to six strokes of straight lines with at least seven corners."""
    strokes = int(random.integers(1, 7))
    corners = max(2, int(np.ceil(8 / strokes)) + int(random.integers(0, 3)))
    frame = _frame(random)
    return [dense(random.random((corners, 2)) * frame) for _ in range(strokes + (strokes > 4))]


ALL: Final[tuple[Drawing, ...]] = (*(curve, scrawl, spiral, zigzag, hatching, loops, polylines),)
