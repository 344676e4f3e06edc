"""A collection of sets that models are scored on, with the reasons for missing ones."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.data.datasets import Digits, Ink
from train.evaluate.protocol import MNIST

QUICK: Final = 500  # digits of each set, for a quick check


@dataclass(frozen=True)
class Wanted:
    """Which sets to collect.

    folder: of the data sets. test: whether MNIST's test file is used too. writers: a file of more
    pen digits. quick: whether only QUICK digits of each set are used.
    """

    folder: Path
    test: bool = False
    writers: Path | None = None
    quick: bool = False

    @property
    def max_digits(self) -> int | None:
        """The most digits of each set; None for all."""
        return QUICK if self.quick else None


@dataclass(frozen=True, eq=False)
class EvaluationSet:
    """Glyphs with labels.

    missing: number of digits in whose picture no ink was found; each is an error. others: uint8
    (m, 28, 28), further candidate glyphs, in order; owners: int64 (m,), the indices of their
    digits. groups: the group of each digit, such as its contributor, or nothing.
    """

    digits: Digits
    missing: int = 0
    others: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    owners: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Example:
    """A picture uint8 (h, w, 3) RGB and the glyph uint8 (28, 28) that was found in it, if any."""

    picture: NDArray[np.uint8]
    glyph: NDArray[np.uint8] | None


@dataclass(eq=False)
class Collection:
    """All sets, and the reasons for missing ones.

    sets, corrupted: digits by name. outliers: negatives, uint8 (n, 28, 28), by name.
    corrupted_from: the set whose digits were corrupted. skipped: reasons by missing set.
    """

    sets: dict[str, EvaluationSet] = field(default_factory=dict)
    corrupted: dict[str, EvaluationSet] = field(default_factory=dict)
    outliers: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    photographs: list[Example] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    corrupted_from: str = MNIST

    def everything(self) -> dict[str, EvaluationSet]:
        """Clean, photographed and corrupted digits by name."""
        return self.sets | self.corrupted


def first(digits: Digits, max_digits: int | None) -> Digits:
    """The first digits of a set; all if None."""
    return Digits(digits.glyphs[:max_digits], digits.labels[:max_digits])


def first_ink(ink: Ink, max_digits: int | None) -> Ink:
    """The first pen digits; all if None."""
    return Ink(ink.strokes[:max_digits], ink.labels[:max_digits], ink.writers[:max_digits])
