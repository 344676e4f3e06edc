"""Scores trainings that differ only in their seeds."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from export.description import stored_figures
from export.steps import calibration_glyphs, evaluation_sets, fit_confidence, write_graphs
from train.evaluate.evaluation import evaluate
from train.evaluate.metrics import measure
from train.evaluate.models import load_model
from train.evaluate.protocol import TEST
from train.networks.classifier import load


def score_seeds(weights: Sequence[Path], folder: Path) -> dict[str, Any]:
    """The int8 figures of each training by its seed; the seed of its pool may differ too.

    Raises ValueError if two have the same seed, or differ in anything else.
    """
    trainings = [load(path) for path in weights]
    recipes = {
        repr({**vars(trained.config), "seed": None, "pool_seed": None}) for trained in trainings
    }
    seeds = [trained.config.seed for trained in trainings]
    if len(recipes) > 1 or len(set(seeds)) < len(seeds):
        raise ValueError(
            f"expected one recipe and different seeds, got {len(recipes)} recipes, seeds {seeds}"
        )
    collection = evaluation_sets(folder)
    figures = {}
    for trained in tqdm(sorted(trainings, key=lambda trained: trained.config.seed), "seeds"):
        with tempfile.TemporaryDirectory() as scratch:
            fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
            write_graphs(trained, fp32, int8, calibration_glyphs(trained.config, folder))
            fit_confidence([int8], collection)
            measured = measure(evaluate(load_model(int8), "int8", collection))
        figures[str(trained.config.seed)] = stored_figures(measured)
        print(trained.config.seed, measured["sets"][TEST]["accuracy"])
    return figures
