"""Makes the training data of the segmenter: pictures of paper, and maps of the ink on them.

They are rendered (train.render.photograph) and show a digit, a number, a form, a table, another
character or empty paper, among things that are printed on paper or shown on a screen. Some are
cropped closely, as for the segmenter's closer map. Real pictures show more than paper, so in some
of them objects lie at the edge, the paper is crumpled, or colours are shifted.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.photographs.segmenter import SIDE, pad
from app.ink.resize import resize_to_side
from train.augment.strokes import vary_ink
from train.config import Config
from train.data.sources import Sources
from train.render import layouts
from train.render.exposure import RULED_SHARE
from train.render.photograph import Photograph, photograph, photograph_glyph, photograph_nothing
from train.render.surroundings import surround

Random = np.random.Generator

KINDS: Final = {
    "digit": 0.27,
    "glyph": 0.20,
    "character": 0.06,
    "number": 0.24,
    "form": 0.09,
    "table": 0.08,
    "nothing": 0.06,
}
LAYOUTS: Final = {"number": layouts.number, "form": layouts.form, "table": layouts.table}
CROPPED_SHARE: Final = 0.4  # share of the pictures that are cropped closely
MARGIN: Final = (0.0, 0.35)  # around the ink in these, in longer sides of the ink
PLAIN_ONE_SHARE: Final = 0.1  # share of the digits that are a 1 of a single line
OBJECTS: Final = (0.3, 0.45)  # share with objects at the edge, and their maximum depth
CRUMPLED: Final = (0.25, 0.25)  # share, and maximum change of light
COLOUR_SHIFT: Final = (0.5, 0.35)  # share, and maximum relative change of each colour
MIN_COVERAGE: Final = 0.3  # of a pixel that counts as ink
OUTSIDE: Final = 1  # in a map of ink: a pixel beyond the picture, which does not count


@dataclass(frozen=True, eq=False)
class Sheets:
    """Pictures uint8 (n, SIDE, SIDE, 3) RGB, and their ink uint8 (n, SIDE, SIDE).

    Ink is 255 where it covers a pixel. A picture that is not square is filled up with its
    reflection, where the ink is OUTSIDE.
    """

    pictures: NDArray[np.uint8]
    ink: NDArray[np.uint8]


class SheetMaker:
    """Makes sheets from data sets. ruled: share of sheets with ruled paper."""

    def __init__(self, sources: Sources, config: Config, ruled: float = RULED_SHARE) -> None:
        self._sources = sources
        self._config = config
        self._ruled = ruled

    def make(self, count: int, seed: tuple[int, ...]) -> Sheets:
        """`count` sheets, as the seed decides."""
        random = np.random.default_rng(seed)
        sheets = [self._sheet(random) for _ in range(count)]
        pictures = np.stack([picture for picture, _ in sheets])
        return Sheets(pictures, np.stack([ink for _, ink in sheets]))

    def _sheet(self, random: Random) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        shot = _disturb(self._photograph(random), random)
        if random.random() < CROPPED_SHARE:
            shot = _crop(shot, random)
        picture = pad(resize_to_side(shot.picture, SIDE), SIDE, SIDE)
        ink = resize_to_side((shot.ink * 255).astype(np.uint8), SIDE)
        sheet = np.full((SIDE, SIDE), OUTSIDE, np.uint8)
        sheet[: ink.shape[0], : ink.shape[1]] = np.where(ink == OUTSIDE, 0, ink)
        return picture, sheet

    def _photograph(self, random: Random) -> Photograph:
        kind = random.choice(list(KINDS), p=list(KINDS.values()))
        digit = partial(self._digit, random)
        if kind in LAYOUTS:
            layout = LAYOUTS[kind](digit, random)
            frame = layout.print_lines if layout.lines else None
            around = surround(random, self._ruled, digit, frame)
            return photograph(layout.strokes, random, layout.share, around)
        around = surround(random, self._ruled, digit)
        if kind == "nothing":
            return photograph_nothing(random, around)
        if kind == "glyph":
            glyphs = self._sources.mnist.glyphs
            return photograph_glyph(glyphs[random.integers(len(glyphs))], random, around)
        if kind == "character":
            drawings = self._sources.characters.strokes
            return photograph(drawings[random.integers(len(drawings))], random, around=around)
        return photograph(digit(), random, around=around)

    def _digit(self, random: Random) -> list[NDArray[np.float64]]:
        if random.random() < PLAIN_ONE_SHARE:
            return [_plain_one(random)]
        strokes = self._sources.pen.strokes
        return vary_ink(strokes[random.integers(len(strokes))], self._config, random)


def _plain_one(random: Random) -> NDArray[np.float64]:
    """A 1 of a single line, nearly straight and upright: float64 (7, 2), in digit heights.

    Only its ends distinguish it from a ruled line.
    """
    along = np.linspace(0, 1, 7)
    bow = 0.03 * random.standard_normal() * (1 - (2 * along - 1) ** 2)
    return np.stack([0.12 * random.standard_normal() * along + bow, along], axis=1)


def _crop(shot: Photograph, random: Random) -> Photograph:
    """The picture around the ink, with a random margin on each side; all of it if there is none."""
    left, top, wide, high = cv2.boundingRect((shot.ink > MIN_COVERAGE).astype(np.uint8))
    if not wide:
        return shot
    margins = np.round(max(wide, high) * random.uniform(*MARGIN, 4)).astype(int)
    rows = slice(max(top - margins[0], 0), top + high + margins[1])
    columns = slice(max(left - margins[2], 0), left + wide + margins[3])
    return Photograph(shot.picture[rows, columns], shot.ink[rows, columns])


def _disturb(shot: Photograph, random: Random) -> Photograph:
    """Crumples the paper of some pictures, shifts colours, and lays objects beside the ink."""
    colours: NDArray[np.floating] = shot.picture.astype(np.float32)
    if random.random() < CRUMPLED[0]:
        colours *= 1 + random.uniform(0, CRUMPLED[1]) * _folds(colours.shape, random)
    if random.random() < COLOUR_SHIFT[0]:
        change = COLOUR_SHIFT[1]
        colours = 255 * (colours / 255) ** np.float32(np.exp(random.uniform(-change, change)))
        colours *= 1 + random.uniform(-change, change / 2, 3).astype(np.float32)
    picture = np.clip(colours, 0, 255).astype(np.uint8)
    if random.random() < OBJECTS[0]:
        for _ in range(random.integers(1, 4)):
            picture = _lay_object(picture, shot.ink, random)
    return Photograph(picture, shot.ink)


def _folds(shape: tuple[int, ...], random: Random) -> NDArray[np.float32]:
    """The light on folded or crumpled paper: (h, w, 1), within about [-1, 1]."""
    cells = random.uniform(-1, 1, random.integers(3, 9, 2)).astype(np.float32)
    method = cv2.INTER_LINEAR if random.random() < 0.5 else cv2.INTER_CUBIC
    return cv2.resize(cells, shape[1::-1], interpolation=method)[..., None].astype(np.float32)


def _lay_object(
    picture: NDArray[np.uint8], ink: NDArray[np.float32], random: Random
) -> NDArray[np.uint8]:
    """The picture with a finger, a cable or another object at its edge, beside the ink."""
    height, width = ink.shape
    turns = int(random.integers(4))  # the object comes from the left of the turned picture
    turned = np.ascontiguousarray(np.rot90(picture, turns))
    high, wide = turned.shape[:2]
    depth, tip, spread = random.uniform(0.05, OBJECTS[1]) * wide, random.uniform(0, high), high / 2
    far = random.uniform(0.02, 1) * spread
    outline = [(-9, tip - far), (depth * random.uniform(0.3, 1), tip - far / 2), (depth, tip)]
    outline += [(depth * random.uniform(0.3, 1), tip + far / 2), (-9, tip + far)]
    mask = np.zeros((high, wide), np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 255, cv2.LINE_AA)
    if random.random() < 0.5:
        mask = cv2.GaussianBlur(mask, (0, 0), 0.02 * max(high, wide)).astype(np.uint8)
    mask = np.ascontiguousarray(np.rot90(mask, -turns))
    near = cv2.dilate(ink, np.ones((3, 3), np.uint8), iterations=max(1, max(height, width) // 80))
    if (near[mask > 0] > MIN_COVERAGE / 2).any():
        return picture  # it would hide ink
    colour = random.uniform(0, 255, 3).astype(np.float32)
    texture = 1 + random.uniform(0, 0.3) * _folds(picture.shape, random)
    cover = mask[..., None] / np.float32(255)
    return np.clip(picture + cover * (colour * texture - picture), 0, 255).astype(np.uint8)
