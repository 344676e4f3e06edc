"""Collects the sets that models are scored on: held-out digits, clean, photographed or
corrupted, and negatives.

Every set is made with fixed seeds and is the same for every model and every call.
"""

from pathlib import Path

import numpy as np
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
from train.data.normal_form import draw_digits
from train.data.omniglot_split import split_omniglot
from train.evaluate import other_hands
from train.evaluate.collection import Collection, EvaluationSet, Wanted, first, first_ink
from train.evaluate.corruptions import CORRUPTIONS, corrupt
from train.evaluate.photographed import add_photographed
from train.evaluate.protocol import (
    BHMSDS,
    BHMSDS_SIGNS,
    INK,
    MNIST,
    OTHER_INK,
    TEST,
    UNIPEN,
    UNIPEN_LETTERS,
    UNIPEN_TEST,
    UNIPEN_WORDS,
)
from train.negatives.mix import validation_negatives


def collect(wanted: Wanted) -> Collection:
    """Loads and makes every set whose data is in the folder or can be downloaded.

    Raises DataError if there is none, and for a file of test writers that cannot be read.
    """
    collection = Collection()
    mnist, pen = _mnist(wanted.folder, collection), _pen(wanted.folder, collection)
    max_digits = wanted.max_digits
    if mnist is not None:
        collection.sets[MNIST] = EvaluationSet(first(mnist.validation, max_digits))
        if wanted.test:
            collection.sets[TEST] = EvaluationSet(first(mnist.test, max_digits))
            collection.corrupted_from = TEST
    if pen is not None:
        collection.sets[INK] = EvaluationSet(draw_digits(first_ink(pen.validation, max_digits)))
    if wanted.writers is not None:
        collection.sets[OTHER_INK] = EvaluationSet(
            draw_digits(first_ink(read_writers(wanted.writers), max_digits))
        )
    if not collection.sets:
        raise DataError("; ".join(collection.skipped.values()))
    _other_hands(wanted, collection)
    add_photographed(collection, pen, max_digits)
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
    """Adds the test sets, which are used once, when nothing is left to decide. Raises DataError."""
    hands = other_hands.load_unipen_test(folder)
    collection.sets[TEST] = EvaluationSet(load_mnist(folder).test)
    collection.sets[UNIPEN_TEST] = EvaluationSet(hands.digits, groups=hands.contributors)


def read_writers(path: Path) -> Ink:
    """The pen digits in a file of UNIPEN text, such as UCI's, or the held-back corrections in a
    .jsonl file. Raises DataError."""
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
    """Adds the digits and negatives of UNIPEN's validation writers and of bhmsds."""
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
        collection.skipped["bhmsds"] = str(error)


def _outliers(collection: Collection, wanted: Wanted, mnist: Mnist, pen: PenDigits) -> None:
    try:
        characters = split_omniglot(load_omniglot(wanted.folder)).validation
    except (DataError, OSError) as error:
        collection.skipped["negatives"] = str(error)
        return
    negatives = validation_negatives(characters, pen.validation, mnist.validation)
    collection.outliers |= {name: glyphs[: wanted.max_digits] for name, glyphs in negatives.items()}
