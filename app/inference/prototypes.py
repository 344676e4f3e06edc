"""What one visitor corrected: the next odd 7 of the same hand is read as a 7 at once.

A nearest-prototype memory on what the network's last layer decides by. Whatever resembles a
corrected glyph gets a boost for the digit it was said to be, large enough to turn a narrow
decision, too small to turn a clear one; only very nearly the same drawing gets more.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

ALIKE: Final = 0.4  # cosine from which on a glyph resembles another
BOOST: Final = 8.0  # nats for the same glyph; one that is just alike gets 0
SAME: Final = 0.9  # cosine from which on it is the very same drawing, or nearly
SURE: Final = 60.0  # nats that this adds, beyond any decision of the network
MOST: Final = 200  # corrections kept; the oldest go first


class Prototypes:
    """Corrections of one visitor; not shared between threads."""

    def __init__(self) -> None:
        self._prototypes: list[NDArray[np.float32]] = []  # each (d,), of length 1
        self._digits: list[int] = []

    def __len__(self) -> int:
        return len(self._digits)

    def learn(self, features: NDArray[np.float32], right: int) -> None:
        """Keeps that a glyph of these features, (d,) or (1, d), is the digit `right`.

        Raises ValueError for what is no digit.
        """
        if right not in range(10):
            raise ValueError(f"expected a digit 0 to 9, came {right!r}")
        self._prototypes.append(_direction(features.reshape(1, -1))[0])
        self._digits.append(right)
        del self._prototypes[:-MOST], self._digits[:-MOST]

    def boost(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """What to add to the logits of the ten digits, (n, 10) nats; features: (n, d)."""
        added = np.zeros((len(features), 10), np.float32)
        if not self._digits:
            return added
        alike = _direction(features) @ np.stack(self._prototypes).T  # (n, corrections)
        worth = BOOST * np.maximum(alike - ALIKE, 0) / (1 - ALIKE)
        worth += SURE * np.maximum(alike - SAME, 0) / (1 - SAME)
        for column, digit in enumerate(self._digits):
            # Of two corrections of what looks the same, the later one holds.
            later = [one for one in range(column + 1, len(self)) if self._digits[one] != digit]
            overruled = alike[:, later].max(axis=1, initial=-1) >= alike[:, column]
            value = np.where(overruled, 0, worth[:, column])
            added[:, digit] = np.maximum(added[:, digit], value)
        return added


def _direction(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1. The root keeps a few large features from deciding alone."""
    root = np.sqrt(np.maximum(features, 0))
    length = np.sqrt((root**2).sum(axis=1, keepdims=True))
    direction: NDArray[np.float32] = root / np.maximum(length, 1e-9)
    return direction
