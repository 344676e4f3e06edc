"""Scribbles and doodles for validation, of kinds that training does not use."""

from typing import Final

import numpy as np

from train.augment.strokes import rotation
from train.negatives.curves import FULL, WIDTH, Drawing, Strokes, arc, dense, lines, ring, smooth


def chain(random: np.random.Generator) -> Strokes:
    """A Lissajous figure with many crossings."""
    fast, slow = random.permutation([3, 4, 5])[:2]
    angle = np.linspace(0, FULL * random.uniform(0.8, 1), 150)
    x, y = np.sin(fast * angle + random.uniform(0, FULL)), np.sin(slow * angle)
    return [WIDTH / 2 * np.stack([x, y * random.uniform(0.6, 1.2)], 1)]


def wander(random: np.random.Generator) -> Strokes:
    """A pen that keeps circling in one area."""
    angle = np.linspace(0, FULL, 240)[:, None, None]
    speed = np.arange(3, 10)[:, None]
    sizes = random.uniform(0.5, 1, (7, 2)) / np.sqrt(speed)
    waves = np.sin(speed * angle + random.uniform(0, FULL, (7, 2))) * sizes
    return [waves.sum(axis=1) * WIDTH / 2]


def brush(random: np.random.Generator) -> Strokes:
    """A stroke back and forth over the same area, as if to fill it."""
    turns = int(random.integers(6, 16))
    x = np.linspace(0, 1, 2 * turns) + random.normal(0, 0.02, 2 * turns)
    y = np.tile([0.0, 1.0], turns) * random.uniform(0.4, 1.0) + random.normal(0, 0.06, 2 * turns)
    angle = random.uniform(0, np.pi)
    turn = rotation(angle)
    return [smooth(np.stack([x, y], 1) * WIDTH) @ turn.T]


def tangles(random: np.random.Generator) -> Strokes:
    """Three to five crooked strokes across each other."""
    return [
        smooth(random.random((5, 2)) * WIDTH + random.uniform(-20, 20, 2))
        for _ in range(int(random.integers(3, 6)))
    ]


def sun(random: np.random.Generator) -> Strokes:
    count = int(random.integers(6, 11))
    rays = []
    for angle in np.arange(count) * FULL / count + random.normal(0, 0.1, count):
        ray = np.array([np.cos(angle), np.sin(angle)])
        rays.append(dense(np.stack([ray * random.uniform(28, 33), ray * random.uniform(44, 52)])))
    return [ring(0, 0, 24, 24), *rays]


def flower(random: np.random.Generator) -> Strokes:
    petals = int(random.integers(5, 8))
    angle = np.arange(petals) * FULL / petals + random.uniform(0, FULL)
    leaves = [ring(26 * np.cos(a), 26 * np.sin(a), 13, 13) for a in angle]
    return [*leaves, ring(0, 0, 12, 12), lines((0, 40), (random.normal(0, 5), 100))]


def fish(random: np.random.Generator) -> Strokes:
    t = np.linspace(-2.4, 2.4, 50)
    body = np.stack([60 * np.cos(t), 30 * np.sin(t)], axis=1)
    ahead = np.array([random.choice([-1, 1]), 1])
    return [
        s * ahead
        for s in (body, lines((-44, 20), (-75, 30), (-75, -30), (-44, -20)), ring(35, -8, 2, 2))
    ]


def tree(random: np.random.Generator) -> Strokes:
    layers = [lines((50, y), (20, y + 35), (80, y + 35), (50, y)) for y in (0, 22, 44)]
    return [*layers[: int(random.integers(2, 4))], lines((50, 75), (50, 100))]


def umbrella(random: np.random.Generator) -> Strokes:
    roof = np.concatenate([arc(50, 50, 50, -np.pi, 0), lines((100, 50), (0, 50))])
    handle = np.concatenate([lines((50, 50), (50, 90)), arc(40, 90, 10, 0, np.pi)])
    wide = random.uniform(0.8, 1.2)
    return [stroke * [wide, 1] for stroke in (roof, handle)]


ALL: Final[tuple[Drawing, ...]] = (
    *(chain, wander, brush, tangles, sun, flower, fish, tree, umbrella),
)
