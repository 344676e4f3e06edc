"""Other hands: the strokes of one digit as other people would have drawn it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.config import Config

Stroke = NDArray[np.float64]  # (n, 2), pixels, x right and y down

# Shares of digits that get each habit, and how far it goes as a share of the digit's larger side.
LEFT_OPEN: Final = (0.25, 0.10)  # a stroke begins late or ends early
OVERSHOT: Final = (0.20, 0.12)  # a stroke goes on straight where it should have ended
HOOKED: Final = (0.15, 0.08)  # the pen comes from, or leaves to, the side
MISPLACED: Final = (0.25, 0.05)  # a stroke is put down beside its place
SPARSE: Final = 0.25  # share of digits whose samples are thinned out, as by a busy browser
SMOOTHED: Final = 0.3  # share of digits whose corners are rounded
TREMOR: Final = 0.010  # standard deviation of single samples, at most
SWAY: Final = 0.035  # amplitude of slow waves along x and y, at most
TAPER: Final = 0.15  # largest relative difference of width between top and bottom

_SHORT: Final = 0.25  # strokes shorter than this share are a dash or a dot: their ends stay


def vary_ink(
    strokes: Sequence[NDArray[np.floating]], config: Config, random: np.random.Generator
) -> list[Stroke]:
    """The strokes with another slant, aspect, tremor and other habits; as many strokes.

    strokes: float (n, 2), n >= 1, any scale. The result is not in the same place or scale.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-6)
    unit = [(stroke - (low + high) / 2) / size for stroke in strokes]  # in [-0.5, 0.5]
    habits = [_begin_and_end(stroke, random) for stroke in unit]
    if random.random() < SPARSE:
        habits = [_thin_out(stroke, random) for stroke in habits]
    if random.random() < SMOOTHED:
        habits = [_round_off(stroke) for stroke in habits]
    if len(habits) > 1 and random.random() < MISPLACED[0]:
        habits = [stroke + MISPLACED[1] * random.uniform(-1, 1, 2) for stroke in habits]
    tremor = TREMOR * random.uniform()
    shaken = [stroke + tremor * random.standard_normal(stroke.shape) for stroke in habits]
    return [size * stroke for stroke in _bend(shaken, config, random)]


def _bend(strokes: list[Stroke], config: Config, random: np.random.Generator) -> list[Stroke]:
    """Slow waves, taper, slant, aspect and rotation, the same for all strokes."""
    angle = np.deg2rad(config.rotate) / 2 * random.standard_normal()
    slant = config.shear * random.uniform(-1, 1)
    aspect = np.exp(random.uniform(-2, 2) * config.scale)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    change = turn @ np.array([[aspect, slant], [0, 1]])  # (2, 2)
    amplitude = SWAY * random.uniform(0, 1, 2)
    waves, phase = random.uniform(2, 7, 2), random.uniform(0, 2 * np.pi, 2)  # radians a size
    taper = TAPER * random.uniform(-1, 1)
    bent = []
    for stroke in strokes:
        moved = stroke + amplitude * np.sin(waves * stroke[:, ::-1] + phase)
        moved[:, 0] *= 1 + taper * moved[:, 1]
        bent.append(moved @ change.T)
    return bent


def _begin_and_end(stroke: Stroke, random: np.random.Generator) -> Stroke:
    """Leaves the stroke's ends open, overshot or hooked; each end by itself."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    if lengths.sum() < _SHORT:
        return stroke
    for _ in range(2):
        stroke = stroke[::-1]
        chance = random.random()
        if chance < LEFT_OPEN[0]:
            stroke = _shorten(stroke, LEFT_OPEN[1] * random.random())
        elif chance < LEFT_OPEN[0] + OVERSHOT[0]:
            stroke = _prolong(stroke, OVERSHOT[1] * random.random(), 0.0)
        elif chance < LEFT_OPEN[0] + OVERSHOT[0] + HOOKED[0]:
            stroke = _prolong(stroke, HOOKED[1] * random.random(), random.uniform(-2.2, 2.2))
    return stroke


def _shorten(stroke: Stroke, by: float) -> Stroke:
    """Without the last part of its length; by: a share of the digit's size."""
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    left = np.cumsum(steps[::-1])[::-1]  # from each sample but the last to the end
    kept = int((left > by).sum()) + 1
    return stroke[: max(kept, 2)]


def _prolong(stroke: Stroke, by: float, turn: float) -> Stroke:
    """Goes on from its last sample, turned by some radians from the way it came."""
    way = stroke[-1] - stroke[max(len(stroke) - 4, 0)]
    length = float(np.hypot(*way))
    if length < 1e-6:
        return stroke
    way = way / length
    cos, sin = np.cos(turn), np.sin(turn)
    ahead = np.array([cos * way[0] - sin * way[1], sin * way[0] + cos * way[1]])
    return np.concatenate([stroke, stroke[-1:] + by * ahead])


def _thin_out(stroke: Stroke, random: np.random.Generator) -> Stroke:
    """Keeps the ends and every second to fourth sample between them."""
    step = int(random.integers(2, 5))
    return np.concatenate([stroke[:-1:step], stroke[-1:]]) if len(stroke) > 2 * step else stroke


def _round_off(stroke: Stroke) -> Stroke:
    """Averages each inner sample with its neighbours."""
    if len(stroke) < 4:
        return stroke
    inner = (stroke[:-2] + 2 * stroke[1:-1] + stroke[2:]) / 4
    return np.concatenate([stroke[:1], inner, stroke[-1:]])
