"""What the line reader says of a line, and which reading it and the classifier agree on best.

The reader proposes texts. Each is scored by both: by the reader as a whole, and by the classifier
character by character.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.line_reader import STRIDE, SYMBOLS, LineReader
from app.inference.scores import log_softmax
from app.segmentation import ctc
from app.segmentation.ctc import Hypothesis, Scores, Text
from app.strip import HEIGHT, MARGIN, Strip

NUM_DIGITS: Final = 10
UNKNOWN: Final = SYMBOLS.index("?") + 1  # the class of what is neither digit nor sign
MIN_LOG_PROBABILITY: Final = -8.0  # of a symbol by its look alone; unlikelier ones cost no more
MIN_DIGIT_PROBABILITY: Final = 1e-4  # that the reader gives to a digit at any place
MAX_EVIDENCE: Final = 3.0  # nats that the line reader may say for or against a digit
MIN_LOG_SHARE: Final = math.log(
    0.02
)  # of the likeliest text; cuts of less likely ones are not made
SYMBOL_COLUMNS: Final = 3  # from where a symbol begins, in which it is looked for
CUT_TRUST: Final = 0.2  # weight of the look of what was cut off a neighbour; others count 1
MIN_CUT_DISTANCE: Final = 0.15  # line heights between two cuts
MIN_LOG_ODDS: Final = -12.0  # that another text is right, whatever the networks say
# Signs between digits: beside another sign, one of them is rather a digit, or a part of one.
BETWEEN_DIGITS: Final = "-+/.,:"
NEVER_FIRST, NEVER_LAST = "/,:", "/,:-+"
ODD_PAIR_COST: Final = 8.0  # nats, as much as of a digit that looks otherwise
# Nats of a slash that is the only one: a date has two, and most other marks like it are ones.
LONE_SLASH_COST: Final = 2.6
ODD_END_COST: Final = 3.0  # nats; less, since a number that is being written may end with a sign


@dataclass(frozen=True, eq=False)
class LineReading:
    """scores: see `ctc`. hypotheses: the likeliest texts, likeliest first. strip: what was read."""

    scores: Scores
    hypotheses: list[Hypothesis]
    strip: Strip

    @classmethod
    def of(cls, strip: Strip, reader: LineReader) -> "LineReading":
        """What a reader says of a strip."""
        scores = reader.scores(strip.pixels)
        return cls(scores, ctc.likeliest_texts(scores), strip)

    def moved(self, left: float, scale: float) -> "LineReading":
        """The same in pixels of another picture, `scale` of this one's to one of that."""
        place = self.strip.left / scale + left
        return replace(self, strip=replace(self.strip, left=place, scale=self.strip.scale * scale))

    def places(self, hypothesis: Hypothesis) -> list[float]:
        """Where along the line its symbols are, in pixels of the input."""
        return [self.strip.x(STRIDE * (column + 1)) for column in hypothesis.columns]

    def pairs(self) -> list[tuple[float, float]]:
        """The places of neighbouring symbols of likely texts, between which the line may be cut."""
        min_distance = MIN_CUT_DISTANCE * (HEIGHT - 2 * MARGIN) / self.strip.scale
        pairs: list[tuple[float, float]] = []
        for hypothesis in self.hypotheses:
            if hypothesis.log_probability < self.hypotheses[0].log_probability + MIN_LOG_SHARE:
                break
            for left, right in pairwise(self.places(hypothesis)):
                if all(abs(left + right - sum(pair)) > 2 * min_distance for pair in pairs):
                    pairs.append((left, right))
        return sorted(pairs)

    def seen(self, hypothesis: Hypothesis) -> NDArray[np.float32]:
        """The probabilities of all symbols where each symbol is: (symbols, len(SYMBOLS))."""
        columns = np.array(hypothesis.columns)[:, None] + np.arange(SYMBOL_COLUMNS)
        columns = np.minimum(columns, len(self.scores) - 1)
        return np.asarray(np.exp(self.scores[columns, 1:]).max(axis=1), np.float32)


@dataclass(frozen=True, eq=False)
class Choice:
    """path: the candidates that were chosen. hypothesis: of the line reading, what they are, or
    None where there is none. log_odds: that no other text is right, not calibrated. agreement: of
    each symbol, the share of likely texts that have it there, weighted by their probability.
    """

    path: list[int]
    hypothesis: Hypothesis | None = None
    log_odds: float = 0.0
    agreement: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        """The hypothesis in the line reader's symbols; empty where there is none."""
        return text_of(self.hypothesis) if self.hypothesis else ""

    @property
    def has_signs(self) -> bool:
        """Whether a symbol of the text is a sign."""
        return any(not symbol.isdecimal() and symbol != "?" for symbol in self.text)

    @property
    def marks(self) -> list[tuple[int, str]]:
        """Each candidate of the path with its symbol."""
        return list(zip(self.path, self.text, strict=False))


def text_of(hypothesis: Hypothesis) -> str:
    """A hypothesis in the line reader's symbols."""
    return "".join(SYMBOLS[index - 1] for index in hypothesis.text)


def classes_of(text: str) -> Text:
    """A text in the line reader's classes; raises ValueError for what is none of its symbols."""
    return tuple(SYMBOLS.index(symbol) + 1 for symbol in text)


def oddness(text: str) -> float:
    """What signs cost that are rare, or that no number has there, such as "-/", in nats."""
    pairs = sum(
        left in BETWEEN_DIGITS and right in BETWEEN_DIGITS + "=x)%"
        for left, right in pairwise(text)
    )
    ends = (text[:1] in NEVER_FIRST) + (text[-1:] in NEVER_LAST)
    return ODD_PAIR_COST * pairs + ODD_END_COST * ends + LONE_SLASH_COST * (text.count("/") == 1)


def likeliest(choices: Sequence[tuple[float, Choice]], others: Sequence[float] = ()) -> Choice:
    """The choice with the highest score, in nats, and its odds against the others.

    others: the scores of texts that cannot be chosen, but may be right.
    """
    scores = np.array([score for score, _ in choices])
    choice = choices[int(scores.argmax())][1]
    is_text = np.array([each is choice for _, each in choices] + [False] * len(others))
    shares = np.exp(scores - np.logaddexp.reduce(scores)).tolist()
    marks = [set(each.marks) for _, each in choices]
    agreement = (
        sum(share for share, those in zip(shares, marks, strict=True) if mark in those)
        for mark in choice.marks
    )
    return replace(
        choice,
        log_odds=_log_odds(np.concatenate([scores, others]), is_text),
        agreement=tuple(agreement),
    )


def _log_odds(scores: NDArray[np.float64], is_chosen: NDArray[np.bool_]) -> float:
    """Of what is chosen against the rest; scores: (n,), nats."""
    chosen = float(np.logaddexp.reduce(scores[is_chosen]))
    others = scores[~is_chosen] - chosen
    return -float(np.logaddexp.reduce(others, initial=MIN_LOG_ODDS))


def digit_probabilities(seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """Which digit each symbol is if it is one, float32 (symbols, 10); seen: by the line reader."""
    digits = np.maximum(seen[:, :NUM_DIGITS], MIN_DIGIT_PROBABILITY)
    return np.asarray(digits / digits.sum(axis=1, keepdims=True), np.float32)


def ood_log_odds(seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """The log-odds that each symbol is not a digit, float32 (symbols,), bounded."""
    digit, other = seen[:, :NUM_DIGITS].max(axis=1), seen[:, NUM_DIGITS:].max(axis=1)
    odds = np.log(np.maximum(other, 1e-9)) - np.log(np.maximum(digit, 1e-9))
    return np.asarray(np.clip(odds, -MAX_EVIDENCE, MAX_EVIDENCE), np.float32)


def look_scores(
    logits: NDArray[np.float32], sign_looks: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How well each candidate looks like each symbol: (candidates, 1 + symbols), nats.

    logits: (candidates, 11), divided by the temperature. sign_looks: see `OperatingPoint`. Columns
    are the line reader's classes.
    """
    log_probabilities = log_softmax(logits)
    looks = np.maximum(log_probabilities, MIN_LOG_PROBABILITY)
    table = np.zeros((len(logits), len(SYMBOLS) + 1))
    table[:, 1 : NUM_DIGITS + 1] = looks[:, :NUM_DIGITS]
    table[:, UNKNOWN] = looks[:, NUM_DIGITS]
    # A slash looks like a 1, a minus mostly like no digit, so either look is evidence for them.
    table[:, NUM_DIGITS + 1 : UNKNOWN] = np.log(np.exp(log_probabilities) @ sign_looks.T)
    return table
