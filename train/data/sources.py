"""The data sets that training and validation glyphs are made from, loaded together."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from train.data.datasets import (
    Characters,
    Digits,
    Ink,
    load_mnist,
    load_omniglot,
    load_pendigits,
)
from train.data.omniglot_split import split_omniglot


@dataclass(frozen=True, eq=False)
class Sources:
    """The same part, training or validation, of every data set.

    characters: Omniglot's, without those that look like a digit.
    """

    mnist: Digits
    pen: Ink
    characters: Characters


class Splits(NamedTuple):
    """No writer of pen digits and no alphabet of characters is in both parts."""

    train: Sources
    validation: Sources


def load_sources(folder: Path) -> Splits:
    """Every data set, verified, downloaded where it is not in the folder. Raises DataError."""
    mnist, pen = load_mnist(folder), load_pendigits(folder)
    characters = split_omniglot(load_omniglot(folder))
    return Splits(
        Sources(mnist.train, pen.train, characters.train),
        Sources(mnist.validation, pen.validation, characters.validation),
    )
