"""The text on which the line reader and the classifier agree."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from app.inference.line_reader import SYMBOLS
from app.reading import NUM_DIGITS
from app.segmentation.ctc import Hypothesis
from app.segmentation.decision import is_unsure, least_sure
from app.segmentation.line_reading import (
    UNKNOWN,
    Choice,
    LineReading,
    classes_of,
    likeliest,
    lone_slash,
    look_scores,
    oddness,
    scores_of,
    text_of,
)
from app.segmentation.operating_point import (
    KNOWN_SYMBOLS,
    NUM_CLASSES,
    SIGN_SYMBOLS,
    OperatingPoint,
)
from app.strip import HEIGHT, SIDE_MARGIN, Strip

NOTHING = NUM_CLASSES - 1  # the classifier's class for what is not a digit


def scored(text: str, probability: float, path: Sequence[int] = ()) -> tuple[float, Choice]:
    hypothesis = Hypothesis(classes_of(text), tuple(range(len(text))), 0.0)
    return math.log(probability), Choice(list(path), hypothesis)


def test_what_holds_two_symbols_of_every_text_is_no_character() -> None:
    """The strip is as large as the line, 40 pixels high, so that columns are 4 pixels wide."""
    strip = Strip(np.zeros((HEIGHT, 200), np.uint8), left=SIDE_MARGIN, scale=1.0)
    twelve = Hypothesis(classes_of("12"), (4, 14), 0.0)  # at x = 20 and 60
    eight = Hypothesis(classes_of("8"), (10,), -1.0)  # at x = 44
    boxes = np.array([(10, 0, 30, 40), (10, 0, 70, 40), (50, 0, 70, 40), (18, 0, 70, 40)], float)
    scores = np.zeros((50, NUM_CLASSES + 1), np.float32)
    may_be = LineReading(scores, [twelve], strip).may_be_characters(boxes).tolist()
    assert may_be == [True, False, True, True]  # the last one ends near the place of the 1
    assert LineReading(scores, [twelve, eight], strip).may_be_characters(boxes).all()


def test_two_views_of_a_line_are_as_likely_as_each_other() -> None:
    """A reader whose probabilities depend on how bright the strip is."""

    class Reader:
        def scores(self, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
            share = strip.max() / 255
            return np.log(np.array([[share, 1 - share]], np.float32))

    bright, dull = (
        Strip(np.full((HEIGHT, 8), level, np.uint8), 0.0, 1.0) for level in (0.8 * 255, 0.2 * 255)
    )
    of_both = np.exp(scores_of([bright, dull], Reader()))  # type: ignore[arg-type]
    np.testing.assert_allclose(of_both, [[0.5, 0.5]], atol=1e-6)
    np.testing.assert_allclose(np.exp(scores_of([dull], Reader())), [[0.2, 0.8]], atol=1e-6)  # type: ignore[arg-type]


def test_texts_and_classes_are_the_same_in_both_ways() -> None:
    for text in ("12/05", SYMBOLS):
        assert text_of(Hypothesis(classes_of(text), (), 0.0)) == text


@pytest.mark.parametrize(
    ("choices", "others", "text", "odds", "has_signs"),
    [
        ({"12/05": 0.5, "12-05": 0.4, "12/06": 0.1}, [], "12/05", 0.5 / 0.5, True),
        ({"1?": 0.75, "1": 0.25}, [], "1?", 3.0, False),
        # A text that the candidates cannot be aligned with may still be right.
        ({"700": 0.8, "7000": 0.1}, [0.1], "700", 0.8 / 0.2, False),
        # Such a text is never chosen, though.
        ({"700": 0.2}, [0.8], "700", 0.25, False),
    ],
)
def test_odds_of_a_text(
    choices: dict[str, float], others: list[float], text: str, odds: float, has_signs: bool
) -> None:
    choice = likeliest([scored(*item) for item in choices.items()], np.log(others).tolist())
    assert choice.text == text
    assert choice.has_signs is has_signs
    assert math.exp(choice.log_odds) == pytest.approx(odds, abs=1e-4)


def test_the_agreement_is_on_each_symbol_in_its_place() -> None:
    choices = [
        scored("12/05", 0.5, [0, 1, 2, 3, 4]),
        scored("12105", 0.3, [0, 1, 2, 3, 4]),  # the same ink, read as a 1
        scored("17105", 0.1, [0, 5, 2, 3, 4]),  # and another cut
        scored("2105", 0.1, [6, 2, 3, 4]),  # fewer digits, with the same last ones
    ]
    assert likeliest(choices).agreement == pytest.approx((0.9, 0.8, 0.5, 1.0, 1.0))


@pytest.mark.parametrize(
    ("agreement", "eligible", "index"),
    [
        ((0.9, 0.5, 1.0), (True, True, True), 1),
        ((0.9, 0.5, 1.0), (True, False, True), 0),  # the least sure one is already refused
        ((1.0, 1.0, 1.0), (True, True, True), 2),  # the least likely digit
        ((), (True, True, True), 2),  # without a line reader
    ],
)
def test_the_least_sure_symbol(
    agreement: tuple[float, ...], eligible: tuple[bool, ...], index: int
) -> None:
    choice = Choice([0, 1, 2], agreement=agreement)
    assert least_sure(choice, [0.9, 0.8, 0.7], eligible) == index


@pytest.mark.parametrize(
    ("text", "rival", "confidence", "expected"),
    [
        ("12", "17", 0.32, True),
        ("12", "17", 0.34, False),
        ("1-2", "172", 0.49, True),
        ("1-2", "172", 0.51, False),
        ("112", "1,2", 0.49, True),  # the mark in the middle is a sign with the same probability
        ("112", "1,2", 0.51, False),
        ("1", "7", 0.32, False),  # a single character is judged by its own look
    ],
)
def test_a_number_that_is_likely_wrong_is_unsure(
    text: str, rival: str, confidence: float, expected: bool
) -> None:
    choices = [scored(text, 0.6, range(len(text))), scored(rival, 0.4, range(len(rival)))]
    assert is_unsure(likeliest(choices), confidence) is expected


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("12/05/2026", 0),
        ("-2", 0),
        ("5.", 0),
        ("2=-1", 0),
        ("(-2)", 0),
        ("(408)327-9634", 0),
        ("8-/6-88", 1),
        ("2+=4", 1),
        ("1.,5", 1),
        ("--/1", 2),
        ("10000/", 1),
        ("/0000", 1),
        ("/05/", 2),
    ],
)
def test_signs_where_no_number_has_them(text: str, odd: int) -> None:
    assert oddness(text) == odd


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5/0006", 1.0),
        ("123/4", 1.0),
        ("3/4", 0.0),  # a fraction
        ("12/05", 0.0),
        ("12/05/2026", 0.0),
        ("5106", 0.0),
        ("0711/123456", 0.5),  # a telephone number
        ("711/123456", 1.0),
        ("07/123456", 1.0),
        ("0711/12", 1.0),
    ],
)
def test_a_single_slash_in_a_long_number(text: str, expected: float) -> None:
    assert lone_slash(text) == expected


def point_of(sign_looks: NDArray[np.float64], single_shares: NDArray[np.float64]) -> OperatingPoint:
    numbers = (1.0, -1.0, -3.0, 1.0, 0.2, 4.0, 2.5, 30.0, 3.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.7, 1.7)
    return OperatingPoint(*numbers, sign_looks, single_shares)


def test_a_sign_looks_like_what_the_classifier_takes_it_for() -> None:
    sign_looks = np.full((len(SIGN_SYMBOLS), NUM_CLASSES), 0.01)
    sign_looks[SIGN_SYMBOLS.index("/"), 1] = 0.9  # a 1
    sign_looks[SIGN_SYMBOLS.index("-"), NOTHING] = 0.9
    logits = np.zeros((2, NUM_CLASSES), np.float32)
    logits[0, 1] = logits[1, NOTHING] = 30.0  # surely a 1, surely no digit
    point = point_of(sign_looks, np.full(len(KNOWN_SYMBOLS), 0.5))
    none = np.array([False, False])
    scores = look_scores(logits, ~none, none, False, point)
    scores[:, 1:UNKNOWN] -= math.log(0.5)  # how often all symbols are one piece
    slash, minus = (NUM_DIGITS + 1 + SIGN_SYMBOLS.index(sign) for sign in "/-")
    assert scores[0, 1 + 1] == pytest.approx(0.0, abs=1e-6)
    assert scores[0, slash] == pytest.approx(math.log(0.9), abs=1e-6)
    assert scores[0, minus] == pytest.approx(math.log(0.01), abs=1e-6)
    assert scores[1, minus] == pytest.approx(math.log(0.9), abs=1e-6)
    assert scores[1, UNKNOWN] == pytest.approx(0.0, abs=1e-6)


def test_what_is_written_in_one_piece_seldom_looks_like_several() -> None:
    shares = np.full(len(KNOWN_SYMBOLS), 0.9)
    colon, minus, eight = (KNOWN_SYMBOLS.index(symbol) for symbol in ":-8")
    shares[colon] = 0.01
    even = np.full((len(SIGN_SYMBOLS), NUM_CLASSES), 1 / NUM_CLASSES)
    logits = np.zeros((2, NUM_CLASSES), np.float32)  # any symbol
    none = np.array([False, False])
    scores = look_scores(logits, np.array([True, False]), none, False, point_of(even, shares))[
        :, 1:
    ]
    assert scores[0, minus] - scores[0, colon] == pytest.approx(math.log(0.9 / 0.01))
    assert scores[1, colon] - scores[1, minus] == pytest.approx(math.log(0.99 / 0.1))
    assert scores[0, eight] - scores[1, eight] == pytest.approx(math.log(0.9 / 0.1))
    assert scores[0, UNKNOWN - 1] == scores[1, UNKNOWN - 1]  # other marks have any number


@pytest.mark.parametrize("is_found", [False, True])
def test_a_digit_hardly_has_a_point_at_its_foot(is_found: bool) -> None:
    even = np.full((len(SIGN_SYMBOLS), NUM_CLASSES), 1 / NUM_CLASSES)
    point = point_of(even, np.full(len(KNOWN_SYMBOLS), 0.5))
    logits, several = np.zeros((2, NUM_CLASSES), np.float32), np.array([False, False])
    scores = look_scores(logits, several, np.array([False, True]), is_found, point)
    digits = slice(1, NUM_DIGITS + 1)
    assert (scores[1, digits] < scores[0, digits] - 3).all()
    assert (scores[1, UNKNOWN:] == scores[0, UNKNOWN:]).all()
