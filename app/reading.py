"""The types of results, and the error for input that cannot be read."""

import math
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NUM_DIGITS: Final = 10
NO_HANDWRITING: Final = "No handwriting was found."
SIGNS: Final = "-+/.,:=()×%"  # signs that are read in numbers

_DECIMALS: Final = 6  # of probabilities in JSON


class UnreadableInput(ValueError):
    """Input that cannot be read; the message says what was expected and what was given."""


@dataclass(frozen=True, eq=False, repr=False)
class Digit:
    """One character of a reading.

    value: 0-9, or None for a mark that is refused because it does not look like a digit.
    confidence: calibrated probability in [0, 1] that the value is right; of a refused mark, that
        it is not a digit.
    probabilities: float32 (10,), sums to 1: which digit it is, provided that it is one.
    box: (x, y, width, height) of the ink, in pixels of the picture or in the unit of the strokes.
    glyph: uint8 (28, 28), ink 255 on 0: what the network saw.
    number_index, line_index: which number, and which line, of the input it belongs to, from 0 on.
        The gaps between numbers are wider than those between digits.
    is_doubtful: true for a value that should be checked, because another digit may be meant, or
        because the mark is unusual for a digit; false for a refused mark.
    sign: one of SIGNS for a mark that is read as this sign, and has no value; None for a digit, and
        for a mark that is neither.
    number_confidence: calibrated probability in [0, 1] that all of its number is read correctly. A
        "?" counts as correct for a mark that is neither a digit nor a sign, so that one that stands
        alone may have 1, while the `confidence` of its reading is 0.
    is_number_doubtful: true where it is doubtful only because it is the least sure digit of a
        number that is; by itself it is a clear digit.
    print_likeness: how much the line of ink that it was read in looks like print, above 0 for more
        than handwriting; -inf for ink without letters, of which it is not asked.
    """

    value: int | None
    confidence: float
    probabilities: NDArray[np.float32]
    box: tuple[float, float, float, float]
    glyph: NDArray[np.uint8]
    number_index: int = 0
    line_index: int = 0
    is_doubtful: bool = False
    sign: str | None = None
    number_confidence: float = 1.0
    is_number_doubtful: bool = False
    print_likeness: float = -math.inf

    def __repr__(self) -> str:
        """The digit in one line, such as Digit(7, confidence=0.998, box=(10, 10, 50, 80))."""
        box = ", ".join(f"{side:.4g}" for side in self.box)
        return f"Digit({self.sign or self.value}, confidence={self.confidence:.3f}, box=({box}))"

    @property
    def is_clear(self) -> bool:
        """Whether it is by itself surely a digit and this one, even in a doubtful number."""
        return self.value is not None and (not self.is_doubtful or self.is_number_doubtful)

    @property
    def text(self) -> str:
        """The digit or the sign, or "?" for a mark that is neither."""
        return self.sign or ("?" if self.value is None else str(self.value))

    def doubted(self) -> "Digit":
        """The same digit in doubt by itself; a refused mark or a sign stays what it is."""
        return replace(self, is_doubtful=self.value is not None, is_number_doubtful=False)

    def to_dict(self) -> dict[str, Any]:
        """The digit as plain values for JSON, without its glyph; box: [x, y, width, height]."""
        return {
            "value": self.value,
            "confidence": round(self.confidence, _DECIMALS),
            "probabilities": [round(each, _DECIMALS) for each in self.probabilities.tolist()],
            "box": [float(side) for side in self.box],
            "number_index": self.number_index,
            "line_index": self.line_index,
            "is_doubtful": self.is_doubtful,
            "sign": self.sign,
            "number_confidence": round(self.number_confidence, _DECIMALS),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """Digits in reading order; an input without ink is a reading without digits.

    turned: degrees clockwise by which a picture was turned to be read, 0, 90, 180 or 270. The
    digits' boxes are in the picture as it was given.
    """

    digits: tuple[Digit, ...] = ()
    turned: int = 0

    def __repr__(self) -> str:
        """The reading in one line, such as Reading('2026', confidence=0.970)."""
        if not self.digits:
            return "Reading('')"
        return f"Reading({self.text!r}, confidence={self.confidence:.3f})"

    @property
    def confidence(self) -> float:
        """The probability in [0, 1] that all of it is read correctly; 0 where nothing is read.

        A "?" counts as correct for a mark that is neither a digit nor a sign.
        """
        return self.sureness if self.is_answered else 0.0

    @property
    def sureness(self) -> float:
        """The same, where marks that are rightly refused count as read; 1 if nothing is drawn."""
        first = {digit.number_index: digit.number_confidence for digit in self.digits}
        return math.prod(first.values())

    @property
    def is_answered(self) -> bool:
        """Whether at least one mark is read as a digit or a sign."""
        return any(digit.text != "?" for digit in self.digits)

    @property
    def mean_sureness(self) -> float:
        """The mean sureness of its numbers, in [0, 1]; 0 without any."""
        numbers = self.numbers
        return sum(number.sureness for number in numbers) / max(len(numbers), 1)

    @property
    def text(self) -> str:
        """The digits and signs as text, with "?" for each refused mark; "" if nothing is drawn.

        Numbers on one line are separated by a space, lines of the input by a newline.
        """
        text = ""
        for previous, digit in zip((None, *self.digits), self.digits, strict=False):
            if previous is not None and previous.line_index != digit.line_index:
                text += "\n"
            elif previous is not None and previous.number_index != digit.number_index:
                text += " "
            text += digit.text
        return text

    @property
    def numbers(self) -> "tuple[Reading, ...]":
        """A reading for each number of the input, in reading order."""
        return tuple(
            Reading(tuple(group), self.turned)
            for _, group in groupby(self.digits, lambda digit: digit.number_index)
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for people about the whole reading; in most cases none."""
        if not self.digits:
            return (NO_HANDWRITING,)
        if self.turned:
            return (f"The picture was turned by {self.turned} degrees clockwise to be read.",)
        return ()

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain values for JSON, the numbers as texts.

        The command, the HTTP service and the batch job all answer with this.
        """
        return {
            "text": self.text,
            "confidence": round(self.confidence, _DECIMALS),
            "numbers": [number.text for number in self.numbers],
            "digits": [digit.to_dict() for digit in self.digits],
            "turned": self.turned,
        }
