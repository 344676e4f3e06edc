"""Fits the gap at which a number ends, on number strings and on the gaps between people's words.

Two numbers on a line are composed of number strings as they were written, as far apart as two words
are. The gap within a number and the gap after it overlap, so some pairs stay one number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.recognizer import MIN_SPACED_MARKS, SIGN_SYMBOLS, Recognizer, is_space
from train.data.line_sets import Line

# What is tried: heights of a line, and times its usual gap.
SPACES: Final = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
RATIOS: Final = (1.0, 1.3, 1.7, 2.0, 2.5)
# Each number is also tried written tighter and wider, because there are few.
STRETCHES: Final = (0.8, 0.9, 1.0, 1.1, 1.25)
PITCHES: Final = (0.8, 1.0, 1.2)  # line heights from the middle of a mark to that of the next
NUM_PAIRS: Final = 1_000
# A number is mostly alone, so splitting one costs as much as leaving this many pairs together.
SPLIT_COST: Final = 10.0
_SEED: Final = 5


@dataclass(frozen=True, eq=False)
class Gaps:
    """The gaps between the marks of a line in its heights, (n,), and which may be spaces.

    end: the index of the gap between two numbers; -1 where there is one number. widths: of the
    marks, (n + 1,), where there is one number.
    """

    gaps: NDArray[np.float64]
    may_be_space: NDArray[np.bool_]
    end: int = -1
    widths: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def variants(self) -> Iterator["Gaps"]:
        """The number as if written tighter and wider, and with its marks at an even pitch.

        At an even pitch, as in the boxes of a form, the gaps beside narrow 1s are the widest.
        """
        for stretch in STRETCHES:
            yield Gaps(stretch * self.gaps, self.may_be_space)
        for pitch in PITCHES:
            yield Gaps(pitch - (self.widths[1:] + self.widths[:-1]) / 2, self.may_be_space)

    def is_parted_rightly(self, space: float, ratio: float) -> bool:
        """Whether the gaps that are spaces are those between numbers."""
        found = np.flatnonzero(is_space(self.gaps, space, ratio) & self.may_be_space)
        return found.tolist() == ([] if self.end < 0 else [self.end])


def fit_spaces(
    recognizer: Recognizer, lines: Sequence[Line], word_gaps: NDArray[np.float64]
) -> dict[str, float]:
    """Fits space and space_ratio, see `OperatingPoint`. word_gaps: see `train.data.word_gaps`."""
    numbers = gaps_of(recognizer, lines)
    pairs = pairs_of(numbers, word_gaps)
    numbers = [
        variant
        for number in numbers
        if len(number.gaps) + 1 >= MIN_SPACED_MARKS
        for variant in number.variants()
    ]

    def cost(space: float, ratio: float) -> float:
        split, together = shares(numbers, pairs, space, ratio)
        return SPLIT_COST * split + together

    grid = [(space, ratio) for space in SPACES for ratio in RATIOS]
    space, ratio = min(grid, key=lambda values: cost(*values))
    return {"space": space, "space_ratio": ratio}


def space_figures(
    recognizer: Recognizer, lines: Sequence[Line], word_gaps: NDArray[np.float64]
) -> dict[str, float]:
    """Per cent of number strings that are split, and of pairs that are not parted rightly.

    For lines of other writers than those that the recognizer's numbers were fitted on.
    """
    numbers = gaps_of(recognizer, lines)
    point = recognizer.point
    pairs = pairs_of(numbers, word_gaps)
    numbers = [number for number in numbers if len(number.gaps) + 1 >= MIN_SPACED_MARKS]
    split, together = shares(numbers, pairs, point.space, point.space_ratio)
    return {
        "numbers": len(numbers),
        "split": round(100 * split, 2),
        "pairs": len(pairs),
        "not_parted": round(100 * together, 2),
    }


def shares(
    numbers: Sequence[Gaps], pairs: Sequence[Gaps], space: float, ratio: float
) -> tuple[float, float]:
    """The share of numbers, and that of pairs, that are not parted rightly."""
    wrong = [
        [not each.is_parted_rightly(space, ratio) for each in part] for part in (numbers, pairs)
    ]
    return float(np.mean(wrong[0])), float(np.mean(wrong[1]))


def gaps_of(recognizer: Recognizer, lines: Sequence[Line]) -> list[Gaps]:
    """The gaps in each number that is read rightly; the others have no boxes for their symbols."""
    found = []
    for line in lines:
        digits = recognizer.read_ink(line.strokes).digits
        text = "".join(digit.text for digit in digits)
        if len(digits) < 2 or text != line.text.replace("x", "×"):
            continue
        lefts, _, widths, heights = np.array([digit.box for digit in digits], np.float64).T
        is_sign = np.array([symbol in SIGN_SYMBOLS for symbol in line.text])
        found.append(
            Gaps(
                (lefts[1:] - lefts[:-1] - widths[:-1]) / heights.max(),
                ~(is_sign[1:] | is_sign[:-1]),
                widths=widths / heights.max(),
            )
        )
    return found


def pairs_of(numbers: Sequence[Gaps], word_gaps: NDArray[np.float64]) -> list[Gaps]:
    """Pairs of numbers, as far apart as words are."""
    random = np.random.default_rng(_SEED)
    pairs: list[Gaps] = []
    while len(pairs) < NUM_PAIRS:
        left, right = (numbers[index] for index in random.integers(len(numbers), size=2))
        gap, may_be = random.choice(word_gaps, 1), np.ones(1, np.bool_)
        pairs.append(
            Gaps(
                np.concatenate([left.gaps, gap, right.gaps]),
                np.concatenate([left.may_be_space, may_be, right.may_be_space]),
                len(left.gaps),
            )
        )
    return pairs
