"""Scores a network on glyphs that it was not trained on."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from train.data import Digits

_BATCH = 2048


@dataclass(frozen=True, eq=False)
class Score:
    """logits: float32 (n, 10); labels: int64 (n,)."""

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The label each glyph was given, int64 (n,)."""
        best: NDArray[np.int64] = np.argmax(self.logits, axis=1)
        return best

    @property
    def errors(self) -> int:
        """How many glyphs were misread."""
        return int((self.predicted != self.labels).sum())

    @property
    def accuracy(self) -> float:
        """Share read right, in percent."""
        return 100 * (1 - self.errors / len(self.labels))

    def confusion(self) -> NDArray[np.int64]:
        """Counts (10, 10), rows the true digit, columns the one read."""
        counts = np.zeros((10, 10), np.int64)
        np.add.at(counts, (self.labels, self.predicted), 1)
        return counts

    def worst(self, most: int) -> NDArray[np.int64]:
        """Indices of the misread glyphs, the most confident mistakes first."""
        wrong = np.flatnonzero(self.predicted != self.labels)
        excess = self.logits.max(axis=1) - self.logits[np.arange(len(self.labels)), self.labels]
        return wrong[np.argsort(-excess[wrong], kind="stable")][:most]


@torch.inference_mode()
def score(network: nn.Module, digits: Digits, device: torch.device) -> Score:
    """Runs a network in evaluation mode over digits; leaves it in that mode."""
    network.eval()
    glyphs = torch.from_numpy(digits.glyphs)
    parts = [network(part.to(device)).float().cpu().numpy() for part in torch.split(glyphs, _BATCH)]
    return Score(np.concatenate(parts), digits.labels)
