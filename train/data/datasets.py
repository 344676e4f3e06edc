"""The data sets and their fixed splits; `python -m train.data [--data DIR]` fetches all of them.

| set | train | validation | test |
| --- | --- | --- | --- |
| MNIST | 55,000 | 5,000, a fixed draw from the training file | 10,000, the test file |
| UCI pen digits | 5,995 by 24 writers | 1,499 by the six in VALIDATION_WRITERS | - |
| Omniglot | 2,720 characters of five alphabets, see `omniglot_split` | | - |

Each file in the data folder is used if it is intact, else downloaded: MNIST/raw/,
pendigits/pendigits-orig.tra and omniglot/, 63 MB together. README.md says where they come from.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.data import omniglot, pendigits
from train.data.download import DataError, obtain
from train.data.files import MNIST_FILES, OMNIGLOT_STROKES, PEN_DIGITS
from train.data.pendigits import Strokes

MNIST_VALIDATION: Final = 5_000
VALIDATION_WRITERS: Final = (5, 10, 15, 20, 25, 30)  # with all of their digits
_SPLIT_SEED: Final = 0
_PEN_WRITERS: Final = 30
_PEN_LABEL_COUNTS: Final = (780, 779, 780, 719, 780, 720, 720, 778, 719, 719)
_DRAWINGS: Final = 2_720  # 136 characters, each by 20 people


@dataclass(frozen=True, eq=False)
class Digits:
    """glyphs: uint8 (n, 28, 28), ink 255 on 0; labels: int64 (n,), 0-9."""

    glyphs: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Mnist:
    """MNIST in its three parts."""

    train: Digits
    validation: Digits
    test: Digits


@dataclass(frozen=True, eq=False)
class Ink:
    """strokes: of each digit, float32 (n, 2), x right and y down; labels, writers: int64 (n,)."""

    strokes: list[Strokes]
    labels: NDArray[np.int64]
    writers: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PenDigits:
    """UCI's pen digits; no writer is on both sides."""

    train: Ink
    validation: Ink


@dataclass(frozen=True, eq=False)
class Characters:
    """Characters other than digits, though a few look like a digit (O, l).

    strokes: of each drawing, float32 (n, 2), x right and y down in a square 105 wide.
    characters: the number of each character in its alphabet, "01" and so on.
    drawers: "01" to "20" in each alphabet; in another alphabet, "01" may be another person.
    """

    strokes: list[Strokes]
    alphabets: list[str]
    characters: list[str]
    drawers: list[str]


def data_folder(argument: str | None = None) -> Path:
    """The folder named on the command line, else by $DIGITS_DATA, else data/."""
    return Path(argument or os.environ.get("DIGITS_DATA") or "data").expanduser()


def load_mnist(folder: Path) -> Mnist:
    """MNIST, verified, and downloaded if it is not in the folder. Raises DataError."""
    for source in MNIST_FILES:
        obtain(source, folder)
    paths = [folder / source.path for source in MNIST_FILES]
    training_file, test = _read_mnist(*paths[:2]), _read_mnist(*paths[2:])
    order = np.random.default_rng(_SPLIT_SEED).permutation(len(training_file.labels))
    train, validation = np.split(order, [len(order) - MNIST_VALIDATION])
    return Mnist(
        Digits(training_file.glyphs[train], training_file.labels[train]),
        Digits(training_file.glyphs[validation], training_file.labels[validation]),
        test,
    )


def load_pendigits(folder: Path) -> PenDigits:
    """UCI's pen digits, verified, and downloaded if not in the folder. Raises DataError."""
    path = obtain(PEN_DIGITS, folder)
    records = pendigits.parse(path.read_text("ascii"), str(path))
    labels = np.array([record.label for record in records], np.int64)
    writers = np.array([record.writer for record in records], np.int64)
    counts, num_writers = tuple(np.bincount(labels, minlength=10).tolist()), len(np.unique(writers))
    if (counts, num_writers) != (_PEN_LABEL_COUNTS, _PEN_WRITERS):
        raise DataError(
            f"{path}: expected digits {_PEN_LABEL_COUNTS} by {_PEN_WRITERS} writers, "
            f"got {counts} by {num_writers}"
        )
    is_validation = np.isin(writers, VALIDATION_WRITERS)

    def part(chosen: NDArray[np.bool_]) -> Ink:
        strokes = [records[index].strokes for index in np.flatnonzero(chosen)]
        return Ink(strokes, labels[chosen], writers[chosen])

    return PenDigits(part(~is_validation), part(is_validation))


def load_omniglot(folder: Path) -> Characters:
    """Omniglot's small background set as strokes, in the order of its file names.

    They are verified, and downloaded if not in the folder. Raises DataError.
    """
    path = obtain(OMNIGLOT_STROKES, folder)
    drawings = omniglot.read(path)
    if len(drawings) != _DRAWINGS:
        raise DataError(f"{path}: expected {_DRAWINGS} drawings, got {len(drawings)}")
    return Characters(
        [drawing.strokes for drawing in drawings],
        [drawing.alphabet for drawing in drawings],
        [drawing.character for drawing in drawings],
        [drawing.drawer for drawing in drawings],
    )


def _read_mnist(images: Path, labels: Path) -> Digits:
    """The content of two verified files, after their headers of 16 and 8 bytes."""
    glyphs = np.fromfile(images, np.uint8, offset=16).reshape(-1, 28, 28)
    return Digits(glyphs, np.fromfile(labels, np.uint8, offset=8).astype(np.int64))
