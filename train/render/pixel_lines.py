"""Lines of digits and signs, composed of MNIST's digits, for what the line reader sees in pictures.

They have the pens and the writers of real paper, which lines of ink lack; the layouts are those of
`train.render.lines`. Digits of one line are by several writers, as MNIST's files name none.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data.datasets import Digits
from train.data.line_sets import PixelLine
from train.render.lines import Stroke, Style, layout, place

HEIGHTS: Final = (20.0, 64.0)  # pixels of a usual digit
PENS: Final = (0.07, 0.17)  # of a usual digit's height, the width of a sign's strokes
MAX_CONTRAST: Final = 4.0  # of the edges, which enlarged digits have too soft
THICKENED: Final = 0.15  # share of lines whose pen is a pixel wider on each side, and
THINNED: Final = 0.1  # share of those whose pen is so much thinner
FAINTEST: Final = 0.7  # of the ink that thinning leaves
_LINE_HEIGHT: Final = 100  # of what `Style.line` returns
_BITS: Final = 4  # fractional bits of the coordinates that OpenCV draws


class PixelComposer:
    """Draws lines of digits as pixels."""

    def __init__(self, digits: Digits) -> None:
        self._glyphs = digits.glyphs
        self._indices = [np.flatnonzero(digits.labels == digit) for digit in range(10)]

    def draw(self, random: np.random.Generator) -> PixelLine:
        """One line."""
        text = layout(random, range(10))
        style = Style(random, text)
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
        """The ink of one of the digit's glyphs."""
        glyph = self._glyphs[random.choice(self._indices[int(symbol)])]
        x, y, width, height = cv2.boundingRect(glyph)
        return np.asarray(glyph[y : y + height, x : x + width], np.uint8)


def _frame(crop: NDArray[np.uint8]) -> list[Stroke]:
    """Three corners of a crop, which stand for it while it is placed."""
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
    """The ink with a pen of another width, and with harder edges."""
    chance, disc = random.random(), np.ones((3, 3), np.uint8)
    if chance < THICKENED:
        ink = np.asarray(cv2.dilate(ink, disc), np.uint8)
    elif chance > 1 - THINNED:
        thin = np.asarray(cv2.erode(ink, disc), np.uint8)
        ink = np.maximum(thin, (FAINTEST * ink).astype(np.uint8))  # a thin line stays
    hard = (ink.astype(np.float32) - 127) * random.uniform(1, MAX_CONTRAST) + 127
    return np.asarray(np.clip(hard, 0, 255), np.uint8)
