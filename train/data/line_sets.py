"""The data that the line reader learns from: writers' digits and letters, and number strings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.data import unipen_characters, unipen_sets
from train.data.datasets import Digits, Ink, load_mnist, load_pendigits
from train.data.pendigits import Strokes
from train.data.unipen_archive import Archive
from train.data.unipen_download import obtain_unipen
from train.data.unipen_sets import Writing
from train.data.word_gaps import word_gaps
from train.data.written_signs import SIGN_LABELS, WriterSigns, written_signs

MIN_DIGITS: Final = 3  # different digits of a writer; of fewer, no lines are composed

Writer = Mapping[int, Sequence[Strokes]]  # the drawings of each digit


@dataclass(frozen=True, eq=False)
class Line:
    """A line of ink. strokes: float64 (n, 2), x right and y down, of any scale. text: what it says.

    writer: a name that is unique on this side of the split; empty where it does not matter.
    """

    strokes: list[NDArray[np.float64]]
    text: str
    writer: str = ""


@dataclass(frozen=True, eq=False)
class PixelLine:
    """pixels: uint8 (h, w), ink 255 on 0; text: what the line says.

    is_found: as the finder saw it on a photograph, so that it needs no other damage.
    shown: another view of the same line, of the same size, which is shown in its place.
    """

    pixels: NDArray[np.uint8]
    text: str
    is_found: bool = False
    shown: NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False)
class LineSet:
    """One side of the split.

    writers: single digits of each writer, to compose lines of. strings, digits: number strings, and
    single digits between other words, as they were written. letters: drawings that look like no
    digit and no sign. glyphs: single digits on paper, to compose lines of. signs: of each writer.
    word_gaps: see `train.data.word_gaps`.
    """

    writers: list[Writer]
    strings: list[Line]
    digits: list[Line]
    letters: Sequence[Strokes] = ()
    glyphs: Digits | None = None
    signs: Sequence[WriterSigns] = ()
    word_gaps: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


def load_line_sets(folder: Path) -> tuple[LineSet, LineSet]:
    """The training and the validation set, by different people, without UNIPEN's test writers.

    Raises DataError.
    """
    pen, mnist = load_pendigits(folder), load_mnist(folder)
    with Archive(obtain_unipen(folder)) as archive:
        digits = unipen_sets.digits(archive)
        strings = unipen_sets.number_strings(archive)
        words = unipen_sets.single_digit_words(archive)
        letters = unipen_characters.characters(archive)
        gaps = word_gaps(archive)
    sides = (
        (
            pen.train,
            digits.train,
            strings.train,
            words.train,
            letters.train,
            mnist.train,
            gaps["train"],
        ),
        (
            pen.validation,
            digits.validation,
            strings.validation,
            words.validation,
            letters.validation,
            mnist.validation,
            gaps["validation"],
        ),
    )
    training, validation = (
        LineSet(
            _writers((ink, single.ink())),
            _lines(string),
            _lines(word),
            _letters(letter),
            glyphs,
            written_signs(single, letter),
            between,
        )
        for ink, single, string, word, letter, glyphs, between in sides
    )
    return training, validation


def _writers(parts: Iterable[Ink]) -> list[Writer]:
    writers: dict[tuple[int, int], dict[int, list[Strokes]]] = {}
    for number, ink in enumerate(parts):
        labels, names = ink.labels.tolist(), ink.writers.tolist()
        for strokes, label, name in zip(ink.strokes, labels, names, strict=True):
            writers.setdefault((number, name), {}).setdefault(label, []).append(strokes)
    return [digits for digits in writers.values() if len(digits) >= MIN_DIGITS]


def _letters(characters: Writing) -> list[Strokes]:
    negatives = unipen_characters.negatives(characters)
    return [
        strokes
        for strokes, label in zip(negatives.strokes, negatives.labels, strict=True)
        if label not in SIGN_LABELS
    ]


def _lines(writing: Writing) -> list[Line]:
    return [
        Line([stroke.astype(np.float64) for stroke in strokes], label, writer)
        for strokes, label, writer in zip(
            writing.strokes, writing.labels, writing.writers, strict=True
        )
    ]
