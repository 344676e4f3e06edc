"""Trains a network that reads whole lines: `python -m train.reader [--data DIR] [--resume]`.

Composes lines of digits and signs as it goes, each different, and adds number strings as they
were written (UNIPEN's, by training writers). Writes RUN/reader.pth; a checkpoint lets --resume
end with the same weights. Scores lines of writers that were held out. The recogniser does not use
this network yet: it is what the path search of app.segmentation is to be compared with.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Final

import numpy as np
import torch

from train.data.datasets import data_folder
from train.data.download import DataError
from train.data.line_sets import LineSet, load_line_sets
from train.engine.reader_loop import Settings, Training
from train.files import open_atomically
from train.render.lines import Composer

COMPOSED: Final = 500  # lines of held-out writers to be scored on
_SEED: Final = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m train.reader", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--run", type=Path, default=Path("runs/reader"), help="where files go")
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    for entry in fields(Settings):
        flag = "--" + entry.name.replace("_", "-")
        meaning = entry.metadata["meaning"]
        parser.add_argument(flag, type=type(entry.default), default=entry.default, help=meaning)
    flags = vars(parser.parse_args(arguments))
    settings = Settings(**{entry.name: flags[entry.name] for entry in fields(Settings)})
    try:
        training_set, validation_set = load_line_sets(data_folder(flags["data"]))
        train(settings, training_set, validation_set, flags["run"], flags["resume"])
    except (DataError, OSError, ValueError) as error:
        print(f"reader: {error}", file=sys.stderr)
        return 1
    return 0


def train(
    settings: Settings, training_set: LineSet, validation_set: LineSet, run: Path, resume: bool
) -> None:
    """Trains and writes the run's reader.pth: the averaged weights and the settings."""
    checkpoint = run / "checkpoint.pth"
    training = Training(settings)
    if resume and checkpoint.is_file():
        training.restore(checkpoint)
    random, composer = np.random.default_rng(_SEED), Composer(validation_set.writers)
    sets = {
        "number strings": validation_set.strings,
        "single digits": validation_set.digits,
        "composed lines": [composer.draw(random) for _ in range(COMPOSED)],
    }
    training.run(training_set, {name: own for name, own in sets.items() if own}, checkpoint)
    weights = training.averaged.module.state_dict()
    with open_atomically(run / "reader.pth") as file:
        torch.save({"weights": weights, "settings": asdict(settings)}, file)
    print(f"wrote {run / 'reader.pth'}")


if __name__ == "__main__":
    sys.exit(main())
