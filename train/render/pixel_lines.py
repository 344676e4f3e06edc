"""Composes lines of MNIST's digits and of signs, to train the line reader for pictures.

They have the pens and the writers of real paper, which lines of strokes lack. The layouts are those
of `train.render.lines`. A line has digits by several writers, because MNIST's files name none.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data.datasets import Digits
from train.data.line_sets import PixelLine
from train.data.written_signs import WriterSigns
from train.render.lines import Stroke, Style, layout, place

HEIGHTS: Final = (20.0, 64.0)  # pixels: of a usual digit
PENS: Final = (0.07, 0.17)  # heights of a usual digit: the width of a sign's strokes
MAX_CONTRAST: Final = 4.0  # factor for edges, which are too soft in enlarged digits
THICKENED: Final = 0.15  # share of lines with a pen that is a pixel wider on each side
THINNED: Final = 0.1  # share of lines with a pen that is a pixel thinner on each side
FAINTEST: Final = 0.7  # of the ink's strength, which is left where thinning removes ink
_LINE_HEIGHT: Final = 100  # pixels: the height of a digit in what `Style.line` returns
_BITS: Final = 4  # fractional bits of the coordinates that OpenCV draws


class PixelComposer:
    """Composes lines of digits as pixels."""

    def __init__(self, digits: Digits, signs: Sequence[WriterSigns] = ()) -> None:
        self._glyphs, self._signs = digits.glyphs, signs
        self._indices = [np.flatnonzero(digits.labels == digit) for digit in range(10)]

    def draw(self, random: np.random.Generator) -> PixelLine:
        """A composed line."""
        text = layout(random, range(10))
        style = Style(random, text, self._signs)
        crops = [self._crop(symbol, random) if symbol.isdecimal() else None for symbol in text]
        frames = iter(_frame(crop) for crop in crops if crop is not None)
        placed = place(text, style, lambda _: next(frames), random)
        height = random.uniform(*HEIGHTS)
        strokes = [
            [stroke * (height / _LINE_HEIGHT) for stroke in style.line(part)] for part in placed
        ]
        ink = _draw(crops, strokes, random.uniform(*PENS) * height)
        return PixelLine(_varied(ink, random), text)

    def _crop(self, symbol: str, random: np.random.Generator) -> NDArray[np.uint8]:
        """The cropped ink of a random glyph of this digit."""
        glyph = self._glyphs[random.choice(self._indices[int(symbol)])]
        x, y, width, height = cv2.boundingRect(glyph)
        return np.asarray(glyph[y : y + height, x : x + width], np.uint8)


def _frame(crop: NDArray[np.uint8]) -> list[Stroke]:
    """Three corners of a crop, which are placed instead of it."""
    height, width = crop.shape
    return [np.array([[0.0, 0.0], [width, 0.0], [0.0, height]])]


def _draw(
    crops: Sequence[NDArray[np.uint8] | None], placed: Sequence[Sequence[Stroke]], pen: float
) -> NDArray[np.uint8]:
    """The ink of a line, uint8 (h, w). placed: the frame of each crop, or the strokes of a sign."""
    margin = 2 + pen
    points = np.concatenate([stroke for strokes in placed for stroke in strokes])
    low = points.min(axis=0) - margin
    width, height = np.ceil(points.max(axis=0) + margin - low).astype(int).tolist()
    # The fourth corner of a slanted frame may be beyond its three others.
    width += height
    ink = np.zeros((height, width), np.uint8)
    for crop, strokes in zip(crops, placed, strict=True):
        if crop is None:
            for stroke in strokes:
                line = np.round((stroke - low) * (1 << _BITS)).astype(np.int32)
                if (line == line[0]).all():  # OpenCV leaves out lines of no length
                    line = np.concatenate([line[:1], line[:1] + 1])
                cv2.polylines(ink, [line], False, 255, max(round(pen), 1), cv2.LINE_AA, _BITS)
        else:
            (corners,), (frame,) = _frame(crop), strokes
            change = cv2.getAffineTransform(
                corners.astype(np.float32), (frame - low).astype(np.float32)
            )
            moved = np.asarray(cv2.warpAffine(crop, change, (width, height)), np.uint8)
            ink = np.maximum(ink, moved)
    return np.asarray(ink, np.uint8)


def _varied(ink: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """The ink, perhaps with a wider or thinner pen, and with harder edges."""
    chance, disc = random.random(), np.ones((3, 3), np.uint8)
    if chance < THICKENED:
        ink = np.asarray(cv2.dilate(ink, disc), np.uint8)
    elif chance > 1 - THINNED:
        thin = np.asarray(cv2.erode(ink, disc), np.uint8)
        ink = np.maximum(thin, (FAINTEST * ink).astype(np.uint8))  # a thin line stays
    hard = (ink.astype(np.float32) - 127) * random.uniform(1, MAX_CONTRAST) + 127
    return np.asarray(np.clip(hard, 0, 255), np.uint8)
