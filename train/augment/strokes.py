"""Varies the strokes of a digit, as other people would have drawn it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.config import Config

Stroke = NDArray[np.float64]  # (n, 2), pixels, x right and y down

# For each habit, the share of the strokes that have it, and its maximum extent as a share of the
# digit's larger side.
LEFT_OPEN: Final = (0.25, 0.10)  # a stroke begins late or ends early
OVERSHOT: Final = (0.20, 0.12)  # a stroke continues beyond its end
HOOKED: Final = (0.15, 0.08)  # a stroke begins or ends with a hook
MISPLACED: Final = (0.25, 0.05)  # a stroke is shifted
# Habits of whole digits; lengths are in sizes of the digit.
SPARSE: Final = 0.25  # share of digits with fewer samples, as from a busy browser
SMOOTHED: Final = 0.3  # share of digits with rounded corners
TREMOR: Final = 0.010  # maximum standard deviation of single samples
SWAY: Final = 0.035  # maximum amplitude of slow waves along x and y
TAPER: Final = 0.15  # maximum relative difference of width between top and bottom

_MIN_LENGTH: Final = 0.25  # sizes; shorter strokes are dashes or dots and keep their ends


def vary_ink(
    strokes: Sequence[NDArray[np.floating]], config: Config, random: np.random.Generator
) -> list[Stroke]:
    """The same number of strokes with another slant, aspect and tremor, and with other habits.

    strokes: float (n, 2), n >= 1, at any scale. The result has another position and scale.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-6)
    unit = [(stroke - (low + high) / 2) / size for stroke in strokes]  # in [-0.5, 0.5]
    varied = [_vary_ends(stroke, random) for stroke in unit]
    if random.random() < SPARSE:
        varied = [_drop_samples(stroke, random) for stroke in varied]
    if random.random() < SMOOTHED:
        varied = [_smooth(stroke) for stroke in varied]
    if len(varied) > 1 and random.random() < MISPLACED[0]:
        varied = [stroke + MISPLACED[1] * random.uniform(-1, 1, 2) for stroke in varied]
    tremor = TREMOR * random.uniform()
    shaken = [stroke + tremor * random.standard_normal(stroke.shape) for stroke in varied]
    return [size * stroke for stroke in _bend(shaken, config, random)]


def rotation(angle: float) -> NDArray[np.float64]:
    """The matrix (2, 2) that turns column vectors by an angle in radians, from x towards y."""
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _bend(strokes: list[Stroke], config: Config, random: np.random.Generator) -> list[Stroke]:
    """Applies slow waves, taper, slant, aspect and rotation, the same to all strokes."""
    angle = np.deg2rad(config.rotate) / 2 * random.standard_normal()
    slant = config.shear * random.uniform(-1, 1)
    aspect = np.exp(random.uniform(-2, 2) * config.scale)
    turn = rotation(angle)
    change = turn @ np.array([[aspect, slant], [0, 1]])  # (2, 2)
    amplitude = SWAY * random.uniform(0, 1, 2)
    waves, phase = random.uniform(2, 7, 2), random.uniform(0, 2 * np.pi, 2)  # radians per size
    taper = TAPER * random.uniform(-1, 1)
    bent = []
    for stroke in strokes:
        moved = stroke + amplitude * np.sin(waves * stroke[:, ::-1] + phase)
        moved[:, 0] *= 1 + taper * moved[:, 1]
        bent.append(moved @ change.T)
    return bent


def _vary_ends(stroke: Stroke, random: np.random.Generator) -> Stroke:
    """Shortens, prolongs or hooks each end of a stroke, or leaves it as it is."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    if lengths.sum() < _MIN_LENGTH:
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


def _shorten(stroke: Stroke, length: float) -> Stroke:
    """Cuts off the end of a stroke. length: share of the digit's size."""
    steps = np.hypot(*np.diff(stroke, axis=0).T)
    remaining = np.cumsum(steps[::-1])[::-1]  # from each sample but the last to the end
    num_kept = int((remaining > length).sum()) + 1
    return stroke[: max(num_kept, 2)]


def _prolong(stroke: Stroke, length: float, turn: float) -> Stroke:
    """Adds a sample beyond the end. turn: radians off the direction of the stroke."""
    step = stroke[-1] - stroke[max(len(stroke) - 4, 0)]
    distance = float(np.hypot(*step))
    if distance < 1e-6:
        return stroke
    x, y = step / distance
    cos, sin = np.cos(turn), np.sin(turn)
    ahead = np.array([cos * x - sin * y, sin * x + cos * y])
    return np.concatenate([stroke, stroke[-1:] + length * ahead])


def _drop_samples(stroke: Stroke, random: np.random.Generator) -> Stroke:
    """Keeps both ends and every second, third or fourth sample."""
    step = int(random.integers(2, 5))
    return np.concatenate([stroke[:-1:step], stroke[-1:]]) if len(stroke) > 2 * step else stroke


def _smooth(stroke: Stroke) -> Stroke:
    """Averages each inner sample with its neighbours; the ends stay."""
    if len(stroke) < 4:
        return stroke
    inner = (stroke[:-2] + 2 * stroke[1:-1] + stroke[2:]) / 4
    return np.concatenate([stroke[:1], inner, stroke[-1:]])
