"""Letters beside a number are refused, and digits are not."""

from dataclasses import replace

import numpy as np
import pytest

from app.judgement.words import with_doubt_in_clutter, with_doubt_in_words, without_letters
from app.reading import Digit, Reading

GLYPH = np.zeros((28, 28), np.uint8)
EVEN = np.full(10, 0.1, np.float32)


def reading(*groups: str, gap: float = 15.0, low: float = 20.0, turned: int = 0) -> Reading:
    """A line of groups; those in small letters such as "~00" are `low` instead of 40 high."""
    digits, x = [], 0.0
    for group in groups:
        height = low if group.startswith("~") else 40.0
        for symbol in group.strip("~"):
            value = int(symbol) if symbol.isdecimal() else None
            sign = None if symbol.isdecimal() or symbol == "?" else symbol
            box = (x, 40 - height, 10.0, height)
            if turned == 180:
                box = (-x - 10, -40.0, 10.0, height)
            if turned == 270:
                box = (40 - height, x, height, 10.0)
            digits.append(Digit(value, 0.99, EVEN, box, GLYPH, sign=sign))
            x += 12
        x += gap - 2
    return Reading(tuple(digits), turned)


@pytest.mark.parametrize(
    "groups, expected",
    [
        (("~5?0??", "125"), "????? 125"),
        (("?0.", "383"), "??? 383"),  # "No." is no number
        (("107", "~?02"), "107 ???"),  # low letters, one of which is refused
        (("30", "??"), "30 ??"),
        (("12:", "~0?"), "12:0?"),  # the minutes of a time
        (("12.", "~0?"), "12. ??"),  # the first line of a list
        (("125", "348"), "125348"),
        (("1?5", "348"), "1?5348"),  # a number with a doubtful digit
        (("0?", "?0"), "0??0"),  # no number shows how high digits are
        (("5??",), "5??"),
    ],
)
def test_words_are_refused_beside_numbers(groups: tuple[str, ...], expected: str) -> None:
    assert without_letters(reading(*groups)).text == expected


def test_marks_that_are_close_together_are_one_group() -> None:
    assert without_letters(reading("125", "~??", gap=4)).text == "125??"


def test_a_number_with_small_zeros_is_no_word() -> None:
    first, *zeros = reading("8?00", "43").digits
    low = [replace(mark, box=(mark.box[0], 20.0, 10.0, 20.0)) for mark in zeros[:3]]
    assert without_letters(Reading((first, *low, *zeros[3:]))).text == "8?0043"


def test_a_number_that_is_only_unsure_is_no_word() -> None:
    marks = [
        replace(mark, confidence=0.2) if mark.text == "?" else mark
        for mark in reading("~8?0", "43").digits
    ]
    assert without_letters(Reading(tuple(marks))).text == "8?043"


@pytest.mark.parametrize("turned", [180, 270])
def test_words_are_refused_in_turned_pictures(turned: int) -> None:
    assert without_letters(reading("~5?0??", "125", turned=turned)).text == "????? 125"


def test_refused_letters_keep_their_place_and_their_looks() -> None:
    before = reading("~5?0??", "125")
    after = without_letters(before)
    assert [mark.box for mark in after.digits] == [mark.box for mark in before.digits]
    assert [mark.number_index for mark in after.digits] == [0] * 5 + [1] * 3
    assert after.digits[0].probabilities is before.digits[0].probabilities


@pytest.mark.parametrize(
    "groups, expected",
    [
        (("?????????", "1", "??"), {"1"}),  # among many refused marks
        (("?????????", "15", "??"), {"1", "5"}),
        (("????", "15", "??"), set()),  # few marks
        (("15", "38", "????", "94", "20", "??", "?"), set()),  # mostly digits
        (("~?????????", "1", "~???"), set()),  # written larger than what is around it
    ],
)
def test_digits_among_many_refused_marks_are_doubtful(
    groups: tuple[str, ...], expected: set[str]
) -> None:
    doubtful = with_doubt_in_clutter(reading(*groups))
    assert {mark.text for mark in doubtful.digits if mark.is_doubtful} == expected
    assert doubtful.text == reading(*groups).text


@pytest.mark.parametrize("num_doubtful, is_clutter", [(3, True), (2, False)])
def test_a_digit_among_unclear_marks_is_doubtful(num_doubtful: int, is_clutter: bool) -> None:
    """As on checked cloth, where 9 and 4 of eleven marks were read."""
    before = reading("????", "9", "483", "7")
    places = [4, 5, 6][:num_doubtful]
    marks = tuple(
        replace(mark, is_doubtful=index in places) for index, mark in enumerate(before.digits[:8])
    )
    doubted = with_doubt_in_clutter(Reading(marks)).digits
    assert doubted[-1].is_doubtful == is_clutter


def test_a_large_number_among_refused_marks_is_doubtful_if_a_digit_of_it_is() -> None:
    before = reading("~?????????", "15", "~???").digits
    assert not any(mark.is_doubtful for mark in with_doubt_in_clutter(Reading(before)).digits)
    marks = [replace(mark, is_doubtful=mark.value == 1) for mark in before]
    doubted = with_doubt_in_clutter(Reading(tuple(marks)))
    assert {mark.value for mark in doubted.digits if mark.is_doubtful} == {1, 5}


@pytest.mark.parametrize(
    "groups, expected",
    [
        (("?0??2", "00") * 10, {"0", "2"}),  # words, of which some are read as numbers
        (("??", "00") * 9, set()),  # too few marks for a page
        (("0000", "00", "?") * 8, set()),  # too few are refused
    ],
)
def test_digits_in_words_of_print_are_doubtful(groups: tuple[str, ...], expected: set[str]) -> None:
    line = reading(*groups)
    indexes = [index for index, group in enumerate(groups) for _ in group]
    marks = [
        replace(mark, number_index=index) for mark, index in zip(line.digits, indexes, strict=True)
    ]
    doubtful = with_doubt_in_clutter(Reading(tuple(marks)))
    in_words = {mark.text for mark in doubtful.digits if mark.is_doubtful}
    assert in_words == expected
    assert not any(mark.is_doubtful for mark in doubtful.digits if mark.number_index % 2)


@pytest.mark.parametrize(
    "groups, expected",
    [
        (("5??0",), {"5", "0"}),  # the word alone
        (("5?0",), set()),  # one mark of a number that is not sure
        (("0?", "~???"), {"0"}),  # beside another word
        (("???", "10", "????"), {"1", "0"}),  # as high as most words
        (("???", "10", "????", "25"), set()),  # as many numbers as words
        (("???", "~0", "????"), {"0"}),  # as high as small letters, here 28 pixels
        (("~???", "10", "~????"), set()),  # higher than the words
        (("10", "~????"), set()),  # one word
    ],
)
def test_digits_in_words_and_among_words_of_their_height_are_doubtful(
    groups: tuple[str, ...], expected: set[str]
) -> None:
    before = reading(*groups, low=28)
    doubtful = with_doubt_in_words(before)
    assert {mark.text for mark in doubtful.digits if mark.is_doubtful} == expected
    assert doubtful.text == before.text


@pytest.mark.parametrize("width, is_word", [(40.0, False), (60.0, True)])
def test_a_wide_mark_is_a_word_whose_letters_run_into_each_other(
    width: float, is_word: bool
) -> None:
    marks = [
        replace(mark, box=(100.0 * place, 0.0, width, 40.0), number_index=place)
        for place, mark in enumerate(reading("??7").digits)
    ]
    assert with_doubt_in_words(Reading(tuple(marks))).digits[-1].is_doubtful == is_word
