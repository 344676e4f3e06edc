"""How much the seed matters: `python -m export.seeds WEIGHTS... [--data DIR]`.

Quantizes each of several trainings as export does and scores it on everything export scores.
Writes models/seeds.json, from which `python -m export.table` takes mean and deviation.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from export.__main__ import calibrate, everything, figures_of, glyphs_for_calibration, write
from train.data.datasets import data_folder
from train.data.download import DataError
from train.evaluate.evaluation import evaluate
from train.evaluate.metrics import measure
from train.evaluate.models import load_model
from train.evaluate.protocol import CALIBRATED, TEST
from train.files import write_atomically
from train.networks.classifier import load


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.seeds", description=__doc__)
    parser.add_argument("weights", nargs="+", type=Path, help="of the same recipe, by seed")
    parser.add_argument("--output", type=Path, default=Path("models/seeds.json"), help="file")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)
    try:
        found = score_seeds(command.weights, data_folder(command.data))
    except (DataError, OSError, ValueError) as error:
        print(f"seeds: {error}", file=sys.stderr)
        return 1
    write_atomically(command.output, json.dumps(found, indent=2) + "\n")
    print(f"wrote {command.output}: seeds {', '.join(found)}")
    return 0


def score_seeds(weights: Sequence[Path], folder: Path) -> dict[str, Any]:
    """The int8 figures of each training by its seed.

    Raises ValueError where two have one seed, or differ in anything but the seed.
    """
    trainings = [load(path) for path in weights]
    recipes = {repr({**vars(one.config), "seed": None}) for one in trainings}
    seeds = [one.config.seed for one in trainings]
    if len(recipes) > 1 or len(set(seeds)) < len(seeds):
        raise ValueError(
            f"expected one recipe and different seeds, came {len(recipes)} recipes, seeds {seeds}"
        )
    collection = everything(folder)
    fitted = [collection.sets[name].digits for name in CALIBRATED]
    found = {}
    for trained in tqdm(sorted(trainings, key=lambda one: one.config.seed), "seeds"):
        with tempfile.TemporaryDirectory() as scratch:
            fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
            write(trained, fp32, int8, glyphs_for_calibration(trained.config, folder))
            calibrate([int8], fitted)
            measured = measure(evaluate(load_model(int8), "int8", collection))
        found[str(trained.config.seed)] = figures_of(measured)
        print(trained.config.seed, measured["sets"][TEST]["accuracy"])
    return found


if __name__ == "__main__":
    sys.exit(main())
