"""What a round is made of: MNIST, pen digits, photographs of both, and what is no digit.

Whatever the network will be given by serving comes through serving's own code here: pen strokes
through `app.ink`, photographs through `app.picture`, and half of MNIST redrawn as `read_image`
would. Then `train.augment` varies all of it.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from app import glyph, ink, picture
from train.augment import augment, draw_ink
from train.config import Config
from train.data import Characters, Digits, Ink
from train.outliers import Outliers
from train.pen import vary_ink
from train.photograph import photograph, photograph_glyph

NO_DIGIT: Final = 10  # the label of what is no digit
_PHOTOGRAPHED_OUTLIERS: Final = 0.05  # share of them; paper must not look like a digit's sign
_PAPER: Final = 63  # of 255: what is fainter is the soft edge of the ink
_CHUNK: Final = 2048


@dataclass(frozen=True, eq=False)
class Sources:
    """The training parts of the data."""

    mnist: Digits
    pen: Ink
    characters: Characters


def redraw(glyphs: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Glyphs (n, 28, 28) as serving draws ink that it found in a clean scan: uint8 (n, 28, 28)."""
    redrawn = glyphs.copy()
    for number, image in enumerate(glyphs):
        x, y, width, height = cv2.boundingRect((image > _PAPER).astype(np.uint8))
        if width:
            redrawn[number] = glyph.from_ink(image[y : y + height, x : x + width])
    return redrawn


def see(image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The glyph that serving finds in a picture, uint8 (28, 28), or None where it finds no ink."""
    found = picture.find_ink(image)
    return None if found is None else glyph.from_ink(found[0])


def looks(image: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The glyphs of all ways in which serving looks at a picture; `see` gives the first."""
    for found in picture.looks(image):
        yield glyph.from_ink(picture.cut_out(found, image.shape)[0])


def draw(source: Ink) -> Digits:
    """Pen digits in the normal form that serving gives them."""
    glyphs = [ink.ink_glyph(strokes) for strokes in source.strokes]
    return Digits(np.stack(glyphs), source.labels)


class Mixture:
    """The glyphs of each round, the same for the same settings and number."""

    def __init__(self, sources: Sources, config: Config) -> None:
        limit = config.limit or None
        self._config = config
        self._plain = sources.mnist.glyphs[:limit]
        self._labels = sources.mnist.labels[:limit]
        self._strokes = sources.pen.strokes[:limit]
        self._pen_labels = sources.pen.labels[:limit]
        self._sources = sources

    def round(self, number: int) -> Digits:
        """Shuffled and varied glyphs; the label NO_DIGIT marks those that are none."""
        seed = (zlib.crc32(b"mixture"), self._config.pool_seed, number)
        random = np.random.default_rng(seed)
        parts = [self._mnist(random), self._pen(random), *self._photographs(random)]
        parts.append(self._outliers(random))
        glyphs = np.concatenate([part.glyphs for part in parts])
        labels = np.concatenate([part.labels for part in parts])
        order = random.permutation(len(glyphs))
        varied = np.concatenate(list(self._varied(glyphs[order], zlib.crc32(str(seed).encode()))))
        return Digits(varied, labels[order])

    @cached_property
    def _redrawn(self) -> NDArray[np.uint8]:
        return redraw(self._plain)

    @cached_property
    def _others(self) -> Outliers:
        return Outliers(self._sources.characters, self._sources.pen, self._sources.mnist)

    def _mnist(self, random: np.random.Generator) -> Digits:
        redraw_it = random.random(len(self._plain)) < self._config.repen
        glyphs = np.where(redraw_it[:, None, None], self._redrawn, self._plain)
        return Digits(glyphs, self._labels)

    def _pen(self, random: np.random.Generator) -> Digits:
        repeats = self._config.pen_repeats
        glyphs = [
            draw_ink(strokes, self._config, random)
            for _ in range(repeats)
            for strokes in self._strokes
        ]
        return Digits(_stack(glyphs), np.tile(self._pen_labels, repeats))

    def _photographs(self, random: np.random.Generator) -> list[Digits]:
        """Half of them pen digits, half MNIST's; those in which no ink is found are left out."""
        count = self._config.photographs // 2
        pens = random.integers(len(self._strokes), size=count)
        scans = random.integers(len(self._plain), size=count)
        written = [
            see(photograph(vary_ink(self._strokes[index], self._config, random), random).picture)
            for index in pens
        ]
        scanned = [see(photograph_glyph(self._plain[index], random).picture) for index in scans]
        return [_found(written, self._pen_labels[pens]), _found(scanned, self._labels[scans])]

    def _outliers(self, random: np.random.Generator) -> Digits:
        glyphs = list(self._others.draw(self._config.outliers, random))
        for index in range(int(len(glyphs) * _PHOTOGRAPHED_OUTLIERS)):
            seen = see(photograph_glyph(glyphs[index], random).picture)
            glyphs[index] = glyphs[index] if seen is None else seen
        return Digits(_stack(glyphs), np.full(len(glyphs), NO_DIGIT, np.int64))

    def _varied(self, glyphs: NDArray[np.uint8], seed: int) -> list[NDArray[np.uint8]]:
        random = torch.Generator().manual_seed(seed)
        return [
            augment(chunk, self._config, random).round().to(torch.uint8).numpy()
            for chunk in torch.split(torch.from_numpy(glyphs), _CHUNK)
        ]


def _stack(glyphs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.array(glyphs, np.uint8).reshape(-1, glyph.SIDE, glyph.SIDE)


def _found(glyphs: list[NDArray[np.uint8] | None], labels: NDArray[np.int64]) -> Digits:
    kept = [index for index, one in enumerate(glyphs) if one is not None]
    return Digits(_stack([one for one in glyphs if one is not None]), labels[kept])
