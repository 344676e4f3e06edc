"""What the line reader and the classifier agree on."""

import math

import pytest

from app.inference.line_reader import SYMBOLS
from app.segmentation.ctc import Hypothesis
from app.segmentation.decision import OperatingPoint, are_digits_unsure
from app.segmentation.line_reading import Choice, likeliest


def scored(text: str, probability: float) -> tuple[float, Choice]:
    symbols = tuple(SYMBOLS.index(symbol) + 1 for symbol in text)
    return math.log(probability), Choice([], Hypothesis(symbols, tuple(range(len(text))), 0.0))


@pytest.mark.parametrize(
    ("choices", "text", "odds", "digit_odds"),
    [
        # Signs alone are in doubt: the digits are as sure as both texts together.
        ({"12/05": 0.5, "12-05": 0.4, "12/06": 0.1}, "12/05", 0.5 / 0.5, 0.9 / 0.1),
        # A slash or a 1: other digits.
        ({"12105": 0.2, "12/05": 0.8}, "12/05", 4.0, 4.0),
        # A mark that is no sign is no less in doubt than a digit.
        ({"1?": 0.75, "1": 0.25}, "1?", 3.0, 3.0),
    ],
)
def test_odds_of_a_text_and_of_its_digits(
    choices: dict[str, float], text: str, odds: float, digit_odds: float
) -> None:
    choice = likeliest([scored(*item) for item in choices.items()])
    assert choice.text == text
    assert math.exp(choice.log_odds) == pytest.approx(odds, abs=1e-4)
    assert math.exp(choice.digit_log_odds) == pytest.approx(digit_odds, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "digit_log_odds", "is_unsure"),
    [
        ("12", -1.0, True),  # likelier wrong than right
        ("12", 2.0, False),
        ("1", -1.0, False),  # a single character is judged by its own look
    ],
)
def test_digits_are_unsure_only_in_numbers(
    text: str, digit_log_odds: float, is_unsure: bool
) -> None:
    point = OperatingPoint(1.0, 0.0, 0.0, 2.0, slope=1.0, offset=0.0)
    hypothesis = scored(text, 1.0)[1].hypothesis
    choice = Choice(list(range(len(text))), hypothesis, digit_log_odds=digit_log_odds)
    assert are_digits_unsure(choice, point) is is_unsure
