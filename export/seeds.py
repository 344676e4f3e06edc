"""How much the seed matters: `python -m export.seeds WEIGHTS... [--data DIR]`.

Quantizes each of several trainings as export does and evaluates it on the same sets. Writes
models/seeds.json, from which `python -m export.table` computes mean and standard deviation.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from export.description import stored_figures
from export.steps import calibration_glyphs, evaluation_sets, fit_confidence, write_graphs
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
        figures = score_seeds(command.weights, data_folder(command.data))
    except (DataError, OSError, ValueError) as error:
        print(f"seeds: {error}", file=sys.stderr)
        return 1
    write_atomically(command.output, json.dumps(figures, indent=2) + "\n")
    print(f"wrote {command.output}: seeds {', '.join(figures)}")
    return 0


def score_seeds(weights: Sequence[Path], folder: Path) -> dict[str, Any]:
    """The int8 figures of each training by its seed.

    Raises ValueError where two have one seed, or differ in anything but the seed.
    """
    trainings = [load(path) for path in weights]
    recipes = {repr({**vars(trained.config), "seed": None}) for trained in trainings}
    seeds = [trained.config.seed for trained in trainings]
    if len(recipes) > 1 or len(set(seeds)) < len(seeds):
        raise ValueError(
            f"expected one recipe and different seeds, got {len(recipes)} recipes, seeds {seeds}"
        )
    collection = evaluation_sets(folder)
    fitted = [collection.sets[name].digits for name in CALIBRATED]
    figures = {}
    for trained in tqdm(sorted(trainings, key=lambda trained: trained.config.seed), "seeds"):
        with tempfile.TemporaryDirectory() as scratch:
            fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
            write_graphs(trained, fp32, int8, calibration_glyphs(trained.config, folder))
            fit_confidence([int8], fitted)
            measured = measure(evaluate(load_model(int8), "int8", collection))
        figures[str(trained.config.seed)] = stored_figures(measured)
        print(trained.config.seed, measured["sets"][TEST]["accuracy"])
    return figures


if __name__ == "__main__":
    sys.exit(main())
