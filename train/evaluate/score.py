"""A network's logits for labelled glyphs, and the figures that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from app.reading import NUM_DIGITS
from train.data.datasets import Digits
from train.evaluate.calibration import Doubles, ood_scores, probabilities

_BATCH = 2048


@dataclass(frozen=True, eq=False)
class Score:
    """The logits float32 (n, 10), or (n, 11) with "not a digit" last, for labels int64 (n,), 0-9.

    missing: number of digits in whose picture no ink was found; each counts as an error.
    temperature: divides the logits before they are turned into probabilities.
    threshold: the OOD score above which a glyph is refused; None refuses none.
    groups: the group of each digit, such as UNIPEN's contributors; empty if it is unknown.
    """

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]
    missing: int = 0
    temperature: float = 1.0
    threshold: float | None = None
    groups: tuple[str, ...] = ()

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The most likely digit for each glyph, int64 (n,), whether or not it looks like one."""
        best: NDArray[np.int64] = np.argmax(self.logits[:, :NUM_DIGITS], axis=1)
        return best

    @property
    def probabilities(self) -> Doubles:
        """The probabilities of the digits, float64 (n, 10); rows sum to 1."""
        return probabilities(self.logits, self.temperature)

    @property
    def total(self) -> int:
        """The number of digits, including the missing ones."""
        return len(self.labels) + self.missing

    @property
    def errors(self) -> int:
        """The number of digits that were misread or missing."""
        return int((self.predicted != self.labels).sum()) + self.missing

    @property
    def accuracy(self) -> float:
        """The share that was read correctly, in percent."""
        return 100 * (1 - self.errors / self.total)

    @property
    def is_refused(self) -> NDArray[np.bool_]:
        """Which glyphs are answered with "?", (n,)."""
        if self.threshold is None:
            return np.zeros(len(self.labels), np.bool_)
        refused: NDArray[np.bool_] = ood_scores(self.logits) > self.threshold
        return refused

    @property
    def refused(self) -> float:
        """The share that is answered with "?", in percent."""
        return 100 * float(self.is_refused.sum()) / self.total

    @property
    def answered_rightly(self) -> float:
        """The share that is answered with the right digit, in percent; a "?" counts as wrong."""
        is_right = (self.predicted == self.labels) & ~self.is_refused
        return 100 * float(is_right.sum()) / self.total

    def by_group(self) -> dict[str, "Score"]:
        """The score of each group, without missing digits; empty if there are no groups."""
        groups = np.array(self.groups, str)
        return {
            name: replace(
                self,
                logits=self.logits[groups == name],
                labels=self.labels[groups == name],
                missing=0,
                groups=(),
            )
            for name in sorted(set(self.groups))
        }

    def confusion(self) -> NDArray[np.int64]:
        """Counts (10, 10); rows are true digits, columns are digits that were read."""
        counts = np.zeros((NUM_DIGITS, NUM_DIGITS), np.int64)
        np.add.at(counts, (self.labels, self.predicted), 1)
        return counts

    def worst(self, limit: int) -> NDArray[np.int64]:
        """The indices of at most `limit` misread glyphs, the most confident mistakes first."""
        wrong = np.flatnonzero(self.predicted != self.labels)
        best = self.logits[:, :NUM_DIGITS].max(axis=1)
        excess = best - self.logits[np.arange(len(self.labels)), self.labels]
        return wrong[np.argsort(-excess[wrong], kind="stable")][:limit]


def joined(scores: Sequence[Score]) -> Score:
    """Several scores of one model, joined, without their groups."""
    return replace(
        scores[0],
        logits=np.concatenate([score.logits for score in scores]),
        labels=np.concatenate([score.labels for score in scores]),
        missing=sum(score.missing for score in scores),
        groups=(),
    )


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
