"""Fetches and verifies every data set: `python -m train.data [--data DIR]`."""

import argparse
import sys
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from train.data.datasets import data_folder, load_mnist, load_omniglot, load_pendigits
from train.data.download import DataError, obtain
from train.data.files import OMNIGLOT_IMAGES
from train.data.summary import picture_lines, unipen_lines


def _row(name: str, labels: NDArray[np.int64], writers: str) -> str:
    counts = "".join(f"{count:6}" for count in np.bincount(labels, minlength=10))
    return f"{name:22}{len(labels):7}{writers:>9}{counts}"


def main() -> int:
    """Fetches and verifies every data set and prints their sizes. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.data", description=main.__doc__)
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    folder = data_folder(parser.parse_args().data)
    try:
        mnist, pen, characters = load_mnist(folder), load_pendigits(folder), load_omniglot(folder)
        # The bitmaps of the same drawings, by which a test checks the strokes.
        obtain(OMNIGLOT_IMAGES, folder)
    except DataError as error:
        print(f"data: {error}", file=sys.stderr)
        return 1
    print(f"{'':22}{'digits':>7}{'writers':>9}" + "".join(f"{digit:6}" for digit in range(10)))
    for name, part in vars(mnist).items():
        print(_row(f"MNIST {name}", part.labels, "-"))
    for name, ink in vars(pen).items():
        print(_row(f"pen digits {name}", ink.labels, str(len(set(ink.writers.tolist())))))
    alphabets = sorted(set(characters.alphabets))
    print(f"Omniglot: {len(characters.strokes)} drawings in {', '.join(alphabets)}")
    try:
        for line in chain(picture_lines(folder), unipen_lines(folder)):
            print(line)
    except DataError as error:
        print(f"data: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
