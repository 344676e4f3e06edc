"""How sure a reading is, as the page shows and announces it."""

from dataclasses import replace

import numpy as np
import pytest

from app.page import annotated_picture, correction_buttons, digit_tiles, headline
from app.page.headline import certainty, sureness, to_html
from app.page.visit import Visit
from app.reading import Digit, Reading


def digit_of(value: int | None, confidence: float) -> Digit:
    glyph = np.zeros((28, 28), np.uint8)
    probabilities = np.full(10, 0.1, np.float32)
    box = (0.0, 0.0, 1.0, 1.0)
    return Digit(value, confidence, probabilities, box, glyph, number_confidence=0.5)


@pytest.mark.parametrize(
    "corrected, unfinished, expected",
    [
        ((), None, "50 % sure"),  # that the whole number is right
        ((1,), None, "80 % sure"),  # the least sure digit was corrected
        ((0, 1), None, "as you said"),
        ((), 1, "80 % sure"),  # the least sure digit is being written
        ((0,), 1, "as you said"),
    ],
)
def test_what_was_corrected_or_is_being_written_has_no_sureness(
    corrected: tuple[int, ...], unfinished: int | None, expected: str
) -> None:
    reading = Reading((digit_of(4, 0.8), digit_of(2, 0.6)))
    assert headline.sureness(reading, frozenset(corrected), unfinished) == expected


@pytest.mark.parametrize(
    "values, corrected, expected",
    [
        ((None, 9), (), "? means not a digit"),
        ((None, 9), (1,), "? means not a digit"),  # the visitor named the 9
        ((None, 9), (0,), "? means not a digit"),  # or refused the other mark
        ((None,), (), "not a digit"),
        ((None, None), (), "not digits"),
    ],
)
def test_refused_marks_are_told_from_the_digits_beside_them(
    values: tuple[int | None, ...], corrected: tuple[int, ...], expected: str
) -> None:
    reading = Reading(tuple(digit_of(value, 0.8) for value in values))
    assert sureness(reading, frozenset(corrected)) == expected


def test_a_refused_mark_beside_a_sign_is_not_all_of_a_reading() -> None:
    refused = digit_of(None, 0.8)
    assert sureness(Reading((refused, replace(refused, sign=".")))) == "? means not a digit"


@pytest.mark.parametrize(
    "confidence, is_doubtful, kind, words",
    [
        (0.97, False, "sure", "97 % sure"),
        (0.97, True, "doubt", "97 % sure, unusual shape"),
        (0.62, True, "doubt", "62 % sure"),  # the percentage says that another digit may be meant
    ],
)
def test_doubt_is_shown_and_said(
    confidence: float, is_doubtful: bool, kind: str, words: str
) -> None:
    nothing, probabilities = np.zeros((28, 28), np.uint8), np.zeros(10, np.float32)
    digit = Digit(
        2,
        confidence,
        probabilities,
        (0, 0, 9, 9),
        nothing,
        is_doubtful=is_doubtful,
        number_confidence=confidence,
    )
    assert certainty(digit) == kind
    assert sureness(Reading((digit,))) == words
    assert sureness(Reading((digit, digit))) == words
    assert f"--colour:var(--{kind})" in to_html(Reading((digit,)), "")
    assert annotated_picture.description(digit) == f"2, {words}"


def numbers_of(*confidences: float, doubtful: int | None = None) -> Reading:
    """Numbers of two digits on lines of their own. doubtful: the one with a doubtful digit."""
    return Reading(
        tuple(
            replace(
                digit_of(4, 0.99),
                number_index=index,
                line_index=index,
                number_confidence=confidence,
                is_doubtful=index == doubtful and place == 1,
            )
            for index, confidence in enumerate(confidences)
            for place in range(2)
        )
    )


def test_several_numbers_say_which_of_them_are_unsure() -> None:
    assert sureness(numbers_of(0.96, 0.92, 0.98)) == "3 numbers, the least sure 92 %"
    reading = numbers_of(0.96, 0.43, 0.98, doubtful=1)
    assert sureness(reading) == "1 of 3 numbers unsure"
    html = to_html(reading, "")
    assert html.count("<small") == 1
    assert ' <small class="doubt">43 %</small></span> <span class="line">' in html
    assert "<small" not in to_html(reading, "", corrected=frozenset({2}))
    assert "<small" not in to_html(reading, "", unfinished=3)
    assert "<small" not in to_html(numbers_of(0.43, doubtful=0), ""), "one number is said below"
    assert sureness(reading, frozenset({0})) == "1 of 3 numbers unsure", "another was corrected"
    assert sureness(reading, frozenset({3})) == "3 numbers, the least sure 96 %", "now as they said"
    assert Visit().chosen_in(reading) == 3, "the doubtful digit of the unsure number"


def test_a_digit_of_an_unsure_number_has_no_unusual_shape() -> None:
    digit = numbers_of(0.7, doubtful=0).digits[1]
    assert certainty(digit) == "doubt"
    assert annotated_picture.description(digit) == "4, 99 % sure; or 0, 10 %; or 1, 10 %"


@pytest.mark.parametrize(
    "num_lines, num_chars, expected",
    [(1, 4, 1), (2, 3, 1), (3, 9, 1), (4, 3, 2), (6, 3, 2), (7, 3, 3), (6, 20, 1)],
)
def test_many_lines_are_shown_in_columns(num_lines: int, num_chars: float, expected: int) -> None:
    assert headline.columns(num_lines, num_chars) == expected


def test_a_sign_is_shown_as_itself_and_never_as_a_sure_digit() -> None:
    digit = digit_of(7, 0.9)
    sign = replace(digit, value=None, sign="-")
    reading = Reading((digit, sign))
    assert certainty(sign) == "sign"
    assert annotated_picture.description(sign) == "-, sign"
    assert sureness(reading) == "50 % sure"
    assert sureness(Reading((sign,))) == "sign"
    assert Visit().chosen_in(reading) == 0, "a sign has no value to correct"
    buttons = correction_buttons.to_html(sign, is_corrected=False, is_stored=False)
    assert "not the sign “-”?" in buttons
    assert "%</small>" not in buttons, "a sign is no digit of any probability"
    assert 'aria-label="Digit 2: -, sign"' in digit_tiles.to_html(reading, 0)
    assert '<span class="sign">' in to_html(reading, "")


@pytest.mark.parametrize("value, shown", [(None, "…"), (4, "4")])
def test_what_is_being_written_is_muted_and_never_refused(value: int | None, shown: str) -> None:
    reading = Reading((digit_of(2, 0.9), digit_of(value, 0.8)))
    html = to_html(reading, "", unfinished=1)
    assert f'<span class="unfinished">{shown}</span>' in html
    assert "refused" not in html
    assert "unfinished" not in to_html(reading, "")
