"""The gate: what must hold of an exported pair before it replaces the committed model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from app.recognizer import Recognizer
from train.data import Digits
from train.network import Network

LARGEST_LOGIT_DIFFERENCE: Final = 1e-4  # torch against fp32 ONNX
LARGEST_ACCURACY_LOSS: Final = 0.05  # points on a validation set, fp32 to int8
LARGEST_FILE: Final = 200_000  # bytes
GATED: Final = ("mnist_validation", "pen_validation")


@dataclass(frozen=True)
class Verdict:
    """The gate's figures, the accuracies behind them, and what did not hold."""

    gate: dict[str, float]
    sets: dict[str, dict[str, Any]]
    failures: list[str]


def verify(network: Network, fp32: Path, int8: Path, sets: dict[str, Digits]) -> Verdict:
    """Compares torch with fp32 ONNX, and that with int8, on named sets of digits.

    `sets` holds at least those in GATED; accuracies are measured as serving would.
    """
    floats, bytes_ = Recognizer(fp32), Recognizer(int8)
    results: dict[str, dict[str, Any]] = {}
    difference, agreeing, total = 0.0, 0, 0
    for name, digits in sets.items():
        with torch.inference_mode():
            expected = network(torch.from_numpy(digits.glyphs)).numpy()
        logits = floats.logits(digits.glyphs)
        # Unlike max(), np.maximum keeps a NaN, and the gate then refuses it.
        difference = float(np.maximum(difference, np.abs(logits - expected).max()))
        labels = logits.argmax(axis=1)
        quantized = bytes_.classify(digits.glyphs).argmax(axis=1)
        agreeing += int((labels == quantized).sum())
        total += len(labels)
        results[name] = {
            "n": len(labels),
            "fp32": _accuracy(labels, digits),
            "int8": _accuracy(quantized, digits),
        }
    gate = {
        "largest_logit_difference": difference,
        "label_agreement": round(100 * agreeing / total, 3),
        "bytes": int8.stat().st_size,
    }
    for name in GATED:
        loss = results[name]["fp32"]["accuracy"] - results[name]["int8"]["accuracy"]
        gate[f"accuracy_loss_{name}"] = round(loss, 3)
    return Verdict(gate, results, _failures(gate))


def _accuracy(found: np.ndarray, digits: Digits) -> dict[str, Any]:
    errors = int((found != digits.labels).sum())
    return {"errors": errors, "accuracy": round(100 * (1 - errors / len(found)), 3)}


def _failures(gate: dict[str, float]) -> list[str]:
    limits = {
        "largest_logit_difference": LARGEST_LOGIT_DIFFERENCE,
        "bytes": LARGEST_FILE,
        **{f"accuracy_loss_{name}": LARGEST_ACCURACY_LOSS for name in GATED},
    }
    return [
        f"{name}: expected at most {limit:g}, came {gate[name]:g}"
        for name, limit in limits.items()
        if not gate[name] <= limit
    ]
