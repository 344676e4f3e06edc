"""The classifier's gate: fp32 must equal PyTorch, and int8 must be as accurate as fp32."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from export.gate import Limits
from train.evaluate import score
from train.evaluate.collection import Collection
from train.evaluate.evaluation import Result, evaluate
from train.evaluate.metrics import measure
from train.evaluate.models import load_model
from train.evaluate.protocol import TEST_SETS
from train.networks.classifier import Network

MAX_LOGIT_DIFFERENCE: Final = 1e-4  # PyTorch against fp32 ONNX
MAX_ACCURACY_LOSS: Final = 0.03  # percentage points from fp32 to int8
MAX_BYTES: Final = 150_000


@dataclass(frozen=True)
class Verdict:
    """The gate's figures, the figures of both graphs on every set, and the limits for them."""

    gate: dict[str, float]
    fp32: dict[str, Any]
    int8: dict[str, Any]
    limits: Limits


def verify(network: Network, fp32: Path, int8: Path, collection: Collection) -> Verdict:
    """Compares PyTorch with fp32 ONNX, and fp32 with int8, on every set of a collection."""
    of_fp32 = evaluate(load_model(fp32), "fp32", collection)
    of_int8 = evaluate(load_model(int8), "int8", collection)
    losses = {
        name: round(score.accuracy - of_int8.scores[name].accuracy, 3)
        for name, score in of_fp32.scores.items()
    }
    gate = {
        "largest_logit_difference": _logit_difference(network, of_fp32, collection),
        "label_agreement": _agreement(of_fp32, of_int8),
        "bytes": float(int8.stat().st_size),
        "largest_accuracy_loss": max(losses.values()),
    }
    limits = {
        "largest_logit_difference": (gate["largest_logit_difference"], MAX_LOGIT_DIFFERENCE),
        "bytes": (gate["bytes"], MAX_BYTES),
    }
    for name in collection.sets:
        if name not in TEST_SETS:  # nothing is decided by them
            maximum = max_loss(of_fp32.scores[name].total)
            limits[f"accuracy loss, {name}"] = (losses[name], maximum)
    if collection.corrupted:
        # Single corruptions change a few of 5,000 digits by chance; a bias shows in the mean.
        mean_loss = round(float(np.mean([losses[name] for name in collection.corrupted])), 4)
        gate["mean_accuracy_loss_corrupted"] = mean_loss
        limits["accuracy loss, mean of corruptions"] = (mean_loss, MAX_ACCURACY_LOSS)
    return Verdict(gate, measure(of_fp32), measure(of_int8), limits)


def max_loss(num_digits: int) -> float:
    """The percentage points of accuracy that a set may lose; a small set may lose one digit."""
    return max(MAX_ACCURACY_LOSS, round(100 / num_digits, 3))


def _logit_difference(network: Network, of_fp32: Result, collection: Collection) -> float:
    """The largest logit difference of PyTorch and fp32 ONNX on sets that are not corrupted."""
    largest = 0.0
    for name in collection.sets:
        # The glyphs that were read, which in photographs may not be the first candidates.
        expected = score.logits(network, of_fp32.read[name].glyphs, torch.device("cpu"))
        difference = np.abs(of_fp32.scores[name].logits - expected).max(initial=0)
        # Unlike max(), np.maximum keeps a NaN, which the gate then refuses.
        largest = float(np.maximum(largest, difference))
    return largest


def _agreement(of_fp32: Result, of_int8: Result) -> float:
    """The share of the glyphs of all sets that both graphs read as the same digit, in percent."""
    alike = [
        score.predicted == of_int8.scores[name].predicted for name, score in of_fp32.scores.items()
    ]
    return round(100 * float(np.concatenate(alike).mean()), 3)
