"""What an epoch is made of: MNIST as it is and as serving redraws it, and fresh pen digits."""

import zlib

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from app import glyph, ink, picture
from train.augment import draw_ink
from train.config import Config
from train.data import Digits, Ink


def redraw(glyphs: NDArray[np.uint8], show: bool = False) -> NDArray[np.uint8]:
    """Glyphs (n, 28, 28) as `read_image` would see the same pictures: uint8 (n, 28, 28)."""
    redrawn = glyphs.copy()
    for number, image in enumerate(
        tqdm(glyphs, "redraw MNIST", unit=" glyphs", disable=not show, leave=False)
    ):
        found = picture.find_ink(image)
        if found is not None:
            redrawn[number] = glyph.from_ink(found[0])
    return redrawn


def draw(source: Ink) -> Digits:
    """Pen digits in the normal form that serving gives them."""
    glyphs = [ink.ink_glyph(strokes) for strokes in source.strokes]
    return Digits(np.stack(glyphs), source.labels)


class Mixture:
    """The training glyphs of each epoch, the same for the same seed and epoch."""

    def __init__(self, mnist: Digits, pen: Ink, config: Config) -> None:
        limit = config.limit or None
        self._config = config
        self._plain = mnist.glyphs[:limit]
        self._redrawn = redraw(self._plain, show=True)
        self._labels = mnist.labels[:limit]
        self._strokes = pen.strokes[:limit]
        self._pen_labels = pen.labels[:limit]

    def __len__(self) -> int:
        """Glyphs an epoch."""
        return len(self._plain) + len(self._strokes) * self._config.pen_repeats

    def epoch(self, number: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Shuffled glyphs uint8 (n, 28, 28) and labels int64 (n,) of one epoch."""
        random = np.random.default_rng((zlib.crc32(b"mixture"), self._config.seed, number))
        redraw_it = random.random(len(self._plain)) < self._config.repen
        mnist = np.where(redraw_it[:, None, None], self._redrawn, self._plain)
        pen = [
            draw_ink(strokes, self._config, random)
            for _ in range(self._config.pen_repeats)
            for strokes in self._strokes
        ]
        glyphs = np.concatenate([mnist, np.array(pen, np.uint8).reshape(-1, *mnist.shape[1:])])
        labels = np.concatenate([self._labels, np.tile(self._pen_labels, self._config.pen_repeats)])
        order = random.permutation(len(glyphs))
        return glyphs[order], labels[order]
