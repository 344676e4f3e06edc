"""What the ink finder learns from: pictures of paper, and where the pen was on them.

Rendered photographs (train.render.photograph) of one digit, of numbers, of other characters, and of
nothing at all; some cut out closely, as the finder's second look does. Real pictures have more in
them than paper, so things lie about its rim here, the paper is crumpled, and colours are off.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.resize import resize_to_side
from app.ink.segmenter import SIDE, pad
from train.augment.strokes import vary_ink
from train.config import Config
from train.data.sources import Sources
from train.render.photograph import (
    RULED,
    Photograph,
    photograph,
    photograph_glyph,
    photograph_nothing,
)

Random = np.random.Generator

KINDS: Final = {"digit": 0.36, "glyph": 0.26, "character": 0.1, "number": 0.23, "nothing": 0.05}
DIGITS: Final = (2, 7)  # in a line of a number, at least and below
LINES: Final = (0.75, 0.15, 0.1)  # share of numbers with one line, two and three
GAP: Final = (-0.1, 0.6)  # between digits, of their height
CLOSE: Final = 0.4  # share that is cut out about the ink
MARGIN: Final = (0.02, 0.35)  # about it then, of its longer side
THINGS: Final = (0.3, 0.45)  # share with things about the rim, and how far in they reach at most
CRUMPLED: Final = (0.25, 0.25)  # share, and largest change of light
OFF: Final = (0.5, 0.35)  # share with other colours, and largest relative change of each
INK: Final = 0.3  # of a pixel covered: from there on it counts


@dataclass(frozen=True, eq=False)
class Sheets:
    """pictures: uint8 (n, SIDE, SIDE, 3) RGB. ink: uint8 (n, SIDE, SIDE), 255 where all is ink."""

    pictures: NDArray[np.uint8]
    ink: NDArray[np.uint8]


class SheetMaker:
    """Makes sheets out of the training parts of the data. ruled: share of them with lines."""

    def __init__(self, sources: Sources, config: Config, ruled: float = RULED) -> None:
        self._sources = sources
        self._config = config
        self._ruled = ruled

    def make(self, count: int, seed: tuple[int, ...]) -> Sheets:
        """As many sheets, the same for the same seed."""
        random = np.random.default_rng(seed)
        made = [self._one(random) for _ in range(count)]
        return Sheets(np.stack([one for one, _ in made]), np.stack([ink for _, ink in made]))

    def _one(self, random: Random) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        shot = _odder(self._shot(random), random)
        if random.random() < CLOSE:
            shot = _cut_out(shot, random)
        picture = pad(resize_to_side(shot.picture, SIDE), SIDE, SIDE)
        ink = resize_to_side((shot.ink * 255).astype(np.uint8), SIDE)
        return picture, pad(ink, SIDE, SIDE)

    def _shot(self, random: Random) -> Photograph:
        kind = random.choice(list(KINDS), p=list(KINDS.values()))
        if kind == "nothing":
            return photograph_nothing(random, self._ruled)
        if kind == "glyph":
            glyphs = self._sources.mnist.glyphs
            return photograph_glyph(glyphs[random.integers(len(glyphs))], random, self._ruled)
        if kind == "character":
            drawings = self._sources.characters.strokes
            return photograph(drawings[random.integers(len(drawings))], random, ruled=self._ruled)
        if kind == "digit":
            return photograph(self._digit(random), random, ruled=self._ruled)
        strokes, share = self._number(random)
        return photograph(strokes, random, share, self._ruled)

    def _digit(self, random: Random) -> list[NDArray[np.float64]]:
        strokes = self._sources.pen.strokes
        return vary_ink(strokes[random.integers(len(strokes))], self._config, random)

    def _number(self, random: Random) -> tuple[list[NDArray[np.float64]], float]:
        """Lines of digits about 1 high, and what share of the longer side that is."""
        placed: list[NDArray[np.float64]] = []
        for line in range(1 + int(random.choice(len(LINES), p=LINES))):
            at = random.uniform(0, 0.5)
            for _ in range(random.integers(*DIGITS)):
                strokes = self._digit(random)
                points = np.concatenate(strokes)
                low, span = points.min(axis=0), np.ptp(points, axis=0)
                scale = random.uniform(0.8, 1.1) / max(float(span.max()), 1e-3)
                corner = np.array([at, 1.5 * line + random.uniform(-0.1, 0.1)])
                placed += [(stroke - low) * scale + corner for stroke in strokes]
                at += scale * span[0] + random.uniform(*GAP)
        span = np.ptp(np.concatenate(placed), axis=0)
        return placed, float(1 / max(span.max(), 1))


def _cut_out(shot: Photograph, random: Random) -> Photograph:
    """What is about the ink, with another margin on each side; all where there is no ink."""
    left, top, wide, high = cv2.boundingRect((shot.ink > INK).astype(np.uint8))
    if not wide:
        return shot
    margins = np.round(max(wide, high) * random.uniform(*MARGIN, 4)).astype(int)
    rows = slice(max(top - margins[0], 0), top + high + margins[1])
    columns = slice(max(left - margins[2], 0), left + wide + margins[3])
    return Photograph(shot.picture[rows, columns], shot.ink[rows, columns])


def _odder(shot: Photograph, random: Random) -> Photograph:
    """The same ink with things about the rim, on crumpled paper, in other colours; or not."""
    seen: NDArray[np.floating] = shot.picture.astype(np.float32)
    if random.random() < CRUMPLED[0]:
        seen *= 1 + random.uniform(0, CRUMPLED[1]) * _folds(seen.shape, random)
    if random.random() < OFF[0]:
        seen = 255 * (seen / 255) ** np.float32(np.exp(random.uniform(-OFF[1], OFF[1])))
        seen *= 1 + random.uniform(-OFF[1], OFF[1] / 2, 3).astype(np.float32)
    picture = np.clip(seen, 0, 255).astype(np.uint8)
    if random.random() < THINGS[0]:
        for _ in range(random.integers(1, 4)):
            picture = _thing(picture, shot.ink, random)
    return Photograph(picture, shot.ink)


def _folds(shape: tuple[int, ...], random: Random) -> NDArray[np.float32]:
    """Light on paper that has been folded or crumpled: (h, w, 1) in about [-1, 1]."""
    cells = random.uniform(-1, 1, random.integers(3, 9, 2)).astype(np.float32)
    how = cv2.INTER_LINEAR if random.random() < 0.5 else cv2.INTER_CUBIC
    return cv2.resize(cells, shape[1::-1], interpolation=how)[..., None].astype(np.float32)


def _thing(
    picture: NDArray[np.uint8], ink: NDArray[np.float32], random: Random
) -> NDArray[np.uint8]:
    """The picture with a finger, a cable or the edge of something at its rim, beside the ink."""
    height, width = ink.shape
    turns = int(random.integers(4))  # it comes from the left of the turned picture
    turned = np.ascontiguousarray(np.rot90(picture, turns))
    high, wide = turned.shape[:2]
    depth, at, spread = random.uniform(0.05, THINGS[1]) * wide, random.uniform(0, high), high / 2
    far = random.uniform(0.02, 1) * spread
    outline = [(-9, at - far), (depth * random.uniform(0.3, 1), at - far / 2), (depth, at)]
    outline += [(depth * random.uniform(0.3, 1), at + far / 2), (-9, at + far)]
    mask = np.zeros((high, wide), np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 255, cv2.LINE_AA)
    if random.random() < 0.5:
        mask = cv2.GaussianBlur(mask, (0, 0), 0.02 * max(high, wide)).astype(np.uint8)
    mask = np.ascontiguousarray(np.rot90(mask, -turns))
    near = cv2.dilate(ink, np.ones((3, 3), np.uint8), iterations=max(1, max(height, width) // 80))
    if (near[mask > 0] > INK / 2).any():
        return picture  # it would hide some
    colour = random.uniform(0, 255, 3).astype(np.float32)
    texture = 1 + random.uniform(0, 0.3) * _folds(picture.shape, random)
    cover = mask[..., None] / np.float32(255)
    return np.clip(picture + cover * (colour * texture - picture), 0, 255).astype(np.uint8)
