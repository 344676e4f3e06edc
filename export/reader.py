"""Exports the line reader: `python -m export.reader [--data DIR]`, some minutes on two cores.

Reads models/reader.pth. Writes models/reader.onnx, int8, with its operating point beside the
classifier of models/model.onnx, and models/reader.json with its hash and figures, but only if the
gate holds. Otherwise nothing is written and the exit status is 1.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.reader", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/reader.pth"), help="weights")
    parser.add_argument("--output", type=Path, default=Path("models"), help="folder written to")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from export.gate import GateError
    from export.line_reader import export
    from train.data.datasets import data_folder
    from train.data.download import DataError

    try:
        export(command.model, command.output, data_folder(command.data))
    except (GateError, DataError, OSError, ValueError) as error:
        print(f"reader: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
