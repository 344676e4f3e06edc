"""Scores models side by side: `python -m train.evaluate MODEL... [--data DIR] [--output DIR]`.

A model is a file of weights written by train (.pth), an ONNX file written by export, or any other
ONNX file that reads 28 x 28 glyphs. All are evaluated in the same way. Writes every figure to
DIR/evaluation.json and a page of pictures to DIR/index.html. The MNIST validation set is part of
MNIST's training file, so a model from elsewhere has probably been trained on it; --test is fair to
all models.

Two models took 70 seconds on two busy cores (ONNX Runtime 1.32), of which most was spent on 5,000
MNIST digits under 21 corruptions. --quick uses 500 digits of each set and took 35 seconds.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

OUTPUT: Final = Path("runs/evaluation")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    flags = _parse(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from app.inference.session import WrongModel
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.evaluate.collection import Wanted
    from train.evaluate.comparison import compare

    wanted = Wanted(data_folder(flags.data), flags.test, flags.test_writers, flags.quick)
    try:
        compare(flags.models, wanted, flags.output)
    except (WrongModel, DataError, OSError) as error:
        print(f"evaluate: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m train.evaluate",
        description="Scores models side by side and draws what they misread.",
    )
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL", help=".pth or .onnx")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, metavar="DIR", help=f"where to write: {OUTPUT}"
    )
    parser.add_argument(
        "--test",
        action="store_true",
        help="use MNIST's test file too, and corrupt it; for the end of development only",
    )
    parser.add_argument(
        "--test-writers",
        type=Path,
        metavar="FILE",
        help="ink to add: UNIPEN text such as UCI's pendigits-orig.tes, or corrections.jsonl",
    )
    parser.add_argument("--quick", action="store_true", help="use 500 digits of each set")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
