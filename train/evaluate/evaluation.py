"""Evaluates a model: runs it on every set of a collection, in the same way for all models."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from train.data.datasets import Digits
from train.evaluate.calibration import Doubles, ood_scores
from train.evaluate.collection import Collection
from train.evaluate.models import Model
from train.evaluate.protocol import collections_in
from train.evaluate.score import Score, joined

_CHUNK: Final = 500  # glyphs between two steps of the bar


@dataclass(frozen=True, eq=False)
class Result:
    """The outputs of a model for all sets.

    scores: of each set of digits. outliers: logits float32 (n, 10 or 11) of each set of negatives.
    read: the glyphs of the scores, which the model chose among several candidates. corrupted: names
    of the sets with corrupted glyphs.
    """

    model: Model
    scores: dict[str, Score]
    outliers: dict[str, NDArray[np.float32]]
    read: dict[str, Digits]
    corrupted: tuple[str, ...] = ()

    @property
    def collections(self) -> dict[str, Score]:
        """The score of each collection of validation digits that temperatures are fitted on."""
        return {
            collection: joined([self.scores[name] for name in names])
            for collection, names in collections_in(self.scores).items()
        }

    @property
    def ood_scores_of_collections(self) -> dict[str, Doubles]:
        """The OOD scores of each collection's digits, float64 (n,)."""
        return {name: ood_scores(score.logits) for name, score in self.collections.items()}

    @property
    def ood_scores_of_outliers(self) -> dict[str, Doubles]:
        """The OOD scores, float64 (n,), of each set of negatives."""
        return {name: ood_scores(logits) for name, logits in self.outliers.items()}


def evaluate(model: Model, name: str, collection: Collection) -> Result:
    """Runs a model on every set, with a bar that shows its name."""
    sets = collection.everything()
    num_glyphs = sum(len(part.digits.labels) + len(part.others) for part in sets.values())
    num_glyphs += sum(len(glyphs) for glyphs in collection.outliers.values())
    with tqdm(total=num_glyphs, desc=name, unit=" glyphs", leave=False) as bar:
        runner = _Runner(model, bar)
        scores, read = {}, {}
        for key, part in sets.items():
            glyphs = np.concatenate([part.digits.glyphs, part.others])
            logits = runner.logits(glyphs)
            rows = choose_candidates(logits, part.owners, model.threshold)
            read[key] = Digits(glyphs[rows], part.digits.labels)
            scores[key] = Score(
                logits[rows],
                part.digits.labels,
                part.missing,
                model.temperature,
                model.threshold,
                part.groups,
            )
        outliers = {key: runner.logits(glyphs) for key, glyphs in collection.outliers.items()}
    return Result(model, scores, outliers, read, tuple(collection.corrupted))


def choose_candidates(
    logits: NDArray[np.float32], owners: NDArray[np.int64], threshold: float | None
) -> NDArray[np.int64]:
    """The row of the logits by which each digit is read, int64 (n,), chosen as serving does.

    logits: (n + m, 10 or 11), of the first candidate glyph of each of n digits, and then of m other
    candidates, which belong to the digits owners (m,). The first candidate is chosen unless it is
    rejected; else the next one that is not rejected, or the one with the lowest OOD score.
    """
    count = len(logits) - len(owners)
    rows = np.arange(count)
    if threshold is None or not len(owners):
        return rows
    scores = ood_scores(logits)
    for digit in np.flatnonzero(scores[:count] > threshold):
        candidates = np.concatenate([[digit], count + np.flatnonzero(owners == digit)])
        accepted = candidates[scores[candidates] <= threshold]
        rows[digit] = accepted[0] if len(accepted) else candidates[scores[candidates].argmin()]
    return rows


@dataclass(frozen=True)
class _Runner:
    """Runs a model in chunks and advances a bar."""

    model: Model
    bar: "tqdm[None]" = field(repr=False)

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Logits float32 (n, 10 or 11) of glyphs uint8 (n, 28, 28); (0, 10) without glyphs."""
        if not len(glyphs):
            return np.zeros((0, 10), np.float32)
        parts = []
        for start in range(0, len(glyphs), _CHUNK):
            parts.append(self.model.logits(glyphs[start : start + _CHUNK]))
            self.bar.update(len(parts[-1]))
        return np.concatenate(parts)
