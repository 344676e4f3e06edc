"""Measures how correcting a recogniser's mistakes changes its later readings."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.inference.prototypes import Prototypes
from app.ink import strokes
from app.reading import NUM_DIGITS
from app.recognizer import Recognizer
from train.augment.strokes import vary_ink
from train.config import Config
from train.data.datasets import Ink

CORRECTIONS: Final = 3
DRAWN_AGAIN: Final = 12  # drawings of each digit
_SEED: Final = 5


def score(recognizer: Recognizer, source: Ink) -> dict[str, Any]:
    """The shares of misread digits in percent, before and after 1, 2 and 3 corrections.

    misread: of those drawings of a corrected digit that were misread. others: of the same writers'
    drawings that were read correctly.
    """
    drawings = _Drawings(recognizer, source)
    misread, others = np.zeros((2, CORRECTIONS + 1)), np.zeros((2, CORRECTIONS + 1))
    wrong = np.flatnonzero(drawings.read() != drawings.labels)
    groups = {
        (int(source.writers[drawings.digit_indices[index]]), int(drawings.labels[index]))
        for index in wrong
    }
    for writer, label in sorted(groups):
        by_writer = source.writers[drawings.digit_indices] == writer
        mistakes = wrong[by_writer[wrong] & (drawings.labels[wrong] == label)]
        corrected = _spread(mistakes, drawings.digit_indices)[:CORRECTIONS]
        class_ = np.flatnonzero(by_writer & (drawings.labels == label))
        rest = np.setdiff1d(np.flatnonzero(by_writer & (drawings.labels != label)), wrong)
        rest = np.concatenate([rest, np.setdiff1d(class_, wrong)])
        prototypes = Prototypes()
        for count in range(CORRECTIONS + 1):
            if 0 < count <= len(corrected):
                prototypes.learn(drawings.features[corrected[count - 1]], label)
            read = drawings.read(prototypes)
            unseen = np.setdiff1d(mistakes, corrected)  # a corrected drawing tests nothing
            misread[:, count] += (read[unseen] != label).sum(), len(unseen)
            others[:, count] += (read[rest] != drawings.labels[rest]).sum(), len(rest)
    return {
        "corrections": list(range(CORRECTIONS + 1)),
        "misread": _percent(misread),
        "others": _percent(others),
        "misread_drawings": int(misread[1, 0]),
        "other_drawings": int(others[1, 0]),
        "command": "python -m train.evaluate.corrections",
    }


class _Drawings:
    """DRAWN_AGAIN drawings of every digit. digit_indices: (n,). labels: (n,)."""

    def __init__(self, recognizer: Recognizer, source: Ink) -> None:
        random, config = np.random.default_rng(_SEED), Config()
        self.digit_indices = np.repeat(np.arange(len(source.labels)), DRAWN_AGAIN)
        self.labels = source.labels[self.digit_indices]
        glyphs = np.stack(
            [
                strokes.ink_glyph(vary_ink(source.strokes[index], config, random))
                for index in self.digit_indices
            ]
        )
        self._logits = recognizer.logits(glyphs)[:, :NUM_DIGITS]
        self.features = recognizer.features(glyphs)

    def read(self, prototypes: Prototypes | None = None) -> NDArray[np.int64]:
        """The digit that each drawing is read as, (n,)."""
        boost = 0 if prototypes is None else prototypes.boost(self.features)
        return np.asarray((self._logits + boost).argmax(axis=1), np.int64)


def _spread(drawings: NDArray[np.int64], digit_indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """The drawings, beginning with one of each digit."""
    _, first = np.unique(digit_indices[drawings], return_index=True)
    return np.concatenate([drawings[first], np.delete(drawings, first)])


def _percent(counts: NDArray[np.float64]) -> list[float]:
    return [round(100 * float(wrong / max(total, 1)), 2) for wrong, total in counts.T]
