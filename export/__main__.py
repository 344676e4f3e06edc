"""Exports the network: `python -m export [--data DIR]`, about two minutes on two cores.

Reads models/model.pth. Writes models/model.onnx in int8, and models/model.json with its hash and
figures, but only if all figures stay within the limits of the gate (export/gate.py). Otherwise
nothing is written and the exit status is 1.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/model.pth"), help="weights")
    parser.add_argument("--output", type=Path, default=Path("models"), help="folder written to")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--fp32", type=Path, help="file to keep the fp32 graph in, for comparison")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from export.classifier import export
    from export.gate import GateError
    from train.data.datasets import data_folder
    from train.data.download import DataError

    try:
        export(command.model, command.output, data_folder(command.data), command.fp32)
    except (GateError, DataError, OSError, ValueError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
