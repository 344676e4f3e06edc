"""The line reader's view of a line, and the text that it and the classifier agree on best.

The line reader proposes texts and scores each of them as a whole; the classifier scores them
character by character.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.line_reader import STRIDE, SYMBOLS, LineReader
from app.inference.scores import log_softmax
from app.reading import NUM_DIGITS
from app.segmentation import ctc
from app.segmentation.ctc import Hypothesis, Scores, Text
from app.segmentation.operating_point import OperatingPoint
from app.strip import HEIGHT, MARGIN, Strip

UNKNOWN: Final = SYMBOLS.index("?") + 1  # the class of marks that are neither digits nor signs

# Nats: lower bound of the classifier's score for a symbol, so that it cannot overrule the reader.
MIN_LOG_PROBABILITY: Final = -8.0
MIN_LOG_ODDS: Final = -12.0  # nats: lower bound of the log-odds that another text is right

MIN_CUT_DISTANCE: Final = 0.15  # line heights between two cuts
# Nats: texts with less than 2 % of the likeliest one's probability do not cut the line.
MIN_LOG_SHARE: Final = math.log(0.02)

CERTAINLY_WITHIN: Final = 0.1  # line heights that a symbol's place is within what it is a part of

# Of 13,527 digits of training writers, 7 have a piece like a point at their foot.
POINT_SHARE: Final = 0.0005
FOUND_POINT_SHARE: Final = 0.02  # of those found in photographs, where it may be a speck

MIN_SIGNED_SHARE: Final = 0.001  # of the likely texts' probability, of one that has signs

BETWEEN_DIGITS: Final = "-+/.,:"  # two of these side by side are more likely a digit and a sign
NEVER_FIRST, NEVER_LAST = "/,:", "/,:-+"
MAX_FRACTION_DIGITS: Final = 2  # on both sides of its slash
DIALLED: Final = re.compile(r"0\d{2,4}/\d{4,}")  # a telephone number, with its area code
DIALLED_SHARE: Final = 0.5


@dataclass(frozen=True, eq=False)
class LineReading:
    """What the line reader says of a line.

    scores: see `ctc`. hypotheses: the likeliest texts, likeliest first. strip: the line's pixels.
    """

    scores: Scores
    hypotheses: list[Hypothesis]
    strip: Strip

    @classmethod
    def of(cls, views: Sequence[Strip], reader: LineReader) -> "LineReading":
        """Reads the strip of a line, or several views of it, of the same size."""
        scores = scores_of(views, reader)
        return cls(scores, ctc.likeliest_texts(scores), views[0])

    def moved(self, left: float, scale: float) -> "LineReading":
        """The same reading in the pixels of another picture.

        left: where this picture's left edge is in the other. scale: this picture's pixels to one
        of the other's.
        """
        strip_left = self.strip.left / scale + left
        strip = replace(self.strip, left=strip_left, scale=self.strip.scale * scale)
        return replace(self, strip=strip)

    def places(self, hypothesis: Hypothesis) -> list[float]:
        """The x coordinate of each symbol of a hypothesis, in pixels of the input."""
        return [self.strip.x(STRIDE * (column + 1)) for column in hypothesis.columns]

    def pairs(self) -> list[tuple[float, float]]:
        """The x of neighbouring symbols in likely texts: the line may be cut between each pair."""
        min_distance = MIN_CUT_DISTANCE * (HEIGHT - 2 * MARGIN) / self.strip.scale
        pairs: list[tuple[float, float]] = []
        for hypothesis in self.hypotheses:
            if hypothesis.log_probability < self.hypotheses[0].log_probability + MIN_LOG_SHARE:
                break
            for left, right in pairwise(self.places(hypothesis)):
                if all(abs(left + right - sum(pair)) > 2 * min_distance for pair in pairs):
                    pairs.append((left, right))
        return sorted(pairs)

    def may_be_characters(self, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which boxes (n, 4) hold at most one symbol of one of the texts at least: (n,).

        In a text that has two symbols in a box, that box is no character. boxes: left, top, right
        and bottom, in pixels of the input.
        """
        within = CERTAINLY_WITHIN * (HEIGHT - 2 * MARGIN) / self.strip.scale
        left, right = boxes[:, 0] + within, boxes[:, 2] - within
        may_be = np.zeros(len(boxes), np.bool_)
        for hypothesis in self.hypotheses:
            places = np.array(self.places(hypothesis))
            may_be |= places.searchsorted(right) - places.searchsorted(left) < 2
        return may_be

    def symbol_probabilities(self, hypothesis: Hypothesis) -> NDArray[np.float32]:
        """The probabilities of SYMBOLS at the place of each symbol: (symbols, len(SYMBOLS))."""
        return np.asarray(np.exp(self.scores[list(hypothesis.columns), 1:]), np.float32)


@dataclass(frozen=True, eq=False)
class Choice:
    """What a line is read as.

    path: the indices of the candidates that are its characters, from left to right. hypothesis:
    the text that they are, or None where the line reader was not used. log_odds: in favour of this
    text and against all others, not calibrated. agreement: for each symbol, the share of likely
    texts that have it in that place, weighted by their probability. may_have_signs: whether one of
    the likeliest texts has signs.
    """

    path: list[int]
    hypothesis: Hypothesis | None = None
    log_odds: float = 0.0
    agreement: tuple[float, ...] = ()
    may_have_signs: bool = False

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


def scores_of(views: Sequence[Strip], reader: LineReader) -> Scores:
    """The scores of the mean probabilities of all views of a line, see `LineReading.of`."""
    scores = [reader.scores(view.pixels) for view in views]
    if len(scores) == 1:
        return scores[0]
    return np.asarray(np.logaddexp.reduce(scores) - math.log(len(scores)), np.float32)


def text_of(hypothesis: Hypothesis) -> str:
    """A hypothesis in the line reader's symbols."""
    return "".join(SYMBOLS[index - 1] for index in hypothesis.text)


def classes_of(text: str) -> Text:
    """A text in the line reader's classes. Raises ValueError for another symbol than SYMBOLS."""
    return tuple(SYMBOLS.index(symbol) + 1 for symbol in text)


def oddness(text: str) -> int:
    """The number of signs that are rare, or not written in that place, such as "-/"."""
    pairs = sum(
        left in BETWEEN_DIGITS and right in BETWEEN_DIGITS + "=x)%"
        for left, right in pairwise(text)
    )
    ends = (text[:1] in NEVER_FIRST) + (text[-1:] in NEVER_LAST)
    return pairs + ends


def lone_slash(text: str) -> float:
    """How unusual a text's only slash is, between numbers too long for a fraction, as in 5/0006.

    1.0 where it is, DIALLED_SHARE in a telephone number, such as 0711/123456, which may as well
    have a 1 there, and 0.0 in all other texts.
    """
    sides = text.split("/")
    if len(sides) != 2 or max(map(len, sides)) <= MAX_FRACTION_DIGITS:
        return 0.0
    return DIALLED_SHARE if DIALLED.fullmatch(text) else 1.0


def likeliest(choices: Sequence[tuple[float, Choice]], others: Sequence[float] = ()) -> Choice:
    """The choice with the highest score, in nats, and its odds against the others.

    others: the scores of texts that cannot be chosen, but may be right.
    """
    scores = np.array([score for score, _ in choices])
    choice = choices[int(scores.argmax())][1]
    is_chosen = np.array([each is choice for _, each in choices] + [False] * len(others))
    shares = np.exp(scores - np.logaddexp.reduce(scores)).tolist()
    marks = [set(each.marks) for _, each in choices]
    agreement = (
        sum(
            share for share, choice_marks in zip(shares, marks, strict=True) if mark in choice_marks
        )
        for mark in choice.marks
    )
    return replace(
        choice,
        log_odds=_log_odds(np.concatenate([scores, others]), is_chosen),
        agreement=tuple(agreement),
        may_have_signs=any(
            each.has_signs and share >= MIN_SIGNED_SHARE
            for share, (_, each) in zip(shares, choices, strict=True)
        ),
    )


def _log_odds(scores: NDArray[np.float64], is_chosen: NDArray[np.bool_]) -> float:
    """The log-odds in favour of the chosen texts and against the others; scores: (n,), nats."""
    chosen = float(np.logaddexp.reduce(scores[is_chosen]))
    others = scores[~is_chosen] - chosen
    return -float(np.logaddexp.reduce(others, initial=MIN_LOG_ODDS))


def digit_probabilities(symbol_probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Which digit each symbol is, provided that it is one: float32 (symbols, 10).

    symbol_probabilities: see `LineReading.symbol_probabilities`.
    """
    digits = np.maximum(symbol_probabilities[:, :NUM_DIGITS], 1e-9)
    return np.asarray(digits / digits.sum(axis=1, keepdims=True), np.float32)


def ood_log_odds(symbol_probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """The log-odds that each symbol is not a digit, float32 (symbols,)."""
    digit = symbol_probabilities[:, :NUM_DIGITS].max(axis=1)
    other = symbol_probabilities[:, NUM_DIGITS:].max(axis=1)
    odds = np.log(np.maximum(other, 1e-9)) - np.log(np.maximum(digit, 1e-9))
    return np.asarray(odds, np.float32)


def look_scores(
    logits: NDArray[np.float32],
    is_single: NDArray[np.bool_],
    has_point: NDArray[np.bool_],
    is_found: bool,
    point: OperatingPoint,
) -> NDArray[np.float64]:
    """How much each candidate looks like each symbol: (candidates, 1 + symbols), in nats.

    logits: (candidates, 11), divided by the temperature. is_single, has_point: (candidates,), see
    `Lattice`. is_found: see `TextLine`. The columns are the line reader's classes.
    """
    log_probabilities = log_softmax(logits)
    looks = np.maximum(log_probabilities, MIN_LOG_PROBABILITY)
    table = np.zeros((len(logits), len(SYMBOLS) + 1))
    table[:, 1 : NUM_DIGITS + 1] = looks[:, :NUM_DIGITS]
    table[:, UNKNOWN] = looks[:, NUM_DIGITS]
    # To the classifier a slash looks like a 1 and a minus mostly like no digit, so these looks are
    # evidence for the signs.
    table[:, NUM_DIGITS + 1 : UNKNOWN] = np.log(np.exp(log_probabilities) @ point.sign_looks.T)
    # An 8 and a point beside it still look like an 8, but it is seldom written in two pieces.
    shares = np.where(is_single[:, None], point.single_shares, 1 - point.single_shares)
    # A 5 often has two pieces, and its bar is one of them, but none is as small as a point.
    shares[has_point, :NUM_DIGITS] = FOUND_POINT_SHARE if is_found else POINT_SHARE
    table[:, 1:UNKNOWN] += np.log(shares)
    return table
