"""What models are scored on: glyphs nobody trained on, clean, photographed, corrupted, no digits.

Every set is made by fixed seeds, the same for every model and every call.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from train.data import corrections, pendigits
from train.data.datasets import (
    Digits,
    Ink,
    Mnist,
    PenDigits,
    load_mnist,
    load_omniglot,
    load_pendigits,
)
from train.data.download import DataError
from train.data.normal_form import candidate_glyphs, draw_digits
from train.data.omniglot_split import split_omniglot
from train.evaluate.corruptions import CORRUPTIONS, corrupt
from train.evaluate.protocol import (
    INK,
    MNIST,
    OTHER_INK,
    PHOTOGRAPHED_INK,
    PHOTOGRAPHED_MNIST,
    TEST,
)
from train.negatives.mix import validation_negatives
from train.render.photograph import photograph, photograph_glyph

QUICK: Final = 500  # of each set, for a first look
# So many that one digit is a thirtieth of a point.
_PHOTOGRAPHED_DIGITS: Final = 3_000  # of MNIST's
_TAKES: Final = 2  # photographs of each pen digit
_EXAMPLES: Final = 14  # pictures kept to be shown


@dataclass(frozen=True)
class Wanted:
    """What is asked for: the data folder, MNIST's test file, a file of test writers, haste."""

    folder: Path
    test: bool = False
    writers: Path | None = None
    quick: bool = False

    @property
    def most(self) -> int | None:
        """Of each set."""
        return QUICK if self.quick else None


@dataclass(frozen=True, eq=False)
class EvaluationSet:
    """Glyphs with labels.

    missing: digits whose picture showed no ink, each an error. others: uint8 (m, 28, 28), what
    other looks at the pictures gave, in order; owners: int64 (m,), of which of the digits.
    """

    digits: Digits
    missing: int = 0
    others: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    owners: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, eq=False)
class Example:
    """A picture uint8 (h, w, 3) RGB and the glyph uint8 (28, 28) found in it, if any."""

    picture: NDArray[np.uint8]
    glyph: NDArray[np.uint8] | None


@dataclass(eq=False)
class Collection:
    """All that models are scored on, and why something is not there.

    sets, corrupted: digits by name. outliers: uint8 (n, 28, 28) by name, none of them a digit.
    corrupted_from: the set that was corrupted.
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


def collect(wanted: Wanted) -> Collection:
    """Loads and makes the sets, each only if its data is there or can be had.

    Raises DataError when none is, and for a file of test writers that cannot be read.
    """
    found = Collection()
    mnist, pen = _mnist(wanted.folder, found), _pen(wanted.folder, found)
    most = wanted.most
    if mnist is not None:
        found.sets[MNIST] = EvaluationSet(_first(mnist.validation, most))
        if wanted.test:
            found.sets[TEST] = EvaluationSet(_first(mnist.test, most))
            found.corrupted_from = TEST
    if pen is not None:
        found.sets[INK] = EvaluationSet(draw_digits(_first_ink(pen.validation, most)))
    if wanted.writers is not None:
        found.sets[OTHER_INK] = EvaluationSet(
            draw_digits(_first_ink(read_writers(wanted.writers), most))
        )
    if not found.sets:
        raise DataError("; ".join(found.skipped.values()))
    _photograph(found, pen, most)
    if mnist is not None:
        plain = found.sets[found.corrupted_from].digits
        for name in tqdm(CORRUPTIONS, "corrupt MNIST", leave=False):
            found.corrupted[name] = EvaluationSet(Digits(corrupt(name, plain.glyphs), plain.labels))
    if mnist is not None and pen is not None:
        _outliers(found, wanted, mnist, pen)
    return found


def read_writers(path: Path) -> Ink:
    """Pen digits in a file of UNIPEN text, such as UCI's, or the held-back ones of a file of
    corrections, .jsonl. Raises DataError."""
    if path.suffix == ".jsonl":
        ink = corrections.load(path, held_back=True).ink
        if not ink.strokes:
            raise DataError(f"{path}: expected held-back corrections with strokes, came none")
        return ink
    try:
        records = pendigits.parse(path.read_text("ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected UNIPEN text, came {error}") from error
    if not records:
        raise DataError(f"{path}: expected UNIPEN text with digits, came one without")
    return Ink(
        [record.strokes for record in records],
        np.array([record.label for record in records], np.int64),
        np.array([record.writer for record in records], np.int64),
    )


def _mnist(folder: Path, found: Collection) -> Mnist | None:
    try:
        return load_mnist(folder)
    except (DataError, OSError) as error:
        found.skipped["MNIST, plain, photographed and corrupted"] = str(error)
        return None


def _pen(folder: Path, found: Collection) -> PenDigits | None:
    try:
        return load_pendigits(folder)
    except (DataError, OSError) as error:
        found.skipped["pen ink, plain and photographed"] = str(error)
        return None


def _outliers(found: Collection, wanted: Wanted, mnist: Mnist, pen: PenDigits) -> None:
    try:
        characters = split_omniglot(load_omniglot(wanted.folder)).validation
    except (DataError, OSError) as error:
        found.skipped["what is not a digit"] = str(error)
        return
    made = validation_negatives(characters, pen.validation, mnist.validation)
    found.outliers = {name: glyphs[: wanted.most] for name, glyphs in made.items()}


def _photograph(found: Collection, pen: PenDigits | None, most: int | None) -> None:
    """Adds the photographed sets of what is there, each picture by its own fixed seed."""
    if pen is not None:
        ink, takes = _first_ink(pen.validation, most), _TAKES if most is None else 1
        pictures = (
            photograph(strokes, np.random.default_rng((0, number))).picture
            for number, strokes in enumerate(ink.strokes * takes)
        )
        found.sets[PHOTOGRAPHED_INK] = _seen(pictures, np.tile(ink.labels, takes), found)
    if MNIST in found.sets:
        digits = _first(found.sets[MNIST].digits, _PHOTOGRAPHED_DIGITS)
        pictures = (
            photograph_glyph(glyph, np.random.default_rng((1, number))).picture
            for number, glyph in enumerate(digits.glyphs)
        )
        found.sets[PHOTOGRAPHED_MNIST] = _seen(pictures, digits.labels, found)


def _seen(
    pictures: Iterator[NDArray[np.uint8]], labels: NDArray[np.int64], found: Collection
) -> EvaluationSet:
    """The glyphs that serving finds in pictures; keeps the first pictures as examples."""
    seen: list[list[NDArray[np.uint8]]] = []
    for number, picture in enumerate(tqdm(pictures, "photograph", len(labels), leave=False)):
        seen.append(list(candidate_glyphs(picture)))
        if number < _EXAMPLES:
            found.photographs.append(Example(picture, seen[-1][0] if seen[-1] else None))
    there = [glyphs for glyphs in seen if glyphs]
    others = [glyph for glyphs in there for glyph in glyphs[1:]]
    return EvaluationSet(
        Digits(_stacked([glyphs[0] for glyphs in there]), labels[[bool(one) for one in seen]]),
        len(seen) - len(there),
        _stacked(others),
        np.repeat(np.arange(len(there)), [len(glyphs) - 1 for glyphs in there]),
    )


def _stacked(glyphs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.array(glyphs, np.uint8).reshape(-1, 28, 28)


def _first(digits: Digits, most: int | None) -> Digits:
    return Digits(digits.glyphs[:most], digits.labels[:most])


def _first_ink(ink: Ink, most: int | None) -> Ink:
    return Ink(ink.strokes[:most], ink.labels[:most], ink.writers[:most])
