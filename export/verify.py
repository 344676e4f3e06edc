"""The gate: what must hold of an exported pair before it replaces the committed model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from train.evaluate import score
from train.evaluate.evaluation import Result, evaluate
from train.evaluate.metrics import measure
from train.evaluate.models import load_model
from train.evaluate.protocol import TEST
from train.evaluate.sets import Collection
from train.networks.classifier import Network

LARGEST_LOGIT_DIFFERENCE: Final = 1e-4  # torch against fp32 ONNX
LARGEST_ACCURACY_LOSS: Final = 0.03  # points fp32 to int8; on small sets one digit
LARGEST_FILE: Final = 150_000  # bytes


@dataclass(frozen=True)
class Verdict:
    """The gate's figures, those of both graphs on every set, and what did not hold."""

    gate: dict[str, float]
    fp32: dict[str, Any]
    int8: dict[str, Any]
    failures: list[str]


def verify(network: Network, fp32: Path, int8: Path, collection: Collection) -> Verdict:
    """Compares torch with fp32 ONNX, and that with int8, on everything that can be scored."""
    floats = evaluate(load_model(fp32), "fp32", collection)
    bytes_ = evaluate(load_model(int8), "int8", collection)
    gate = {
        "largest_logit_difference": _logit_difference(network, floats, collection),
        "label_agreement": _agreement(floats, bytes_),
        "bytes": float(int8.stat().st_size),
    }
    losses = {
        name: round(one.accuracy - bytes_.scores[name].accuracy, 3)
        for name, one in floats.scores.items()
    }
    gate["largest_accuracy_loss"] = max(losses.values())
    limits = {
        "largest_logit_difference": (gate["largest_logit_difference"], LARGEST_LOGIT_DIFFERENCE),
        "bytes": (gate["bytes"], LARGEST_FILE),
    }
    for name in collection.sets:
        if name != TEST:  # which decides nothing
            allowed = allowed_loss(floats.scores[name].total)
            limits[f"accuracy loss, {name}"] = (losses[name], allowed)
    if collection.corrupted:
        # Of one corruption a few digits in 5,000 fall to either side; a bias shows in the mean.
        gate["mean_accuracy_loss_corrupted"] = round(
            float(np.mean([losses[name] for name in collection.corrupted])), 4
        )
        limits["accuracy loss, mean of corruptions"] = (
            gate["mean_accuracy_loss_corrupted"],
            LARGEST_ACCURACY_LOSS,
        )
    failures = [
        f"{name}: expected at most {limit:g}, came {came:g}"
        for name, (came, limit) in limits.items()
        if not came <= limit  # NaN fails too
    ]
    return Verdict(gate, measure(floats), measure(bytes_), failures)


def allowed_loss(total: int) -> float:
    """Points that a set of so many digits may lose; of a small set one digit."""
    return max(LARGEST_ACCURACY_LOSS, round(100 / total, 3))


def _logit_difference(network: Network, floats: Result, collection: Collection) -> float:
    """The largest between torch and fp32 ONNX on the sets that are not corrupted."""
    largest = 0.0
    for name in collection.sets:
        # Of a photograph it may be another look that was read.
        expected = score.logits(network, floats.read[name].glyphs, torch.device("cpu"))
        # Unlike max(), np.maximum keeps a NaN, and the gate then refuses it.
        largest = float(
            np.maximum(largest, np.abs(floats.scores[name].logits - expected).max(initial=0))
        )
    return largest


def _agreement(floats: Result, bytes_: Result) -> float:
    """Glyphs of all sets that both read alike, in percent."""
    alike = [one.predicted == bytes_.scores[name].predicted for name, one in floats.scores.items()]
    return round(100 * float(np.concatenate(alike).mean()), 3)
