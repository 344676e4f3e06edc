"""Seeds decide every glyph: a change that means to leave them alone must not move these figures.

Each row is the mean ink of eight consecutive parts of what a seed gives. Processors round
differently, so a pixel may differ by a level; another order or another random number moves a part
by more than the tolerance.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.support.small import CONFIG, small_characters, small_sets, small_sources
from train.augment.degrade import degrade
from train.augment.glyphs import augment, draw_ink
from train.config import Config
from train.data.omniglot_split import split_omniglot
from train.mixture import Mixture
from train.negatives.mix import Negatives, validation_negatives
from train.render.numbers import SPACED, compose
from train.render.photograph import photograph, photograph_glyph
from train.render.sheets import SheetMaker

TOLERANCE: Final = 0.25  # of 255

Pixels = NDArray[np.generic]


def source_set() -> Pixels:
    return Mixture(small_sources(), CONFIG).source_set(0).glyphs


def strong_shard() -> Pixels:
    mixture = Mixture(small_sources(), CONFIG)
    return mixture.shard(0, mixture.source_set(0)).glyphs


def weak_shard() -> Pixels:
    mixture = Mixture(small_sources(), CONFIG)
    return mixture.shard(2, mixture.source_set(0)).glyphs


def training_negatives() -> Pixels:
    sources = small_sources()
    negatives = Negatives(sources.characters, sources.pen, sources.mnist, sources.letters)
    return negatives.draw(80, np.random.default_rng(1))


def measured_negatives() -> Pixels:
    mnist, pen = small_sets()
    characters = split_omniglot(small_characters()).validation
    by_kind = validation_negatives(characters, pen.validation, mnist.validation, count=20)
    kinds = ("letters", "scribbles", "fragments", "glued")
    return np.concatenate([by_kind[kind] for kind in kinds])


def other_handwriting() -> Pixels:
    random, pen = np.random.default_rng(2), small_sources().pen
    return np.stack([draw_ink(strokes, Config(), random) for strokes in pen.strokes])


def augmented() -> Pixels:
    glyphs = torch.from_numpy(small_sources().mnist.glyphs)
    return augment(glyphs, Config(), torch.Generator().manual_seed(3)).numpy()


def degraded() -> Pixels:
    glyphs = torch.from_numpy(small_sources().mnist.glyphs)[:, None].float() / 255
    return 255 * degrade(glyphs, 1.0, torch.Generator().manual_seed(4)).numpy()


def photographs() -> Pixels:
    sources = small_sources()
    pictures = [
        picture
        for number in range(8)
        for picture in (
            photograph(sources.pen.strokes[number], np.random.default_rng(number)).picture,
            photograph_glyph(sources.mnist.glyphs[number], np.random.default_rng(number)).picture,
        )
    ]
    return np.array([picture.mean() for picture in pictures])


def sheets() -> Pixels:
    return SheetMaker(small_sources(), CONFIG).make(16, (5,)).pictures


def number_bitmaps() -> Pixels:
    numbers = compose(small_sources().pen, 16, SPACED, seed=6)
    return np.array([number.bitmap(6.5).mean() for number in numbers])


EXPECTED: Final[dict[Callable[[], Pixels], list[float]]] = {
    source_set: [33.28, 31.05, 32.66, 31.82, 32.16, 29.43, 33.06, 33.29],
    strong_shard: [51.14, 53.03, 55.86, 56.84, 45.29, 49.66, 49.52, 43.76],
    weak_shard: [43.82, 38.22, 40.83, 39.39, 36.24, 40.4, 45.05, 45.03],
    training_negatives: [33.52, 40.1, 42.71, 41.6, 36.64, 39.12, 41.69, 41.95],
    measured_negatives: [35.69, 34.42, 55.42, 53.83, 33.39, 29.66, 45.27, 44.67],
    other_handwriting: [28.98, 30.31, 32.98, 33.72, 29.55, 33.04, 30.99, 32.48],
    augmented: [59.48, 53.1, 50.36, 50.91, 67.16, 58.78, 52.1, 56.54],
    degraded: [57.1, 57.0, 72.29, 65.06, 68.47, 69.51, 83.29, 65.34],
    photographs: [172.73, 232.15, 188.91, 155.23, 91.66, 47.51, 122.18, 127.34],
    sheets: [115.79, 186.7, 168.65, 217.65, 206.97, 196.8, 127.93, 193.54],
    number_bitmaps: [219.33, 220.13, 220.12, 209.26, 203.96, 210.0, 212.81, 214.62],
}


@pytest.mark.parametrize("make", EXPECTED, ids=lambda make: make.__name__)
def test_a_seed_gives_the_same_pixels(make: Callable[[], Pixels]) -> None:
    assert part_means(make()) == pytest.approx(EXPECTED[make], abs=TOLERANCE)


def part_means(pixels: Pixels) -> list[float]:
    """The mean of each of eight parts along the first axis."""
    return [float(part.mean()) for part in np.array_split(pixels, 8)]
