"""Loads all data sets that training and validation glyphs are made from."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from train.data import bhmsds, unipen_characters, unipen_sets
from train.data.bhmsds_download import obtain_bhmsds
from train.data.datasets import (
    Characters,
    Digits,
    Ink,
    load_mnist,
    load_omniglot,
    load_pendigits,
)
from train.data.normal_form import first_glyph
from train.data.omniglot_split import split_omniglot
from train.data.own import OwnDigits
from train.data.pictures import Pictures
from train.data.unipen_archive import Archive
from train.data.unipen_download import obtain_unipen
from train.data.unipen_sets import SplitName, Writing


def _no_writing() -> Writing:
    return Writing([], [], [])


def _no_digits() -> Digits:
    return Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64))


@dataclass(frozen=True, eq=False)
class Sources:
    """The same part, training or validation, of every data set.

    pen: UCI's pen digits. characters: Omniglot's, without those that look like a digit. unipen:
    UNIPEN's isolated digits, and those written between words. letters: the same people's letters
    and signs, without those that look like a digit. pictures: digits cut from photographs, as the
    glyphs that serving makes. signs: glyphs of photographed signs and letters, uint8 (n, 28, 28).
    own: digits of the person who trains, if there are any.
    """

    mnist: Digits
    pen: Ink
    characters: Characters
    unipen: Writing = field(default_factory=_no_writing)
    letters: Writing = field(default_factory=_no_writing)
    pictures: Digits = field(default_factory=_no_digits)
    signs: NDArray[np.uint8] = field(default_factory=lambda: _no_digits().glyphs)
    own: OwnDigits | None = None


class Splits(NamedTuple):
    """Both parts; no writer of digits or letters, and no alphabet of Omniglot, is in both."""

    train: Sources
    validation: Sources


def load_sources(folder: Path) -> Splits:
    """Every data set, verified, and downloaded if it is not in the folder. Raises DataError."""
    mnist, pen = load_mnist(folder), load_pendigits(folder)
    characters = split_omniglot(load_omniglot(folder))
    with Archive(obtain_unipen(folder)) as archive:
        isolated, words = unipen_sets.digits(archive), unipen_sets.single_digit_words(archive)
        letters = unipen_characters.characters(archive)

    def part(name: SplitName) -> tuple[Writing, Writing]:
        digits = getattr(isolated, name) + getattr(words, name)
        return digits, unipen_characters.negatives(getattr(letters, name))

    return Splits(
        Sources(mnist.train, pen.train, characters.train, *part("train"), *_photographed(folder)),
        Sources(mnist.validation, pen.validation, characters.validation, *part("validation")),
    )


def _photographed(folder: Path) -> tuple[Digits, NDArray[np.uint8]]:
    """The glyphs of bhmsds' training digits, and of its signs and letters."""
    pictures = bhmsds.load(obtain_bhmsds(folder), "train")
    return _glyphs(pictures.digits), _glyphs(pictures.negatives).glyphs


def _glyphs(pictures: Pictures) -> Digits:
    """The glyphs that serving makes of pictures; what is not a digit has the label -1."""
    glyphs = [first_glyph(picture) for picture in pictures]
    kept = [index for index, glyph in enumerate(glyphs) if glyph is not None]
    labels = [int(label) if label.isdecimal() else -1 for label in pictures.labels]
    return Digits(
        np.array([glyphs[index] for index in kept], np.uint8).reshape(-1, 28, 28),
        np.array([labels[index] for index in kept], np.int64),
    )
