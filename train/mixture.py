"""What a round is made of: MNIST, pen digits, photographs of both, and what is no digit.

Whatever the network will be given by serving comes through serving's own code here: pen strokes
through `app.ink.strokes`, photographs through `app.ink.image`, and a part of MNIST redrawn as
`read_image` would. Another part of MNIST is traced as strokes and written anew, which makes pen
digits of hundreds of people out of scans. Then `train.augment.glyphs` varies all of it, in every
third round less.
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
from train.data.datasets import Digits
from train.data.normal_form import first_glyph, redraw_scans
from train.data.pendigits import Strokes
from train.data.sources import Sources
from train.negatives.mix import Negatives
from train.render.photograph import photograph, photograph_glyph

NEGATIVE: Final = 10  # the label of what is no digit
_PHOTOGRAPHED_NEGATIVES: Final = 0.05  # share of them; paper must not look like a digit's sign
_CHUNK: Final = 2048


class Mixture:
    """The glyphs of each base and round, the same for the same settings and number."""

    def __init__(self, sources: Sources, config: Config) -> None:
        limit = config.limit or None
        self._config = config
        self._plain = sources.mnist.glyphs[:limit]
        self._labels = sources.mnist.labels[:limit]
        self._strokes = sources.pen.strokes[:limit]
        self._pen_labels = sources.pen.labels[:limit]
        self._sources = sources
        self._traced: dict[int, Strokes] = {}

    def source_set(self, number: int) -> Digits:
        """What takes long to make: pen digits, photographs and what is no digit, not varied yet."""
        random = self._random("base", number)
        parts = [self._pen(random), self._retraced(random)]
        parts += [*self._photographs(random), self._draw_negatives(random)]
        return _joined(parts)

    def shard(self, number: int, source_set: Digits) -> Digits:
        """MNIST and a base, shuffled and varied; the label NEGATIVE marks those that are none."""
        random = self._random("round", number)
        whole = _joined([self._mnist(random), source_set])
        order = random.permutation(len(whole.glyphs))
        config = weakened(self._config) if is_weak(number) else self._config
        seed = int(random.integers(2**63))
        return Digits(_varied(whole.glyphs[order], config, seed), whole.labels[order])

    def _random(self, what: str, number: int) -> np.random.Generator:
        seed = (zlib.crc32(what.encode()), self._config.pool_seed, number)
        return np.random.default_rng(seed)

    @cached_property
    def _redrawn(self) -> NDArray[np.uint8]:
        return redraw_scans(self._plain)

    @cached_property
    def _negatives(self) -> Negatives:
        return Negatives(self._sources.characters, self._sources.pen, self._sources.mnist)

    def _mnist(self, random: np.random.Generator) -> Digits:
        redraw_it = random.random(len(self._plain)) < self._config.redraw_share
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

    def _retraced(self, random: np.random.Generator) -> Digits:
        """MNIST digits traced as strokes, then drawn by another hand."""
        chosen = random.permutation(len(self._plain))[: self._config.num_restroked]
        glyphs = [draw_ink(self._trace(index), self._config, random) for index in chosen]
        return Digits(_stack(glyphs), self._labels[chosen])

    def _trace(self, index: int) -> Strokes:
        """The strokes of one MNIST digit, which are looked for once."""
        if index not in self._traced:
            self._traced[index] = trace_strokes(self._plain[index])
        return self._traced[index]

    def _photographs(self, random: np.random.Generator) -> list[Digits]:
        """A half are scans of MNIST, a quarter its strokes, a quarter pen digits.

        Those in which no ink is found are left out.
        """
        count = self._config.num_photographs // 4
        pens = random.integers(len(self._strokes), size=count)
        traced_indices = random.integers(len(self._plain), size=count)
        scans = random.integers(len(self._plain), size=2 * count)
        drawn = [self._strokes[index] for index in pens]
        drawn += [self._trace(index) for index in traced_indices]
        written = [
            first_glyph(photograph(vary_ink(strokes, self._config, random), random).picture)
            for strokes in drawn
        ]
        scanned = [
            first_glyph(photograph_glyph(self._plain[index], random).picture) for index in scans
        ]
        labels = np.concatenate([self._pen_labels[pens], self._labels[traced_indices]])
        return [_found(written, labels), _found(scanned, self._labels[scans])]

    def _draw_negatives(self, random: np.random.Generator) -> Digits:
        glyphs = list(self._negatives.draw(self._config.num_negatives, random))
        for index in range(int(len(glyphs) * _PHOTOGRAPHED_NEGATIVES)):
            seen = first_glyph(photograph_glyph(glyphs[index], random).picture)
            glyphs[index] = glyphs[index] if seen is None else seen
        return Digits(_stack(glyphs), np.full(len(glyphs), NEGATIVE, np.int64))


def _joined(parts: list[Digits]) -> Digits:
    glyphs = np.concatenate([part.glyphs for part in parts])
    return Digits(glyphs, np.concatenate([part.labels for part in parts]))


def _varied(glyphs: NDArray[np.uint8], config: Config, seed: int) -> NDArray[np.uint8]:
    random = torch.Generator().manual_seed(seed)
    parts = [
        augment(chunk, config, random).round().to(torch.uint8).numpy()
        for chunk in torch.split(torch.from_numpy(glyphs), _CHUNK)
    ]
    return np.concatenate(parts)


def _stack(glyphs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.array(glyphs, np.uint8).reshape(-1, glyph.SIDE, glyph.SIDE)


def _found(glyphs: list[NDArray[np.uint8] | None], labels: NDArray[np.int64]) -> Digits:
    kept = [index for index, one in enumerate(glyphs) if one is not None]
    return Digits(_stack([one for one in glyphs if one is not None]), labels[kept])
