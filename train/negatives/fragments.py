"""Makes negatives of digits that are broken, crossed out or run together.

Some ways to do so give digits: half an 8 can be a 3, a 7 without its roof is a 1, and a 0 on a 0 is
an 8. The ways that are used here gave none on contact sheets.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph
from train.data.datasets import Digits, Ink
from train.negatives.curves import Stroke, Strokes, dense

HEIGHT: Final = 100.0  # pixels: of digits before they are glued
_ENDS_APART: Final = (2, 3, 5)  # digits whose ends are two separate marks without the middle
_STRUCK: Final = (3, 6, 8, 9)  # some people write other digits with a bar


class Fragments:
    """Breaks and joins pen digits. ink: whole digits, at least one."""

    def __init__(self, ink: Ink) -> None:
        self._ink = ink
        self._of = [np.flatnonzero(ink.labels == label) for label in range(10)]

    def draw(self, random: np.random.Generator) -> Strokes:
        """Strokes in a square about 100 wide, y down."""
        makers = (self.shattered, self.ends, self.collage, self.crossed_out, self.struck)
        return makers[int(random.choice(5, p=[0.35, 0.15, 0.2, 0.24, 0.06]))](random)

    def shattered(self, random: np.random.Generator) -> Strokes:
        """Four to six pieces of one digit, scattered too widely to be seen as joined."""
        whole = self._digit(random, range(10))
        cuts = np.linspace(0, 1, int(random.integers(5, 8)))
        cells = random.permutation(9)
        drawing = []
        for number, (begin, end) in enumerate(pairwise(cuts)):
            for part in cut_piece(whole, begin, end - 0.3 * (end - begin) * random.random()):
                turned = _turn(part - part.mean(axis=0), random.uniform(-1.5, 1.5))
                corner = np.array([60 * (cells[number] % 3), 60 * (cells[number] // 3)])
                drawing.append(turned + corner + random.uniform(-8, 8, 2))
        return drawing

    def ends(self, random: np.random.Generator) -> Strokes:
        """Both ends of a digit without its middle."""
        whole = self._digit(random, _ENDS_APART)
        start = cut_piece(whole, 0, random.uniform(0.1, 0.2))
        return start + cut_piece(whole, random.uniform(0.8, 0.9), 1)

    def collage(self, random: np.random.Generator) -> Strokes:
        """Pieces of four or five digits in one place."""
        drawing: Strokes = []
        for _ in range(int(random.integers(4, 6))):
            begin = random.uniform(0, 0.6)
            whole = self._digit(random, range(10))
            parts = cut_piece(whole, begin, begin + random.uniform(0.25, 0.4))
            turn, shift = random.uniform(-3, 3), random.uniform(-60, 60, 2)
            drawing += [_turn(part - [30, 50], turn) + shift for part in parts]
        return drawing

    def crossed_out(self, random: np.random.Generator) -> Strokes:
        """A digit that is crossed out by two to four long lines, or by a zigzag."""
        whole = self._digit(random, range(10))
        low, high = _bounds(whole)
        count = int(random.integers(2, 5))
        if random.random() < 0.4:
            beside = max(15.0, (90 - high[0] + low[0]) / 2)  # so that a struck 1 is not a bar
            x = np.linspace(low[0] - beside, high[0] + beside, count + 3)
            y = np.where(np.arange(len(x)) % 2, low[1] - 8, high[1] + 8) + random.normal(
                0, 8, len(x)
            )
            return [*whole, dense(np.stack([x, y], axis=1))]
        sloping = random.choice([-1, 1]) if count > 2 else 0
        for number in range(count):
            order = sloping or (-1, 1)[number % 2]
            y = np.array([low[1], high[1]])[::order] + random.normal(0, 12, 2)
            x = np.array([low[0] - 25, high[0] + 25]) + 30 * (number - count / 2) * abs(sloping)
            whole = [*whole, dense(np.stack([x, y], axis=1))]
        return whole

    def struck(self, random: np.random.Generator) -> Strokes:
        """A digit, and a line through it that is far longer than the digit is wide."""
        whole = self._digit(random, _STRUCK)
        low, high = _bounds(whole)
        x = np.array([low[0] - random.uniform(35, 55), high[0] + random.uniform(35, 55)])
        y = (low[1] + high[1]) / 2 + random.uniform(-20, 20) * np.array([-1, 1])
        return [*whole, dense(np.stack([x, y], axis=1))]

    def glued(self, random: np.random.Generator) -> Strokes:
        """Two or three digits that touch, side by side, or two of them one above the other."""
        if random.random() < 0.2:
            return self._stacked(random)
        drawing, right, last = [], 0.0, -1
        for _ in range(2 if random.random() < 0.7 else 3):
            label, number = self._any(random)
            scale = random.uniform(0.8, 1.15)
            strokes = [stroke * scale for stroke in self._unit(number)]
            gap = random.uniform(25, 40) if 1 in (label, last) else random.uniform(-8, 14)
            shift = np.array([right + gap, random.uniform(-10, 10)])
            strokes = [stroke + shift for stroke in strokes]
            right, last = _bounds(strokes)[1][0], label
            drawing += strokes
        return drawing

    def _stacked(self, random: np.random.Generator) -> Strokes:
        above = self._digit(random, (2, 3, 4, 5, 7))
        below = self._digit(random, (0, 2, 3, 4, 5, 6, 8, 9))
        middle = (_bounds(above)[1][0] - _bounds(below)[1][0]) / 2
        shift = [middle + random.uniform(-10, 10), HEIGHT + random.uniform(70, 110)]
        return above + [stroke + shift for stroke in below]

    def _any(self, random: np.random.Generator) -> tuple[int, int]:
        number = int(random.integers(len(self._ink.strokes)))
        return int(self._ink.labels[number]), number

    def _digit(self, random: np.random.Generator, labels: Sequence[int]) -> Strokes:
        """A digit with one of the labels, or any digit if there is none."""
        among = self._of[int(random.choice(labels))]
        number = int(random.choice(among)) if len(among) else self._any(random)[1]
        return self._unit(number)

    def _unit(self, number: int) -> Strokes:
        """A digit with its corner at (0, 0) and a longer side of HEIGHT."""
        strokes = [stroke.astype(np.float64) for stroke in self._ink.strokes[number]]
        low, high = _bounds(strokes)
        scale = HEIGHT / max(float((high - low).max()), 1e-6)
        return [(stroke - low) * scale for stroke in strokes]


def glue_bitmaps(digits: Digits, random: np.random.Generator) -> NDArray[np.uint8]:
    """The glyph of two or three of MNIST's digits side by side: uint8 (28, 28)."""
    canvas = np.zeros((glyph.SIDE, 5 * glyph.SIDE), np.uint8)
    right, last = glyph.SIDE // 2, -1
    for _ in range(2 if random.random() < 0.75 else 3):
        number = int(random.integers(len(digits.labels)))
        image, label = digits.glyphs[number], int(digits.labels[number])
        x, _, width, _ = cv2.boundingRect((image > 127).astype(np.uint8))
        width = max(width, 1)
        gap = int(random.integers(2, 6) if 1 in (label, last) else random.integers(-2, 4))
        left = right + gap
        part = canvas[:, left : left + width]
        np.maximum(part, np.roll(image, int(random.integers(-2, 3)), 0)[:, x : x + width], out=part)
        right, last = left + width, label
    x, y, width, height = cv2.boundingRect((canvas > 63).astype(np.uint8))
    if width == 0:
        return glyph.from_strokes([np.zeros((1, 2))])
    return glyph.from_ink(canvas[y : y + height, x : x + width])


def cut_piece(strokes: Strokes, begin: float, end: float) -> Strokes:
    """The part of a drawing between two shares of its path length, in the order of drawing."""
    lengths = [float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes]
    total = sum(lengths)
    start, stop = begin * total, end * total
    parts, done = [], 0.0
    for stroke, length in zip(strokes, lengths, strict=True):
        first, last = max(start - done, 0.0), min(stop - done, length)
        if last > first:
            parts.append(_stretch(stroke, first, last))
        done += length
    return parts or [strokes[0][:1]]


def _stretch(stroke: Stroke, first: float, last: float) -> Stroke:
    """The part of a stroke between two distances from its beginning, in pixels."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    samples = np.concatenate([[first], along[(along > first) & (along < last)], [last]])
    return np.stack([np.interp(samples, along, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _turn(stroke: Stroke, angle: float) -> Stroke:
    cos, sin = np.cos(angle), np.sin(angle)
    turned: Stroke = stroke @ np.array([[cos, -sin], [sin, cos]]).T
    return turned


def _bounds(strokes: Strokes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)
