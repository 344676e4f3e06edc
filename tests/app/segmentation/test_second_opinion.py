"""When the line reader is asked about a character that stands alone, and what its opinion does."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from app.inference.line_reader import SYMBOLS
from app.recognizer import Recognizer
from app.segmentation import second_opinion
from app.segmentation.ctc import Scores
from app.segmentation.operating_point import KNOWN_SYMBOLS, NUM_CLASSES, OperatingPoint
from tests.support.drawings import DIGITS

POINT = OperatingPoint(
    *(1.0, -1.0, -3.0, 1.0, 0.2, 4.0, 2.5, 30.0, 3.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.7, 1.7),
    sign_looks=np.full((11, NUM_CLASSES), 1 / 11),
    single_shares=np.full(len(KNOWN_SYMBOLS), 0.5),
)


def logits_of(probabilities: dict[str, float]) -> NDArray[np.float32]:
    """The classifier's logits for these probabilities; others are 1 in a million. "?": no digit."""
    row = [probabilities.get(symbol, 1e-6) for symbol in "0123456789?"]
    return np.log([row]).astype(np.float32)


def scores_of(probabilities: dict[str, float]) -> Scores:
    """What the line reader says in a single column, where the text is one symbol or none."""
    row = [1e-9, *(probabilities.get(symbol, 1e-9) for symbol in SYMBOLS)]
    return np.log([row]).astype(np.float32)


@pytest.mark.parametrize(
    ("look", "is_asked"),
    [
        ({"7": 0.999, "?": 0.001}, False),
        ({"7": 0.94, "1": 0.06}, True),  # another digit may be right
        ({"7": 0.95, "?": 0.05}, True),  # it may be no digit
        ({"7": 0.2, "?": 0.8}, True),
    ],
)
def test_it_is_asked_only_where_the_classifier_is_unsure(
    look: dict[str, float], is_asked: bool
) -> None:
    asked = []

    def ask() -> Scores:
        asked.append(True)
        return scores_of({"7": 1.0})

    second_opinion.evidence(logits_of(look), POINT, ask)
    assert bool(asked) is is_asked


@pytest.mark.parametrize(
    ("look", "opinion", "digit", "odds"),
    [
        # The two digits' odds are 0.6 to 0.4 times the root of 0.1 to 0.9.
        ({"1": 0.6, "7": 0.4}, {"1": 0.1, "7": 0.9}, {"1": 1 / 3, "7": 2 / 3}, None),
        ({"1": 0.6, "7": 0.4}, {"1": 0.5, "7": 0.5}, {"1": 0.6, "7": 0.4}, None),
        # One to one that it is a digit, times the root of 1 to 2 and of the lone letters' factor.
        ({"7": 0.5, "?": 0.5}, {"7": 2 / 3, "?": 1 / 3}, {"7": 1.0}, np.sqrt(0.5 * np.exp(2))),
        ({"7": 0.5, "?": 0.5}, {"7": 0.9, "?": 0.1}, {"7": 1.0}, np.sqrt(1 / 9 * np.exp(2))),
        # The line reader alone cannot overrule a look that is certain enough.
        ({"7": 0.01, "?": 0.99}, {"7": 1.0}, {"7": 1.0}, 99 * np.exp(-1.5)),
    ],
)
def test_both_opinions_count(
    look: dict[str, float],
    opinion: dict[str, float],
    digit: dict[str, float],
    odds: float | None,
) -> None:
    log_odds, probabilities = second_opinion.evidence(
        logits_of(look), POINT, lambda: scores_of(opinion)
    )
    for symbol, probability in digit.items():
        assert probabilities[0, int(symbol)] == pytest.approx(probability, abs=1e-3)
    if odds is not None:
        assert np.exp(log_odds[0]) == pytest.approx(odds, rel=2e-3)


@pytest.mark.parametrize(
    ("opinion", "may_be_sign", "odds"),
    [
        ({"1": 0.9, "/": 0.1}, True, 1e-6 / (1 - 1e-6)),
        ({"1": 0.2, "(": 0.7, "/": 0.1}, True, 3.5 * np.exp(-2)),
        ({"1": 0.2, "(": 0.8}, False, 1e-6 / (1 - 1e-6)),
        ({"1": 1.0}, True, 1e-6 / (1 - 1e-6)),
    ],
)
def test_a_sure_1_may_be_a_bracket(
    opinion: dict[str, float], may_be_sign: bool, odds: float
) -> None:
    log_odds, _ = second_opinion.evidence(
        logits_of({"1": 1.0}), POINT, lambda: scores_of(opinion), may_be_sign
    )
    assert np.exp(log_odds[0]) == pytest.approx(odds, rel=0.01, abs=2e-5)


def test_the_line_reader_is_asked_neither_about_several_marks_nor_if_it_is_missing() -> None:
    def never() -> Scores:
        raise AssertionError("expected no question")

    unsure = logits_of({"1": 0.6, "7": 0.4})
    alone = second_opinion.evidence(unsure, POINT, None)
    several = second_opinion.evidence(np.repeat(unsure, 2, axis=0), POINT, never)
    assert alone[1][0].tolist() == several[1][1].tolist()


@pytest.mark.parametrize("single", [True, False])
def test_a_character_alone_can_be_asked_about(single: bool) -> None:
    strokes = [np.array(stroke, float) for stroke in DIGITS[3]]
    picture = np.full((60, 60), 255, np.uint8)
    picture[15:45, 28:32] = 0
    recognizer = Recognizer()
    for prepared in (
        recognizer.prepare_ink(strokes, single),
        recognizer.prepare_image(picture, single),
    ):
        (line,) = prepared.lines
        assert line.ask_reader is not None
        assert line.ask_reader().shape[1] == len(SYMBOLS) + 1
        assert replace(line, ask=None).ask_reader is None
