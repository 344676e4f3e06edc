"""Trains the network that reads whole lines: `python -m train.reader [--data DIR] [--resume]`.

Composes a new line of digits and signs for each example, and adds number strings as UNIPEN's
training writers wrote them. Scores lines of held-out writers. Writes models/reader.pth, and a
checkpoint, from which --resume ends with the same weights. Takes about 40 minutes on one core.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from train.engine.reader_settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.reader",
        description="Trains a network that reads whole lines of digits and signs.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument(
        "--output", type=Path, default=Path("models/reader.pth"), help="where the weights go"
    )
    parser.add_argument(
        "--run", type=Path, default=Path("runs/reader"), help="where the checkpoint goes"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    for entry in fields(Settings):
        flag = "--" + entry.name.replace("_", "-")
        meaning = entry.metadata["meaning"]
        parser.add_argument(flag, type=type(entry.default), default=entry.default, help=meaning)
    flags = vars(parser.parse_args(arguments))
    if flags["keep"] and not flags["start"]:
        parser.error("--keep: expected weights to --start from, got none")
    settings = Settings(**{entry.name: flags[entry.name] for entry in fields(Settings)})

    # Imported late: PyTorch takes seconds, and --help does not need it.
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.data.line_sets import load_line_sets
    from train.engine.reader_run import train

    try:
        training_set, validation_set = load_line_sets(data_folder(flags["data"]))
        train(
            settings, training_set, validation_set, flags["run"], flags["output"], flags["resume"]
        )
    except (DataError, OSError, ValueError) as error:
        print(f"reader: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
