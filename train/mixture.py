"""Mixes the glyphs of a shard: MNIST, pen digits, photographs and negatives.

All glyphs are made by the code that serves: pen strokes by `app.ink.strokes`, photographs by
`app.ink.image`. A part of MNIST is redrawn as `read_image` would redraw it. Another part is traced
as strokes and drawn again, which turns scans into pen digits of hundreds of people. Pen digits are
drawn so that a few writers do not outweigh the others. Then `train.augment.glyphs` varies all
glyphs, weakly in every third shard.
"""

import zlib
from functools import cached_property
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from app import glyph
from train.augment.glyphs import augment, draw_ink
from train.augment.skeleton import trace_strokes
from train.augment.strokes import vary_ink
from train.augment.weak import is_weak, weakened
from train.config import Config
from train.data.datasets import Digits, Ink
from train.data.normal_form import first_glyph, redraw_scans
from train.data.pendigits import Strokes
from train.data.sources import Sources
from train.data.unipen_sets import writer_weights
from train.negatives.mix import Negatives
from train.render.photograph import photograph, photograph_glyph

NEGATIVE: Final = 10  # the label of negatives, beside the digits' 0 to 9
PARTS: Final = 8  # of a source set, so that several processes make it together
# Share of the negatives that are photographed. Without any, paper would be a sign of digits.
_PHOTOGRAPHED_NEGATIVES: Final = 0.05
# Enough to learn one person's hand, and too few to forget those of others.
_OWN_PER_SHARD: Final = 4_000
_AUGMENTED_AT_ONCE: Final = 2048  # glyphs; each batch has its own random numbers
# The names in the seeds must not change, because other names give other glyphs.
_SOURCE_SET_SEED, _SHARD_SEED = zlib.crc32(b"base"), zlib.crc32(b"round")


class Mixture:
    """The glyphs of each source set and shard, which the settings and its number decide."""

    def __init__(self, sources: Sources, config: Config) -> None:
        limit = config.limit or None
        self._config = config
        self._scans = sources.mnist.glyphs[:limit]
        self._scan_labels = sources.mnist.labels[:limit]
        self._pen = _with_unipen(sources)
        self._pen_weights = _writers_share(self._pen)
        self._sources = sources
        self._traced_scans: dict[int, Strokes] = {}

    def source_set(self, number: int) -> Digits:
        """Pen digits, photographs and negatives before augmentation, which take long to make."""
        return concatenate([self.source_set_part(number, part) for part in range(PARTS)])

    def source_set_part(self, number: int, part: int) -> Digits:
        """One of the PARTS of a source set, each of which is a mix of all kinds."""
        random = self._random(_SOURCE_SET_SEED, number, part)
        pen, retraced = self._draw_pen(random), self._draw_traced_scans(random)
        photographs = self._photograph(random)
        return concatenate([pen, retraced, *photographs, self._draw_negatives(random)])

    def shard(self, number: int, source_set: Digits) -> Digits:
        """MNIST and a source set, shuffled and augmented; labels 0-9 and NEGATIVE."""
        random = self._random(_SHARD_SEED, number)
        scans, pictures = self._redraw_some_scans(random), self._pictures(random)
        digits = concatenate([scans, *pictures, source_set, *self._own_digits(random)])
        order = random.permutation(len(digits.glyphs))
        config = weakened(self._config) if is_weak(number) else self._config
        seed = int(random.integers(2**63))
        return Digits(_augment(digits.glyphs[order], config, seed), digits.labels[order])

    def _random(self, *seed: int) -> np.random.Generator:
        return np.random.default_rng((*seed, self._config.pool_seed))

    def _limited(self, count: int) -> int:
        return min(count, self._config.limit or count)

    @cached_property
    def _redrawn_scans(self) -> NDArray[np.uint8]:
        return redraw_scans(self._scans)

    @cached_property
    def _negatives(self) -> Negatives:
        sources = self._sources
        return Negatives(sources.characters, self._pen, sources.mnist, sources.letters)

    def _redraw_some_scans(self, random: np.random.Generator) -> Digits:
        is_redrawn = random.random(len(self._scans)) < self._config.redraw_share
        glyphs = np.where(is_redrawn[:, None, None], self._redrawn_scans, self._scans)
        return Digits(glyphs, self._scan_labels)

    def _pictures(self, random: np.random.Generator) -> tuple[Digits, Digits]:
        """Digits that were cut from photographs, and a quarter as many signs."""
        count = self._limited(self._config.num_pictures)
        pictures, signs = self._sources.pictures, self._sources.signs
        digits = random.permutation(len(pictures.labels))[:count]
        others = random.permutation(len(signs))[: count // 4]
        return (
            Digits(pictures.glyphs[digits], pictures.labels[digits]),
            Digits(signs[others], np.full(len(others), NEGATIVE, np.int64)),
        )

    def _own_digits(self, random: np.random.Generator) -> list[Digits]:
        """A person's own digits, all about equally often; nothing if there are none."""
        own_digits = self._sources.own
        if own_digits is None:
            return []
        num_pictures = len(own_digits.digits.labels)
        total = num_pictures + len(own_digits.ink.labels)
        chosen = random.integers(total, size=self._limited(_OWN_PER_SHARD))
        pictures, drawings = chosen[chosen < num_pictures], chosen[chosen >= num_pictures]
        drawings = drawings - num_pictures
        glyphs = [
            draw_ink(own_digits.ink.strokes[index], self._config, random) for index in drawings
        ]
        return [
            Digits(own_digits.digits.glyphs[pictures], own_digits.digits.labels[pictures]),
            Digits(_stack(glyphs), own_digits.ink.labels[drawings]),
        ]

    def _draw_pen(self, random: np.random.Generator) -> Digits:
        chosen = self._choose_pen(self._limited(self._config.num_pen) // PARTS, random)
        glyphs = [draw_ink(self._pen.strokes[index], self._config, random) for index in chosen]
        return Digits(_stack(glyphs), self._pen.labels[chosen])

    def _choose_pen(self, count: int, random: np.random.Generator) -> NDArray[np.int64]:
        return random.choice(len(self._pen.strokes), count, p=self._pen_weights)

    def _draw_traced_scans(self, random: np.random.Generator) -> Digits:
        """MNIST digits, traced as strokes and then drawn as by other people."""
        count = self._limited(self._config.num_restroked) // PARTS
        chosen = random.permutation(len(self._scans))[:count]
        glyphs = [draw_ink(self._trace(index), self._config, random) for index in chosen]
        return Digits(_stack(glyphs), self._scan_labels[chosen])

    def _trace(self, index: int) -> Strokes:
        """The strokes of an MNIST digit, which is traced only once."""
        if index not in self._traced_scans:
            self._traced_scans[index] = trace_strokes(self._scans[index])
        return self._traced_scans[index]

    def _photograph(self, random: np.random.Generator) -> list[Digits]:
        """Photographs: half of MNIST's scans, a quarter of their strokes, a quarter of pen digits.

        Those in which no ink is found are left out.
        """
        count = self._limited(self._config.num_photographs) // (4 * PARTS)
        pens = self._choose_pen(count, random)
        traced = random.integers(len(self._scans), size=count)
        scans = random.integers(len(self._scans), size=2 * count)
        drawings = [self._pen.strokes[index] for index in pens]
        drawings += [self._trace(index) for index in traced]
        drawn_glyphs = [
            first_glyph(photograph(vary_ink(strokes, self._config, random), random).picture)
            for strokes in drawings
        ]
        scanned_glyphs = [
            first_glyph(photograph_glyph(self._scans[index], random).picture) for index in scans
        ]
        labels = np.concatenate([self._pen.labels[pens], self._scan_labels[traced]])
        return [
            _without_misses(drawn_glyphs, labels),
            _without_misses(scanned_glyphs, self._scan_labels[scans]),
        ]

    def _draw_negatives(self, random: np.random.Generator) -> Digits:
        count = self._limited(self._config.num_negatives) // PARTS
        glyphs = list(self._negatives.draw(count, random))
        for index in range(int(len(glyphs) * _PHOTOGRAPHED_NEGATIVES)):
            photographed = first_glyph(photograph_glyph(glyphs[index], random).picture)
            glyphs[index] = glyphs[index] if photographed is None else photographed
        return Digits(_stack(glyphs), np.full(len(glyphs), NEGATIVE, np.int64))


def _with_unipen(sources: Sources) -> Ink:
    """All pen digits; UNIPEN's writers are numbered after the others."""
    pen, unipen = sources.pen, sources.unipen.ink()
    writers = [pen.writers, unipen.writers + 1 + max(pen.writers, default=0)]
    return Ink(
        [*pen.strokes, *unipen.strokes],
        np.concatenate([pen.labels, unipen.labels]),
        np.concatenate(writers),
    )


def _writers_share(ink: Ink) -> NDArray[np.float64]:
    """The probability with which each digit is drawn, (n,); see `writer_weights`."""
    weights = writer_weights([str(writer) for writer in ink.writers])
    return np.asarray(weights / weights.sum(), np.float64)


def concatenate(parts: list[Digits]) -> Digits:
    """The glyphs and labels of all parts, in order."""
    glyphs = np.concatenate([part.glyphs for part in parts])
    return Digits(glyphs, np.concatenate([part.labels for part in parts]))


def _augment(glyphs: NDArray[np.uint8], config: Config, seed: int) -> NDArray[np.uint8]:
    random = torch.Generator().manual_seed(seed)
    parts = [
        augment(batch, config, random).round().to(torch.uint8).numpy()
        for batch in torch.split(torch.from_numpy(glyphs), _AUGMENTED_AT_ONCE)
    ]
    return np.concatenate(parts)


def _stack(glyphs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.array(glyphs, np.uint8).reshape(-1, glyph.SIDE, glyph.SIDE)


def _without_misses(glyphs: list[NDArray[np.uint8] | None], labels: NDArray[np.int64]) -> Digits:
    """Glyphs with their labels, without the pictures in which no ink was found."""
    kept = [index for index, image in enumerate(glyphs) if image is not None]
    return Digits(_stack([image for image in glyphs if image is not None]), labels[kept])
