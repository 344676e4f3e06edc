"""Measures what each part of the training data is worth: `python -m train.ablation [--data DIR]`.

Trains the student briefly on all of the data and, for each part, on the data without it, with one
training on each core, and scores each on the validation sets. Finished variants are kept in
runs/ablation/ablation.json, so that none is trained twice. At the end the command writes
models/ablation.json and prints the table.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.ablation", description=__doc__)
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--output", type=Path, default=Path("runs/ablation"), help="folder")
    parser.add_argument(
        "--figures", type=Path, default=Path("models/ablation.json"), help="for the model card"
    )
    parser.add_argument("--seed", type=int, default=0, help="of every variant")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.engine.ablation import ablate
    from train.evaluate.tables import ablation_rows
    from train.evaluate.text_table import to_columns
    from train.files import write_atomically

    try:
        figures = ablate(data_folder(command.data), command.output, command.seed, command.workers)
        write_atomically(command.figures, json.dumps(figures, indent=2) + "\n")
        print(to_columns(ablation_rows(figures)))
    except (DataError, OSError, ValueError) as error:
        print(f"ablation: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
