"""Loads sets by people who are not in the classic data sets: UNIPEN's writers, and bhmsds on paper.

|  | digits | not digits |
| --- | --- | --- |
| UNIPEN's validation writers, isolated digits by contributor | 1,739 | 6,317 letters and signs |
| the same, digits written between words | 289 | - |
| bhmsds, the last fifth of each label | 1,855 | 360 signs and letters |
| UNIPEN's test writers, isolated digits by contributor | 1,326 | - |

UNIPEN's writers are in no other split. Those of bhmsds are few and unnamed, and have also written
its training part. The test writers are read once, at export, and nothing is chosen by them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.ink.strokes import ink_glyph
from train.data import bhmsds, unipen_characters, unipen_sets
from train.data.bhmsds_download import obtain_bhmsds
from train.data.datasets import Digits
from train.data.normal_form import first_glyph
from train.data.pictures import Pictures
from train.data.unipen_archive import Archive
from train.data.unipen_download import obtain_unipen
from train.data.unipen_sets import Writing


@dataclass(frozen=True, eq=False)
class Hands:
    """Digits with the contributor of each; "" if it is unknown."""

    digits: Digits
    contributors: tuple[str, ...]


class ValidationWriting(NamedTuple):
    """Digits, isolated and between words, and letters and signs that do not look like a digit."""

    isolated: Writing
    words: Writing
    letters: Writing


@dataclass(frozen=True, eq=False)
class Unipen:
    """The validation writers' digits, isolated and between words, and their letters.

    letters: uint8 (n, 28, 28), without those that look like a digit.
    """

    isolated: Hands
    words: Hands
    letters: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Photographed:
    """Digits, and signs uint8 (n, 28, 28) that look like no digit, cut from photographs."""

    digits: Digits
    signs: NDArray[np.uint8]
    missing: int  # digits in whose picture no ink was found


def load_unipen(folder: Path, max_samples: int | None = None) -> Unipen:
    """The sets of UNIPEN's validation writers, with at most `max_samples` of each kind.

    Raises DataError.
    """
    with Archive(obtain_unipen(folder)) as archive:
        written = validation_writing(archive)
    letters = written.letters
    return Unipen(
        _draw(written.isolated, max_samples),
        _draw(written.words, max_samples),
        _stack([ink_glyph(letters.strokes[i]) for i in _spread(len(letters), max_samples)]),
    )


def validation_writing(archive: Archive) -> ValidationWriting:
    """What the validation writers wrote, as strokes. Raises DataError."""
    return ValidationWriting(
        unipen_sets.digits(archive).validation,
        unipen_sets.single_digit_words(archive).validation,
        unipen_characters.negatives(unipen_characters.characters(archive).validation),
    )


def load_unipen_test(folder: Path) -> Hands:
    """The isolated digits of UNIPEN's test writers. Raises DataError."""
    with Archive(obtain_unipen(folder)) as archive:
        return _draw(unipen_sets.digits(archive).test, None)


def load_bhmsds(folder: Path, max_samples: int | None = None) -> Photographed:
    """The validation part of bhmsds, with at most `max_samples` of each kind. Raises DataError."""
    pictures = bhmsds.load(obtain_bhmsds(folder), "validation")
    labels, glyphs = _read(pictures.digits, max_samples)
    has_ink = np.array([glyph is not None for glyph in glyphs], np.bool_)
    signs = _read(pictures.negatives, max_samples)[1]
    return Photographed(
        Digits(_stack(glyphs), np.array(labels, np.int64)[has_ink]),
        _stack(signs),
        int((~has_ink).sum()),
    )


def _draw(writing: Writing, max_samples: int | None) -> Hands:
    chosen = _spread(len(writing), max_samples)
    glyphs = _stack([ink_glyph(writing.strokes[index]) for index in chosen])
    labels = np.array([int(writing.labels[index]) for index in chosen], np.int64)
    return Hands(Digits(glyphs, labels), tuple(writing.contributors[index] for index in chosen))


def _read(
    pictures: Pictures, max_samples: int | None
) -> tuple[list[str], list[NDArray[np.uint8] | None]]:
    """The labels, and the glyphs that serving finds first; None if it finds no ink."""
    chosen = _spread(len(pictures), max_samples)
    files, labels = [pictures.files[i] for i in chosen], [pictures.labels[i] for i in chosen]
    return labels, [first_glyph(picture) for picture in Pictures(pictures.path, files, labels)]


def _spread(count: int, max_samples: int | None) -> list[int]:
    """At most max_samples of `count` indices, evenly spaced, so that all writers are among them."""
    chosen = min(count, max_samples or count)
    return [index * count // chosen for index in range(chosen)]


def _stack(glyphs: Sequence[NDArray[np.uint8] | None]) -> NDArray[np.uint8]:
    present = [glyph for glyph in glyphs if glyph is not None]
    return np.array(present, np.uint8).reshape(-1, 28, 28)
