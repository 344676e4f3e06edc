"""Runs the ablation: a short training on all of the data, and one without each part of it."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import cv2
import torch
from tqdm import tqdm

from train.config import Config
from train.data.sources import load_sources
from train.engine.device import pick_precision
from train.engine.loop import Validation, fit, shards_of
from train.evaluate.collection import Collection, Wanted
from train.evaluate.evaluation import evaluate
from train.evaluate.metrics import measure
from train.evaluate.models import load_model
from train.evaluate.sets import collect
from train.files import write_atomically
from train.pool import Pool

# A short training with a third of the photographs, which take most of the time to make: two epochs
# on weakly augmented shards after four on others.
BASE: Final = Config(
    epochs=6,
    num_shards=6,
    weak_epoch_share=1 / 3,
    num_source_sets=1,
    num_photographs=2_500,
    distillation_weight=0.0,
)
# The settings that each variant changes.
VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "everything": {},
    "without photographs": {"num_photographs": 0},
    "without scans traced as strokes": {"num_restroked": 0},
    "without redrawn MNIST digits": {"redraw_share": 0.0},
    "without damaged glyphs": {"degrade_share": 0.0, "noise_share": 0.0},
}


def ablate(folder: Path, output: Path, seed: int, workers: int = 1) -> dict[str, Any]:
    """The figures of every variant. Variants that the output folder lacks are trained and scored.

    workers: number of processes, each of which trains one variant at a time on one core.
    """
    path = output / "ablation.json"
    figures: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    missing = [name for name in VARIANTS if name not in figures]
    measured = _measured(missing, folder, output, seed, workers)
    for name, values in tqdm(measured, "variants", len(missing)):
        figures[name] = values
        figures = {name: figures[name] for name in VARIANTS if name in figures}
        write_atomically(path, json.dumps(figures, indent=2) + "\n")
    return figures


def _measured(
    names: list[str], folder: Path, output: Path, seed: int, workers: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and the figures of each variant, in the order in which they are finished."""
    if workers == 1 or len(names) < 2:
        if names:
            trainer = _Trainer(folder)
        for name in names:
            yield name, trainer.figures(name, seed, output)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (folder,)) as pool:
        jobs = {pool.submit(_work, name, seed, output): name for name in names}
        for job in as_completed(jobs):
            yield jobs[job], job.result()


class _Trainer:
    """The data that all variants are trained and scored on."""

    def __init__(self, folder: Path) -> None:
        self._sources, validation = load_sources(folder)
        self._validation = Validation.of(validation)
        self._collection = collect(Wanted(folder))

    def figures(self, name: str, seed: int, output: Path) -> dict[str, Any]:
        """Trains a variant, whose run stays in the output folder, and scores it; see `_score`."""
        changes = VARIANTS[name]
        device = torch.device("cpu")
        precision = pick_precision(BASE.precision, device)
        config = replace(BASE, seed=seed, precision=precision, **changes)
        pool = Pool(self._sources, config, output / "pool")
        pool.prepare(1, shards_of(config))
        run_folder = output / config.run_id()
        weights = run_folder / "model.pth"
        fit(config, pool, self._validation, None, run_folder, weights, device, resume=True)
        pool.clear()
        return _score(weights, self._collection) | {"changes": changes}


_trainer: _Trainer | None = None  # of a worker process


def _begin(folder: Path) -> None:
    global _trainer
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    _trainer = _Trainer(folder)


def _work(name: str, seed: int, output: Path) -> dict[str, Any]:
    assert _trainer is not None
    return _trainer.figures(name, seed, output)


def _score(weights: Path, collection: Collection) -> dict[str, float]:
    """The figures of a variant, in percent; AUROC in [0, 1]."""
    measured = measure(evaluate(load_model(weights), weights.parent.name, collection))
    figures = {name: measured["sets"][name]["accuracy"] for name in collection.sets}
    figures["corruptions"] = measured["mean_accuracy"]["all corruptions"]
    figures["not-a-digit AUROC"] = measured["not_a_digit"]["mean_auroc"]
    return figures
