"""The sets that models are scored on: held-out digits, clean, photographed or corrupted, and
negatives.

Every set is made with fixed seeds and is the same for every model and every call.
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
from train.evaluate import other_hands
from train.evaluate.corruptions import CORRUPTIONS, corrupt
from train.evaluate.protocol import (
    BHMSDS,
    BHMSDS_SIGNS,
    INK,
    MNIST,
    OTHER_INK,
    PHOTOGRAPHED_INK,
    PHOTOGRAPHED_MNIST,
    TEST,
    UNIPEN,
    UNIPEN_LETTERS,
    UNIPEN_TEST,
    UNIPEN_WORDS,
)
from train.negatives.mix import validation_negatives
from train.render.photograph import photograph, photograph_glyph

OPTIONAL: Final = "bhmsds"  # has to be put there by hand, so an export does without it
QUICK: Final = 500  # digits of each set, for a quick check
_PHOTOGRAPHED_DIGITS: Final = 3_000  # of MNIST's, so that one is a thirtieth of a point
_TAKES: Final = 2  # photographs of each pen digit
_EXAMPLES: Final = 14  # pictures kept to be shown


@dataclass(frozen=True)
class Wanted:
    """Which sets to collect.

    folder: of the data sets. test: MNIST's test file too. writers: a file of more pen digits.
    quick: only QUICK digits of each set.
    """

    folder: Path
    test: bool = False
    writers: Path | None = None
    quick: bool = False

    @property
    def max_digits(self) -> int | None:
        """Of each set; None for all."""
        return QUICK if self.quick else None


@dataclass(frozen=True, eq=False)
class EvaluationSet:
    """Glyphs with labels.

    missing: digits in whose picture no ink was found, each an error. others: uint8 (m, 28, 28),
    the other candidate glyphs, in order; owners: int64 (m,), the digits they belong to. groups:
    whom each digit is from, or nothing.
    """

    digits: Digits
    missing: int = 0
    others: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    owners: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Example:
    """A picture uint8 (h, w, 3) RGB and the glyph uint8 (28, 28) found in it, if any."""

    picture: NDArray[np.uint8]
    glyph: NDArray[np.uint8] | None


@dataclass(eq=False)
class Collection:
    """All sets, and why a set is missing.

    sets, corrupted: digits by name. outliers: negatives, uint8 (n, 28, 28), by name.
    corrupted_from: the set whose digits were corrupted. skipped: reasons by what is missing.
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
    """Loads and makes every set whose data is there or can be downloaded.

    Raises DataError if there is none, and for a file of test writers that cannot be read.
    """
    collection = Collection()
    mnist, pen = _mnist(wanted.folder, collection), _pen(wanted.folder, collection)
    max_digits = wanted.max_digits
    if mnist is not None:
        collection.sets[MNIST] = EvaluationSet(_first(mnist.validation, max_digits))
        if wanted.test:
            collection.sets[TEST] = EvaluationSet(_first(mnist.test, max_digits))
            collection.corrupted_from = TEST
    if pen is not None:
        collection.sets[INK] = EvaluationSet(draw_digits(_first_ink(pen.validation, max_digits)))
    if wanted.writers is not None:
        collection.sets[OTHER_INK] = EvaluationSet(
            draw_digits(_first_ink(read_writers(wanted.writers), max_digits))
        )
    if not collection.sets:
        raise DataError("; ".join(collection.skipped.values()))
    _other_hands(wanted, collection)
    _photograph(collection, pen, max_digits)
    if mnist is not None:
        plain = collection.sets[collection.corrupted_from].digits
        for name in tqdm(CORRUPTIONS, "corrupt MNIST", leave=False):
            collection.corrupted[name] = EvaluationSet(
                Digits(corrupt(name, plain.glyphs), plain.labels)
            )
    if mnist is not None and pen is not None:
        _outliers(collection, wanted, mnist, pen)
    return collection


def add_test_sets(collection: Collection, folder: Path) -> None:
    """Adds the test sets, which are read once, when all else is settled. Raises DataError."""
    hands = other_hands.load_unipen_test(folder)
    collection.sets[TEST] = EvaluationSet(load_mnist(folder).test)
    collection.sets[UNIPEN_TEST] = EvaluationSet(hands.digits, groups=hands.contributors)


def read_writers(path: Path) -> Ink:
    """Pen digits in a file of UNIPEN text, such as UCI's, or the held-back ones of a file of
    corrections, .jsonl. Raises DataError."""
    if path.suffix == ".jsonl":
        ink = corrections.load(path, held_back=True).ink
        if not ink.strokes:
            raise DataError(f"{path}: expected held-back corrections with strokes, got none")
        return ink
    try:
        records = pendigits.parse(path.read_text("ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected UNIPEN text, got {error}") from error
    if not records:
        raise DataError(f"{path}: expected UNIPEN text with digits, got one without")
    return Ink(
        [record.strokes for record in records],
        np.array([record.label for record in records], np.int64),
        np.array([record.writer for record in records], np.int64),
    )


def _mnist(folder: Path, collection: Collection) -> Mnist | None:
    try:
        return load_mnist(folder)
    except (DataError, OSError) as error:
        collection.skipped["MNIST, plain, photographed and corrupted"] = str(error)
        return None


def _pen(folder: Path, collection: Collection) -> PenDigits | None:
    try:
        return load_pendigits(folder)
    except (DataError, OSError) as error:
        collection.skipped["pen ink, plain and photographed"] = str(error)
        return None


def _other_hands(wanted: Wanted, collection: Collection) -> None:
    """Adds digits, and what is not a digit, by UNIPEN's validation writers and from bhmsds."""
    try:
        unipen = other_hands.load_unipen(wanted.folder, wanted.max_digits)
        for name, hands in ((UNIPEN, unipen.isolated), (UNIPEN_WORDS, unipen.words)):
            collection.sets[name] = EvaluationSet(hands.digits, groups=hands.contributors)
        collection.outliers[UNIPEN_LETTERS] = unipen.letters
    except (DataError, OSError) as error:
        collection.skipped["UNIPEN"] = str(error)
    try:
        bhmsds = other_hands.load_bhmsds(wanted.folder, wanted.max_digits)
        collection.sets[BHMSDS] = EvaluationSet(bhmsds.digits, bhmsds.missing)
        collection.outliers[BHMSDS_SIGNS] = bhmsds.signs
    except (DataError, OSError) as error:
        collection.skipped[OPTIONAL] = str(error)


def _outliers(collection: Collection, wanted: Wanted, mnist: Mnist, pen: PenDigits) -> None:
    try:
        characters = split_omniglot(load_omniglot(wanted.folder)).validation
    except (DataError, OSError) as error:
        collection.skipped["negatives"] = str(error)
        return
    negatives = validation_negatives(characters, pen.validation, mnist.validation)
    collection.outliers |= {name: glyphs[: wanted.max_digits] for name, glyphs in negatives.items()}


def _photograph(collection: Collection, pen: PenDigits | None, max_digits: int | None) -> None:
    """Adds the photographed sets, each picture with a fixed seed of its own."""
    if pen is not None:
        ink, takes = _first_ink(pen.validation, max_digits), _TAKES if max_digits is None else 1
        pictures = (
            photograph(strokes, np.random.default_rng((0, number))).picture
            for number, strokes in enumerate(ink.strokes * takes)
        )
        collection.sets[PHOTOGRAPHED_INK] = _seen(pictures, np.tile(ink.labels, takes), collection)
    if MNIST in collection.sets:
        digits = _first(collection.sets[MNIST].digits, _PHOTOGRAPHED_DIGITS)
        pictures = (
            photograph_glyph(glyph, np.random.default_rng((1, number))).picture
            for number, glyph in enumerate(digits.glyphs)
        )
        collection.sets[PHOTOGRAPHED_MNIST] = _seen(pictures, digits.labels, collection)


def _seen(
    pictures: Iterator[NDArray[np.uint8]], labels: NDArray[np.int64], collection: Collection
) -> EvaluationSet:
    """The glyphs that serving finds in pictures; keeps the first pictures as examples."""
    seen: list[list[NDArray[np.uint8]]] = []
    for number, picture in enumerate(tqdm(pictures, "photograph", len(labels), leave=False)):
        seen.append(list(candidate_glyphs(picture)))
        if number < _EXAMPLES:
            collection.photographs.append(Example(picture, seen[-1][0] if seen[-1] else None))
    there = [glyphs for glyphs in seen if glyphs]
    others = [glyph for glyphs in there for glyph in glyphs[1:]]
    return EvaluationSet(
        Digits(
            _stacked([glyphs[0] for glyphs in there]), labels[[bool(glyphs) for glyphs in seen]]
        ),
        len(seen) - len(there),
        _stacked(others),
        np.repeat(np.arange(len(there)), [len(glyphs) - 1 for glyphs in there]),
    )


def _stacked(glyphs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.array(glyphs, np.uint8).reshape(-1, 28, 28)


def _first(digits: Digits, max_digits: int | None) -> Digits:
    return Digits(digits.glyphs[:max_digits], digits.labels[:max_digits])


def _first_ink(ink: Ink, max_digits: int | None) -> Ink:
    return Ink(ink.strokes[:max_digits], ink.labels[:max_digits], ink.writers[:max_digits])
