"""Data sets that a test can make quickly: drawn digits, and a few drawings that are not digits."""

from dataclasses import replace
from typing import Final

import numpy as np

from app.ink import strokes as ink
from tests.support.drawings import DIGITS
from train.config import Config
from train.data.datasets import Characters, Digits, Ink, Mnist, PenDigits
from train.data.omniglot_split import split_omniglot
from train.data.sources import Sources, Splits
from train.data.unipen_sets import Writing

CONFIG: Final = Config(
    epochs=3,
    num_shards=3,
    num_source_sets=2,
    batch_size=64,
    precision="float32",
    num_pen=200,
    num_pictures=16,
    num_restroked=16,
    num_photographs=32,
    num_negatives=32,
    distillation_weight=0.0,
)
# The same settings as flags, without those in which tests differ.
FLAGS: Final = [
    *(
        "--epochs",
        "3",
        "--num-shards",
        "3",
        "--num-source-sets",
        "2",
        "--batch-size",
        "64",
        "--num-pen",
        "200",
        "--num-pictures",
        "16",
    ),
    *("--num-restroked", "16", "--num-photographs", "32", "--num-negatives", "32"),
    *("--precision", "float32", "--device", "cpu", "--workers", "1"),
]


def small_sets() -> tuple[Mnist, PenDigits]:
    """Ten drawn digits, each twenty times, for every part of every set."""
    strokes = [[(s * 200).astype(np.float32) for s in DIGITS[digit]] for digit in range(10)]
    labels = np.tile(np.arange(10), 20)
    pen = Ink([strokes[label] for label in labels], labels, labels % 3)
    random = np.random.default_rng(0)
    glyphs = np.stack([ink.ink_glyph(drawing) for drawing in pen.strokes])
    glyphs = np.maximum(glyphs, random.integers(0, 30, glyphs.shape, np.uint8))
    digits = Digits(glyphs, labels)
    return Mnist(digits, digits, digits), PenDigits(pen, pen)


def small_characters() -> Characters:
    """A triangle and a cross, by twenty hands, in each of Omniglot's five alphabets."""
    triangle = [np.array([[10, 90], [50, 10], [90, 90], [10, 90]], np.float32)]
    cross = [np.array([[50, 0], [50, 100]], np.float32), np.array([[0, 50], [100, 50]], np.float32)]
    names = ("Balinese", "Early_Aramaic", "Greek", "Korean", "Latin")
    each = [(name, shape, hand) for name in names for shape in ("01", "02") for hand in range(20)]
    return Characters(
        [triangle if shape == "01" else cross for _, shape, _ in each],
        [name for name, _, _ in each],
        [shape for _, shape, _ in each],
        [f"{hand + 1:02}" for _, _, hand in each],
    )


def small_writing() -> tuple[Writing, Writing]:
    """UNIPEN's digits and letters: the drawn digits by two people, and triangles by a third."""
    _, pen = small_sets()
    ink = pen.train
    digits = Writing(
        ink.strokes[:40], [str(label) for label in ink.labels[:40]], ["syn/a"] * 20 + ["syn/b"] * 20
    )
    triangle = small_characters().strokes[0]
    return digits, Writing([triangle] * 4, ["A", "A", "E", "F"], ["syn/c"] * 4)


def small_splits() -> Splits:
    """What `load_sources` would return for these data sets."""
    mnist, pen = small_sets()
    characters = split_omniglot(small_characters())
    training = replace(small_sources(), characters=characters.train)
    digits, letters = small_writing()
    return Splits(
        training,
        Sources(mnist.validation, pen.validation, characters.validation, digits, letters),
    )


def small_sources() -> Sources:
    """Training data with the characters of every alphabet."""
    mnist, pen = small_sets()
    digits, letters = small_writing()
    pictures = Digits(mnist.train.glyphs[:20], mnist.train.labels[:20])
    signs = mnist.train.glyphs[:8]
    characters = small_characters()
    return Sources(mnist.train, pen.train, characters, digits, letters, pictures, signs)
