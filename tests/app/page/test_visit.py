"""What a visit keeps and corrects, and for which of many digits it shows tiles."""

from dataclasses import replace

import numpy as np
import pytest

from app import recognizer
from app.page.digit_tiles import shown_indices
from app.page.visit import Visit, strokes_of
from app.reading import Digit, Reading
from tests.app.segmentation.test_signs import written
from tests.support.drawings import placed


def test_strokes_of_a_digit_are_those_that_made_its_glyph() -> None:
    two, six = placed(2, 20, 60, 200), placed(6, 260, 60, 200)
    reading = recognizer.Recognizer().read_ink([*six, *two])
    assert reading.text == "26"
    for digit, strokes in zip(reading.digits, (two, six), strict=True):
        own_strokes = strokes_of(digit, [*six, *two])
        assert [id(stroke) for stroke in own_strokes] == [id(stroke) for stroke in strokes]
    assert strokes_of(reading.digits[0], []) == []


@pytest.mark.parametrize(
    "text, index, right, expected",
    [("31", 1, 7, "37"), ("3/4", 1, 1, "314"), ("2026", 3, None, "202?"), ("3-4", 1, None, "3?4")],
)
def test_any_mark_of_a_number_can_be_corrected(
    text: str, index: int, right: int | None, expected: str
) -> None:
    reader, visit, strokes = recognizer.Recognizer(), Visit(), written(text)
    prepared = reader.prepare_ink(strokes)
    reading = visit.read(reader, prepared)
    assert reading.text == text
    visit.correct(reader, reading, index, right, strokes)
    assert visit.read(reader, prepared).text == expected


def test_of_many_digits_only_the_chosen_line_has_tiles() -> None:
    glyph, sure = np.zeros((28, 28), np.uint8), np.full(10, 0.1, np.float32)
    digits = tuple(
        Digit(1, 0.9, sure, (9.0 * at, 20.0 * line, 8.0, 18.0), glyph, line_index=line)
        for line in range(10)
        for at in range(10)
    )
    assert shown_indices(Reading(digits), 34) == list(range(30, 40))
    assert shown_indices(Reading(digits[:20]), 7) == list(range(20))
    long = tuple(replace(digit, line_index=0) for digit in digits)
    assert shown_indices(Reading(long), 99) == list(range(76, 100))
    assert 50 in shown_indices(Reading(long), 50)
