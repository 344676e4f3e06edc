"""A network's logits for glyphs with known labels, and the figures that follow from them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from app.recognizer import NUM_DIGITS
from train.data.datasets import Digits
from train.evaluate.calibration import Doubles, probabilities

_BATCH = 2048


@dataclass(frozen=True, eq=False)
class Score:
    """logits: float32 (n, 10), or (n, 11) with "not a digit" last; labels: int64 (n,), 0-9.

    missing: digits in whose picture no ink was found; each counts as an error.
    temperature: divides the logits before they are turned into probabilities.
    """

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    missing: int = 0
    temperature: float = 1.0

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The most likely digit for each glyph, int64 (n,), whether it looks like one or not."""
        best: NDArray[np.int64] = np.argmax(self.logits[:, :NUM_DIGITS], axis=1)
        return best

    @property
    def probabilities(self) -> Doubles:
        """Of each digit, float64 (n, 10); rows sum to 1."""
        return probabilities(self.logits, self.temperature)

    @property
    def total(self) -> int:
        """The number of digits, the missing ones included."""
        return len(self.labels) + self.missing

    @property
    def errors(self) -> int:
        """The number of digits that were misread or missing."""
        return int((self.predicted != self.labels).sum()) + self.missing

    @property
    def accuracy(self) -> float:
        """Share that was read correctly, in percent."""
        return 100 * (1 - self.errors / self.total)

    def confusion(self) -> NDArray[np.int64]:
        """Counts (10, 10), rows the true digit, columns the one read."""
        counts = np.zeros((NUM_DIGITS, NUM_DIGITS), np.int64)
        np.add.at(counts, (self.labels, self.predicted), 1)
        return counts

    def worst(self, limit: int) -> NDArray[np.int64]:
        """Indices of at most `limit` misread glyphs, the most confident mistakes first."""
        wrong = np.flatnonzero(self.predicted != self.labels)
        best = self.logits[:, :NUM_DIGITS].max(axis=1)
        excess = best - self.logits[np.arange(len(self.labels)), self.labels]
        return wrong[np.argsort(-excess[wrong], kind="stable")][:limit]


@torch.inference_mode()
def logits(
    network: nn.Module, glyphs: NDArray[np.uint8], device: torch.device
) -> NDArray[np.float32]:
    """Outputs float32 (n, outputs) for glyphs uint8 (n, 28, 28); sets evaluation mode."""
    network.eval()
    parts = torch.split(torch.from_numpy(glyphs), _BATCH)
    return np.concatenate([network(part.to(device)).float().cpu().numpy() for part in parts])


def score(network: nn.Module, digits: Digits, device: torch.device) -> Score:
    """The score of a network on digits; sets evaluation mode."""
    return Score(logits(network, digits.glyphs, device), digits.labels)
