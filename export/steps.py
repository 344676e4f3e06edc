"""The steps from weights to calibrated graphs, which the export and the scoring of seeds share."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.glyph import NORMAL_FORM
from app.recognizer import CONTRACT, LABELS, Recognizer
from export.graph import set_metadata
from export.quantize import to_fp32, to_int8
from train.config import Config
from train.data.datasets import Digits
from train.data.download import DataError
from train.data.sources import load_sources
from train.evaluate.collection import Collection, Wanted
from train.evaluate.operating_point import fit
from train.evaluate.protocol import collections_in
from train.evaluate.score import Score, joined
from train.evaluate.sets import add_test_sets, collect
from train.mixture import Mixture
from train.networks.classifier import Trained

# Glyphs; with 512, 1,024 or 2,048 of them, int8 and fp32 disagree about a few more digits.
NUM_CALIBRATION: Final = 768
NUM_DRAWN: Final = 2_048  # glyphs of each data set, from which those are taken


def evaluation_sets(data: Path) -> Collection:
    """All sets, including the test sets. Raises DataError if one is missing."""
    collection = collect(Wanted(data))
    if collection.skipped:
        raise DataError("; ".join(collection.skipped.values()))
    add_test_sets(collection, data)
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
    to_fp32(trained, fp32, contract_of(trained))
    to_int8(fp32, int8, glyphs)


def contract_of(trained: Trained) -> dict[str, str]:
    """The metadata of a graph before its confidence is fitted."""
    return {
        "contract": CONTRACT,
        "labels": LABELS,
        "normal_form": NORMAL_FORM,
        "run": trained.run,
    }


def fit_confidence(graphs: Sequence[Path], collection: Collection) -> None:
    """Fits temperature and thresholds on validation digits and puts them into the metadata.

    Each graph is fitted on its own logits, since its confidence is computed from them.
    """
    for path in graphs:
        set_metadata(path, {"temperature": "1", "threshold": "inf"})
        recognizer = Recognizer(path)
        scores = {
            name: joined([_score(recognizer, collection.sets[part].digits) for part in parts])
            for name, parts in collections_in(collection.sets).items()
        }
        set_metadata(path, fit(scores).metadata())


def _score(recognizer: Recognizer, digits: Digits) -> Score:
    return Score(recognizer.logits(digits.glyphs), digits.labels)
