"""Decodes a line reader's scores: the likeliest texts, how likely each is, and where it is.

A text is a sequence of classes. Class 0 is the blank of connectionist temporal classification
(Graves et al., 2006), for columns of the line without a new symbol. Scores are log-probabilities
float32 (columns, classes); the probabilities of each row add up to 1.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Text = tuple[int, ...]

BLANK: Final = 0
BEAM: Final = 6  # prefixes that are kept from one column to the next
MIN_PROBABILITY: Final = 0.003  # classes that are less likely in a column are not tried there
_NEVER: Final = -1e30


@dataclass(frozen=True)
class Hypothesis:
    """A text, the column in which each of its symbols begins, and its log-probability."""

    text: Text
    columns: tuple[int, ...]
    log_probability: float


class _Prefix(NamedTuple):
    """The log-probabilities of a prefix's paths that end in a blank, and in its last symbol."""

    blank: float
    symbol: float
    columns: tuple[int, ...]


def likeliest_texts(scores: Scores, beam: int = BEAM) -> list[Hypothesis]:
    """The likeliest texts by prefix beam search, likeliest first, without the empty text."""
    beams: dict[Text, _Prefix] = {(): _Prefix(0.0, _NEVER, ())}
    is_followed = scores > math.log(MIN_PROBABILITY)
    columns, classes = np.nonzero(is_followed)
    followed: list[list[int]] = [[] for _ in range(len(scores))]
    for column, index in zip(columns.tolist(), classes.tolist(), strict=True):
        followed[column].append(index)
    shared = 0.0  # log-probability of the columns in which all prefixes go on alike
    has_symbols = True  # whether some prefixes end in a symbol
    for column, (row, indices) in enumerate(zip(scores.tolist(), followed, strict=True)):
        if indices == [BLANK]:  # most columns
            shared += row[BLANK]
            if has_symbols:
                beams = {
                    text: _Prefix(_add(prefix.blank, prefix.symbol), _NEVER, prefix.columns)
                    for text, prefix in beams.items()
                }
            has_symbols = False
            continue
        has_symbols = True
        extended: dict[Text, _Prefix] = {}
        for text, (blank, symbol, starts) in beams.items():
            both = _add(blank, symbol)
            for index in indices:
                score = row[index]
                if index == BLANK:
                    _include(extended, text, _Prefix(both + score, _NEVER, starts))
                    continue
                if text and text[-1] == index:
                    _include(extended, text, _Prefix(_NEVER, symbol + score, starts))
                    new = blank + score
                else:
                    new = both + score
                if new > _NEVER / 2:  # a repeat needs a blank before it
                    _include(extended, (*text, index), _Prefix(_NEVER, new, (*starts, column)))
        ranked = sorted(extended.items(), key=lambda item: -_add(item[1].blank, item[1].symbol))
        beams = dict(ranked[:beam])
    hypotheses = [
        Hypothesis(text, prefix.columns, shared + _add(prefix.blank, prefix.symbol))
        for text, prefix in beams.items()
        if text
    ]
    return sorted(hypotheses, key=lambda hypothesis: -hypothesis.log_probability)


def lay_over(scores: Scores, text: Text) -> Hypothesis | None:
    """Where a text lies on its likeliest path, and the log-probability of that path alone.

    None where there are too few columns for the text.
    """
    states = [BLANK]
    for symbol in text:
        states += [symbol, BLANK]
    may_skip = [
        index % 2 == 1 and index > 2 and states[index] != states[index - 2]
        for index in range(len(states))
    ]
    total = [0.0] + [_NEVER] * (len(states) - 1)
    steps = []
    for row in scores[:, states].tolist():
        options = [
            (
                total[index],
                total[index - 1] if index else _NEVER,
                total[index - 2] if may_skip[index] else _NEVER,
            )
            for index in range(len(states))
        ]
        steps.append([max(range(3), key=each.__getitem__) for each in options])
        total = [max(each) + score for each, score in zip(options, row, strict=True)]
    state = len(states) - (1 if total[-1] >= total[-2] else 2)
    log_probability = total[state]
    if log_probability < _NEVER / 2:
        return None
    columns = [0] * len(text)
    for column in range(len(scores) - 1, -1, -1):
        if state % 2:
            columns[state // 2] = column
        state -= steps[column][state]
    return Hypothesis(text, tuple(columns), log_probability)


def of_one_symbol(scores: Scores) -> NDArray[np.float32]:
    """The log-probability of each text of a single symbol, in the order of the classes 1 to n."""
    blank, symbols = scores[:, BLANK], scores[:, 1:]
    before = np.float32(0.0)  # only blanks so far
    within = np.full(symbols.shape[1], _NEVER, np.float32)  # the path ends in the symbol
    after = within  # the path ends in a blank behind it
    for column in range(len(scores)):
        after = np.logaddexp(after, within) + blank[column]
        within = np.logaddexp(within, before) + symbols[column]
        before = before + blank[column]
    return np.asarray(np.logaddexp(within, after), np.float32)


def _include(beams: dict[Text, _Prefix], text: Text, prefix: _Prefix) -> None:
    """Adds another path to the same text; the places of its symbols are those of the likelier."""
    other = beams.get(text)
    if other is None:
        beams[text] = prefix
        return
    is_likelier = max(prefix.blank, prefix.symbol) > max(other.blank, other.symbol)
    beams[text] = _Prefix(
        _add(other.blank, prefix.blank),
        _add(other.symbol, prefix.symbol),
        prefix.columns if is_likelier else other.columns,
    )


def _add(left: float, right: float) -> float:
    """log(exp(left) + exp(right)), without NumPy, which is slow with single numbers."""
    high, low = (left, right) if left > right else (right, left)
    if low < high - 30:
        return high
    return high + math.log1p(math.exp(low - high))
