"""The lines that `python -m train.data` prints: the sizes of the data sets."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.data import bhmsds, sudoku, unipen_characters, unipen_sets
from train.data.bhmsds_download import obtain_bhmsds
from train.data.datasets import load_mnist, load_omniglot, load_pendigits
from train.data.download import obtain
from train.data.files import OMNIGLOT_IMAGES
from train.data.unipen_archive import Archive
from train.data.unipen_download import obtain_unipen

SUDOKU: Final = "sudoku/sudoku-scanner-part.zip"
_UNIPEN: Final = {
    "digits": unipen_sets.digits,
    "number strings": unipen_sets.number_strings,
    "digits as words": unipen_sets.single_digit_words,
    "letters and signs": unipen_characters.characters,
}


def lines(folder: Path) -> Iterator[str]:
    """A line for each part of each data set, downloaded if missing. Raises DataError."""
    yield from chain(digit_lines(folder), picture_lines(folder), unipen_lines(folder))


def digit_lines(folder: Path) -> Iterator[str]:
    """Digits, writers and digits of each class in MNIST and the pen digits; Omniglot's size."""
    mnist, pen, characters = load_mnist(folder), load_pendigits(folder), load_omniglot(folder)
    # A test compares the strokes with these bitmaps of the same drawings.
    obtain(OMNIGLOT_IMAGES, folder)
    yield f"{'':22}{'digits':>7}{'writers':>9}" + "".join(f"{digit:6}" for digit in range(10))
    for name, part in vars(mnist).items():
        yield _row(f"MNIST {name}", part.labels, "-")
    for name, ink in vars(pen).items():
        yield _row(f"pen digits {name}", ink.labels, str(len(set(ink.writers.tolist()))))
    alphabets = sorted(set(characters.alphabets))
    yield f"Omniglot: {len(characters.strokes)} drawings in {', '.join(alphabets)}"


def unipen_lines(folder: Path) -> Iterator[str]:
    """Samples and writers of each part of UNIPEN, downloaded if missing. Raises DataError."""
    with Archive(obtain_unipen(folder)) as archive:
        for name, read in _UNIPEN.items():
            for part, writing in vars(read(archive)).items():
                yield f"UNIPEN {name} {part}: {len(writing)} by {len(set(writing.writers))} writers"


def picture_lines(folder: Path) -> Iterator[str]:
    """Pictures in each part of bhmsds, and of the sudokus if they are in the folder."""
    path = obtain_bhmsds(folder)
    for part in ("train", "validation"):
        kinds = vars(bhmsds.load(path, part))
        counts = ", ".join(f"{len(pictures)} {kind}" for kind, pictures in kinds.items())
        yield f"bhmsds {part}: {counts}"
    if (folder / SUDOKU).is_file():
        loaded = sudoku.load(folder / SUDOKU)
        yield f"sudokus: {len(loaded.cells)} cells, {len(loaded.grids)} photographs"


def _row(name: str, labels: NDArray[np.int64], writers: str) -> str:
    counts = "".join(f"{count:6}" for count in np.bincount(labels, minlength=10))
    return f"{name:22}{len(labels):7}{writers:>9}{counts}"
