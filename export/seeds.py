"""Measures how much the seed matters: `python -m export.seeds WEIGHTS... [--data DIR]`.

Quantizes each of several trainings as the export does, and evaluates it on the same sets. Writes
models/seeds.json, from which `python -m export.table` computes means and standard deviations.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.seeds", description=__doc__)
    parser.add_argument("weights", nargs="+", type=Path, help="differ only in their seeds")
    parser.add_argument("--output", type=Path, default=Path("models/seeds.json"), help="file")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from export.seed_scores import score_seeds
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.files import write_atomically

    try:
        figures = score_seeds(command.weights, data_folder(command.data))
    except (DataError, OSError, ValueError) as error:
        print(f"seeds: {error}", file=sys.stderr)
        return 1
    write_atomically(command.output, json.dumps(figures, indent=2) + "\n")
    print(f"wrote {command.output}: seeds {', '.join(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
