"""A reading as text, as numbers and as plain values."""

import json
from dataclasses import replace

import numpy as np
import pytest

from app.reading import Digit, Reading


def digit(
    value: int | None, number_index: int = 0, line_index: int = 0, sign: str | None = None
) -> Digit:
    """A digit of this value; its probabilities are 0.00, 0.02, ... 0.18, plus 0.1 for the 9."""
    probabilities = (np.arange(10) / 50).astype(np.float32)
    probabilities[9] += np.float32(0.1)
    nothing = np.zeros((28, 28), np.uint8)
    return Digit(
        value,
        0.12345678,
        probabilities,
        (1, 2, 3, 4),
        nothing,
        number_index,
        line_index,
        sign=sign,
        number_confidence=0.5,
    )


@pytest.mark.parametrize(
    "digits, text, numbers",
    [
        ((), "", []),
        ((digit(7),), "7", ["7"]),
        ((digit(None),), "?", ["?"]),
        ((digit(None, sign="-"), digit(3), digit(None, sign="×"), digit(None)), "-3×?", ["-3×?"]),
        ((digit(1), digit(None), digit(2, 1), digit(3, 2, 1)), "1? 2\n3", ["1?", "2", "3"]),
    ],
)
def test_a_reading_has_its_text_and_its_numbers(
    digits: tuple[Digit, ...], text: str, numbers: list[str]
) -> None:
    reading = Reading(digits)
    assert reading.text == text
    assert [number.text for number in reading.numbers] == numbers
    assert reading.to_dict()["text"] == text
    assert reading.to_dict()["numbers"] == numbers


@pytest.mark.parametrize(
    "value, expected",
    [
        ((), "Reading('')"),
        ((digit(7), digit(None, 1)), "Reading('7 ?', confidence=0.250)"),
        (digit(7), "Digit(7, confidence=0.123, box=(1, 2, 3, 4))"),
        (digit(None, sign="/"), "Digit(/, confidence=0.123, box=(1, 2, 3, 4))"),
        (digit(None), "Digit(None, confidence=0.123, box=(1, 2, 3, 4))"),
    ],
)
def test_it_prints_in_one_line(value: Digit | tuple[Digit, ...], expected: str) -> None:
    assert repr(Reading(value) if isinstance(value, tuple) else value) == expected


@pytest.mark.parametrize(
    "digits, confidence",
    [((digit(None),), 0.0), ((digit(7), digit(None)), 0.5), ((digit(None), digit(7, 1)), 0.25)],
)
def test_a_refused_mark_is_right_beside_others_and_nothing_alone(
    digits: tuple[Digit, ...], confidence: float
) -> None:
    reading = Reading(digits).to_dict()
    assert reading["confidence"] == confidence
    assert {mark["number_confidence"] for mark in reading["digits"]} == {0.5}  # of a "?" too


def test_a_reading_is_plain_values() -> None:
    reading = Reading((digit(7), digit(None, 1, 2)))
    expected = {
        "value": 7,
        "confidence": 0.123457,
        "probabilities": [0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.28],
        "box": [1.0, 2.0, 3.0, 4.0],
        "number_index": 0,
        "line_index": 0,
        "is_doubtful": False,
        "sign": None,
        "number_confidence": 0.5,
    }
    seven, refused = json.loads(json.dumps(reading.to_dict()))["digits"]
    assert seven == expected
    assert refused == expected | {"value": None, "number_index": 1, "line_index": 2}
    doubtful = replace(reading.digits[0], is_doubtful=True).to_dict()
    assert doubtful == expected | {"is_doubtful": True}
