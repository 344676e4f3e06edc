"""Learns from a visitor's corrections, so that the next odd 7 of the same hand is read as a 7.

A nearest-prototype classifier on the network's features. A glyph that resembles a corrected one
gets a boost for the corrected digit, which is large enough to change a narrow decision, but not a
clear one. Only a nearly identical drawing gets a larger boost.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

MIN_SIMILARITY: Final = 0.4  # cosine from which on a glyph resembles another one
MAX_BOOST: Final = 8.0  # nats for the same glyph; a glyph of MIN_SIMILARITY gets 0
MIN_SAME_SIMILARITY: Final = 0.9  # cosine from which on it is nearly the same drawing
SAME_BOOST: Final = 60.0  # nats that the same drawing gets in addition; no decision is as clear
MAX_CORRECTIONS: Final = 200  # that are kept; the oldest are dropped


class Prototypes:
    """Corrections of one visitor; not shared between threads."""

    def __init__(self) -> None:
        self._directions: list[NDArray[np.float32]] = []  # each (d,), of length 1
        self._digits: list[int] = []

    def __len__(self) -> int:
        return len(self._digits)

    def copy(self) -> "Prototypes":
        """The corrections up to now, for another thread."""
        copied = Prototypes()
        copied._directions, copied._digits = list(self._directions), list(self._digits)
        return copied

    def learn(self, features: NDArray[np.float32], digit: int) -> None:
        """Remembers that a glyph with these features, (d,) or (1, d), is this digit.

        Raises ValueError unless digit is 0 to 9.
        """
        if digit not in range(10):
            raise ValueError(f"expected a digit 0 to 9, got {digit!r}")
        self._directions.append(_direction(features.reshape(1, -1))[0])
        self._digits.append(digit)
        del self._directions[:-MAX_CORRECTIONS], self._digits[:-MAX_CORRECTIONS]

    def boost(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """The boosts of the logits of the ten digits, (n, 10) nats; features: (n, d)."""
        boosts = np.zeros((len(features), 10), np.float32)
        if not self._digits:
            return boosts
        similarity = _direction(features) @ np.stack(self._directions).T  # (n, corrections)
        worth = MAX_BOOST * np.maximum(similarity - MIN_SIMILARITY, 0) / (1 - MIN_SIMILARITY)
        worth += (
            SAME_BOOST * np.maximum(similarity - MIN_SAME_SIMILARITY, 0) / (1 - MIN_SAME_SIMILARITY)
        )
        for column, digit in enumerate(self._digits):
            # Of two corrections of similar glyphs, the later one is used.
            later = [
                other for other in range(column + 1, len(self)) if self._digits[other] != digit
            ]
            overruled = similarity[:, later].max(axis=1, initial=-1) >= similarity[:, column]
            value = np.where(overruled, 0, worth[:, column])
            boosts[:, digit] = np.maximum(boosts[:, digit], value)
        return boosts


def _direction(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1, after a root, so that a few large features do not decide alone."""
    root = np.sqrt(np.maximum(features, 0))
    length = np.sqrt((root**2).sum(axis=1, keepdims=True))
    direction: NDArray[np.float32] = root / np.maximum(length, 1e-9)
    return direction
