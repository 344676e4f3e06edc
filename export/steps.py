"""The steps from weights to calibrated graphs, which exporting and scoring seeds share."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.glyph import NORMAL_FORM
from app.inference.scores import ood_log_odds
from app.recognizer import CONTRACT, LABELS, Recognizer
from export.graph import set_metadata
from export.quantize import to_fp32, to_int8
from train.config import Config
from train.data.datasets import Digits, load_mnist
from train.data.download import DataError
from train.data.sources import load_sources
from train.evaluate.calibration import fit_temperature, threshold_at
from train.evaluate.protocol import TARGET_FALSE_REJECT_RATE, TEST
from train.evaluate.sets import Collection, EvaluationSet, Wanted, collect
from train.mixture import Mixture
from train.networks.classifier import Trained

NUM_CALIBRATION: Final = 512  # glyphs; more would widen the ranges for a few outliers
NUM_DRAWN: Final = 2_048  # glyphs of each data set that those are taken from


def evaluation_sets(data: Path) -> Collection:
    """All sets, MNIST's test file among them. Raises DataError if one cannot be had."""
    collection = collect(Wanted(data))
    if collection.skipped:
        raise DataError("; ".join(collection.skipped.values()))
    collection.sets[TEST] = EvaluationSet(load_mnist(data).test)
    return collection


def calibration_glyphs(config: Config, data: Path) -> NDArray[np.uint8]:
    """Training glyphs uint8 (NUM_CALIBRATION, 28, 28), for the ranges of the activations."""
    small = replace(
        config,
        limit=NUM_DRAWN,
        num_restroked=NUM_DRAWN,
        num_photographs=NUM_DRAWN // 4,
        num_negatives=NUM_DRAWN // 4,
    )
    mixture = Mixture(load_sources(data).train, small)
    return mixture.shard(0, mixture.source_set(0)).glyphs[:NUM_CALIBRATION]


def write_graphs(trained: Trained, fp32: Path, int8: Path, glyphs: NDArray[np.uint8]) -> None:
    """Writes both graphs with their contract; int8 is calibrated on glyphs uint8 (n, 28, 28)."""
    contract = {
        "contract": CONTRACT,
        "labels": LABELS,
        "normal_form": NORMAL_FORM,
        "run": trained.run,
    }
    to_fp32(trained, fp32, contract)
    to_int8(fp32, int8, glyphs)


def fit_confidence(graphs: Sequence[Path], validation: Sequence[Digits]) -> None:
    """Fits temperature and threshold on validation digits and puts them into the metadata.

    Each graph is fitted on its own logits, since its confidence is computed from them.
    """
    glyphs = np.concatenate([digits.glyphs for digits in validation])
    labels = np.concatenate([digits.labels for digits in validation])
    for path in graphs:
        set_metadata(path, {"temperature": "1", "threshold": "inf"})
        logits = Recognizer(path).logits(glyphs)
        threshold = threshold_at(ood_log_odds(logits), TARGET_FALSE_REJECT_RATE)
        temperature = fit_temperature(logits, labels)
        set_metadata(path, {"temperature": f"{temperature:.4f}", "threshold": f"{threshold:.4f}"})
