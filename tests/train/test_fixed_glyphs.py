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
    source_set: [34.58, 32.75, 34.91, 32.43, 33.24, 34.38, 30.8, 40.83],
    strong_shard: [50.69, 50.89, 45.95, 48.06, 46.66, 51.59, 57.38, 48.56],
    weak_shard: [43.39, 49.17, 45.01, 46.96, 46.75, 49.03, 42.7, 46.13],
    training_negatives: [55.89, 38.46, 46.01, 39.0, 41.69, 41.03, 48.0, 42.2],
    measured_negatives: [36.89, 34.96, 58.15, 55.07, 36.49, 32.14, 45.61, 46.61],
    other_handwriting: [32.72, 33.71, 35.53, 36.74, 32.52, 35.71, 33.69, 35.14],
    augmented: [61.58, 55.23, 52.45, 53.18, 69.26, 60.87, 54.06, 58.53],
    degraded: [58.41, 59.24, 73.91, 67.0, 70.53, 71.52, 85.1, 67.57],
    photographs: [171.51, 231.58, 188.36, 154.92, 91.63, 47.2, 121.81, 126.93],
    sheets: [76.36, 152.23, 118.29, 168.28, 111.59, 137.06, 141.75, 106.63],
    number_bitmaps: [210.72, 211.42, 211.5, 198.18, 191.81, 198.86, 202.55, 204.89],
}


@pytest.mark.parametrize("make", EXPECTED, ids=lambda make: make.__name__)
def test_a_seed_gives_the_same_pixels(make: Callable[[], Pixels]) -> None:
    assert part_means(make()) == pytest.approx(EXPECTED[make], abs=TOLERANCE)


def part_means(pixels: Pixels) -> list[float]:
    """The mean of each of eight parts along the first axis."""
    return [float(part.mean()) for part in np.array_split(pixels, 8)]
