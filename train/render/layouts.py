"""Lays out digits as people write them: on lines, in the boxes of a form, or in a table.

Lengths are in heights of a digit, x right and y down.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.render.exposure import Layer, Look
from train.render.forms import tinted
from train.render.printed import MIN_WIDTH, print_tone
from train.render.scene import Random, Scene
from train.render.signs import SIGNS, sign_strokes

# Numbers on lines.
NUM_DIGITS: Final = (2, 7)  # on each line; the upper bound is exclusive
LINE_SHARES: Final = (0.75, 0.15, 0.1)  # shares of numbers on one, two and three lines
GAP: Final = (-0.1, 0.6)  # between digits
UNEVEN_SHARE: Final = 0.3  # share of numbers with very different heights of their digits
UNEVEN: Final = (0.4, 1.1)  # these heights
SIGN_SHARE: Final = 0.1  # share of digits that are followed by a sign

# Forms.
BOX_WIDTH: Final = (0.7, 1.25)
BOX_GAP: Final = (0.04, 0.35)  # between boxes that do not touch
COMB_SHARE: Final = 0.25  # share of forms with ticks instead of boxes

# Tables.
MAX_CELLS: Final = (5, 5)  # columns and rows
CELL_WIDTH: Final = (1.2, 3.5)
CELL_HEIGHT: Final = (1.1, 2.2)
EMPTY_SHARE: Final = 0.2  # share of empty cells
SINGLE_SHARE: Final = 0.5  # share of the other cells with a single digit
THICK_SHARE: Final = 0.3  # share of tables with a thicker frame

# Forms and tables.
LINE_WIDTH: Final = (0.2, 2.0)  # pen widths
TINTED_SHARE: Final = 0.25

Strokes = list[NDArray[np.float64]]
DrawDigit = Callable[[], Strokes]


@dataclass(frozen=True, eq=False)
class Layout:
    """Digits with the lines around them. strokes: of all digits. share: of the longer side of all
    ink that one digit takes. lines, thick: printed lines, and thicker ones.
    """

    strokes: Strokes
    share: float
    lines: list[NDArray[np.float64]] = field(default_factory=list)
    thick: list[NDArray[np.float64]] = field(default_factory=list)

    def print_lines(self, scene: Scene, look: Look, random: Random) -> list[Layer]:
        """Draws the printed lines; see `exposure.Printer`."""
        width = max(look.width * random.uniform(*LINE_WIDTH), MIN_WIDTH)
        tone = print_tone(look, random)
        amount = np.float32(1 if random.random() < 0.5 else random.uniform(0.25, 1))
        factor = random.uniform(1.5, 3)
        layers = [(scene.lines(self.lines, width) * amount, tone)]
        if random.random() < TINTED_SHARE:
            layers = [tinted(self._outside(scene), tone, random), *layers]
        return [*layers, (scene.lines(self.thick, factor * width) * amount, tone)]

    def _outside(self, scene: Scene) -> NDArray[np.uint8]:
        """The mask of what is outside of all closed lines: uint8 (h, w), 255 there."""
        outside = np.full(scene.drawn[::-1], 255, np.uint8)
        for line in self.lines:
            if (line[0] == line[-1]).all():
                points = cv2.perspectiveTransform(line[None], scene.matrix)
                cv2.fillPoly(outside, [np.round(points[0]).astype(np.int32)], 0)
        return np.asarray(cv2.resize(outside, scene.size, interpolation=cv2.INTER_AREA), np.uint8)


def number(draw: DrawDigit, random: Random) -> Layout:
    """One to three lines of digits."""
    placed: Strokes = []
    is_uneven, hanging = random.random() < UNEVEN_SHARE, random.choice([0.0, 0.5, 1.0])
    for line in range(1 + int(random.choice(len(LINE_SHARES), p=LINE_SHARES))):
        x = random.uniform(0, 0.5)
        for _ in range(random.integers(*NUM_DIGITS)):
            size = random.uniform(*(UNEVEN if is_uneven else (0.8, 1.1)))
            strokes, wide = _scaled(draw(), size)
            y = 1.5 * line + random.uniform(-0.1, 0.1) + is_uneven * hanging * (1 - size)
            placed += [stroke + np.array([x, y]) for stroke in strokes]
            x += wide + random.uniform(*GAP)
            if random.random() < SIGN_SHARE:
                sign = sign_strokes(str(random.choice(list(SIGNS))), random)
                low, high = (edge(np.concatenate(sign)[:, 0]) for edge in (np.min, np.max))
                placed += [stroke + np.array([x - low, 1.5 * line + 1]) for stroke in sign]
                x += high - low + random.uniform(*GAP)
    return Layout(placed, _share(placed))


def form(draw: DrawDigit, random: Random) -> Layout:
    """A number with a box for each digit, or with ticks between the digits."""
    count, wide = int(random.integers(*NUM_DIGITS)), random.uniform(*BOX_WIDTH)
    gap = 0.0 if random.random() < 0.5 else random.uniform(*BOX_GAP)
    height, size = random.uniform(1.0, 1.4), random.uniform(0.7, 1.05)
    is_comb, tick = random.random() < COMB_SHARE, random.uniform(0.15, 0.6)
    placed: Strokes = []
    lines: list[NDArray[np.float64]] = []
    for index in range(count):
        left = index * (wide + gap)
        top = height - tick if is_comb else 0.0
        corners = [(left, top), (left, height), (left + wide, height), (left + wide, top)]
        lines.append(np.array(corners if is_comb else [*corners, corners[0]], np.float64))
        if random.random() < 0.9 or not placed:
            placed += _in_box(draw(), (left, 0, wide, height), size, random)
    return Layout(placed, _share(placed), lines)


def table(draw: DrawDigit, random: Random) -> Layout:
    """A table of cells with a digit, a number or nothing."""
    columns, rows = (int(random.integers(1, limit + 1)) for limit in MAX_CELLS)
    wide, high = random.uniform(*CELL_WIDTH), random.uniform(*CELL_HEIGHT)
    placed: Strokes = []
    for index in range(rows * columns):
        if placed and random.random() < EMPTY_SHARE:
            continue
        row, column = divmod(index, columns)
        count = 1 if random.random() < SINGLE_SHARE else int(random.integers(2, 4))
        part = wide / count
        for position in range(count):
            box = (column * wide + position * part, row * high, part, high)
            placed += _in_box(draw(), box, 0.95, random)
    size = np.array([columns * wide, rows * high])
    lines = [np.array([(x, 0), (x, size[1])]) for x in wide * np.arange(columns + 1)]
    lines += [np.array([(0, y), (size[0], y)]) for y in high * np.arange(rows + 1)]
    frame = np.array([(0, 0), (0, size[1]), size, (size[0], 0), (0, 0)], np.float64)
    return Layout(placed, _share(placed), lines, [frame] if random.random() < THICK_SHARE else [])


def _in_box(
    strokes: Strokes, box: tuple[float, float, float, float], size: float, random: Random
) -> Strokes:
    """A digit near the middle of a box: left, top, width, height."""
    left, top, width, height = box
    strokes, wide = _scaled(strokes, size * random.uniform(0.8, 1.05))
    if wide > 1.05 * width:
        strokes, wide = [stroke * (width / wide) for stroke in strokes], width
    high = float(np.ptp(np.concatenate(strokes)[:, 1]))
    x = left + (width - wide) * random.uniform(0.2, 0.8)
    y = top + (height - high) * random.uniform(0.2, 0.8)
    return [stroke + np.array([x, y]) for stroke in strokes]


def _scaled(strokes: Strokes, size: float) -> tuple[Strokes, float]:
    """Strokes with their corner at (0, 0) and a longer side of `size`, and their width."""
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    scale = size / max(float(span.max()), 1e-3)
    return [(stroke - low) * scale for stroke in strokes], float(scale * span[0])


def _share(strokes: Strokes) -> float:
    span = np.ptp(np.concatenate(strokes), axis=0)
    return float(1 / max(span.max(), 1))
