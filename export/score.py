"""Measures the exported model again: `python -m export.score [--data DIR]`, a few minutes.

Leaves models/model.onnx as it is and writes models/model.json, for new sets or new figures of a
model that is already served. It uses the test sets too.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.score", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("models"), help="of the model's files")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from export.classifier import describe_again
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.files import write_atomically

    path = command.folder / "model.json"
    try:
        description = describe_again(command.folder, data_folder(command.data))
    except (DataError, OSError, ValueError) as error:
        print(f"score: {error}", file=sys.stderr)
        return 1
    write_atomically(path, json.dumps(description, indent=2) + "\n")
    print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
