"""What was read: the result types, and the one error for input that cannot be read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


class UnreadableInput(ValueError):
    """Input that cannot be read; the message says what was expected and what came."""


@dataclass(frozen=True, eq=False)
class Digit:
    """One character of a reading.

    value: 0-9, or None when the mark was refused as not a digit.
    confidence: probability in [0, 1] that the value is right; of a refused mark, the network's
        belief that it is none.
    probabilities: float32 (10,), sums to 1: which digit it is if it is one.
    box: (x, y, width, height) of the ink, in pixels of the input.
    glyph: uint8 (28, 28), ink 255 on 0: what the network saw.
    """

    value: int | None
    confidence: float
    probabilities: NDArray[np.float32]
    box: tuple[float, float, float, float]
    glyph: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Reading:
    """Digits from left to right; an input without ink is a reading without digits."""

    digits: tuple[Digit, ...] = ()

    @property
    def text(self) -> str:
        """The digits as text: "?" for a mark that is no digit, "" for nothing drawn."""
        return "".join("?" if digit.value is None else str(digit.value) for digit in self.digits)
