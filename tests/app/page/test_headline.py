"""How sure a reading is, as the page shows and announces it."""

from dataclasses import replace

import numpy as np
import pytest

from app.page import annotated_picture, digit_tiles, headline
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


def test_a_sign_is_shown_as_itself_and_never_as_a_sure_digit() -> None:
    digit = digit_of(7, 0.9)
    sign = replace(digit, value=None, sign="-")
    reading = Reading((digit, sign))
    assert certainty(sign) == "sign"
    assert annotated_picture.description(sign).startswith("-, sign; or 0, 10 %")
    assert sureness(reading) == "50 % sure"
    assert sureness(Reading((sign,))) == "sign"
    assert Visit().chosen_in(reading) == 0, "a sign has no value to correct"
    assert 'aria-label="Digit 2: -, sign"' in digit_tiles.to_html(reading, 0)
    assert '<span class="sign">' in to_html(reading, "")


@pytest.mark.parametrize("value, shown", [(None, "…"), (4, "4")])
def test_what_is_being_written_is_muted_and_never_refused(value: int | None, shown: str) -> None:
    reading = Reading((digit_of(2, 0.9), digit_of(value, 0.8)))
    html = to_html(reading, "", unfinished=1)
    assert f'<span class="unfinished">{shown}</span>' in html
    assert "refused" not in html
    assert "unfinished" not in to_html(reading, "")
