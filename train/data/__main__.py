"""Fetches and verifies every data set: `python -m train.data [--data DIR]`."""

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetches and verifies every data set and prints their sizes. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.data", description=main.__doc__)
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.data.summary import lines

    try:
        for line in lines(data_folder(command.data)):
            print(line)
    except DataError as error:
        print(f"data: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
