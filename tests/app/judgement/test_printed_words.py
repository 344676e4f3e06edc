"""Printed words are left out of a reading, and digits and what may be written are not."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.judgement.printed_words import without_print
from app.reading import Digit, Reading

GLYPH = np.zeros((28, 28), np.uint8)
EVEN = np.full(10, 0.1, np.float32)
NONE = -math.inf

Line = tuple[str, float, float]  # what is read, its likeness to print, its height


def reading(*rows: Sequence[Line], turned: int = 0) -> Reading:
    """Rows of lines of ink, in which a digit after a "~" is doubtful."""
    digits, number = [], 0
    for index, row in enumerate(rows):
        x = 0.0
        for text, likeness, height in row:
            is_doubtful = False
            for symbol in text:
                if symbol == "~":
                    is_doubtful = True
                    continue
                value = int(symbol) if symbol.isdecimal() else None
                sign = None if symbol.isdecimal() or symbol == "?" else symbol
                box = (x, 100.0 * index, 0.6 * height, height)
                if turned == 90:
                    box = (-100.0 * index, x, height, 0.6 * height)
                digits.append(
                    Digit(
                        value,
                        0.9,
                        EVEN,
                        box,
                        GLYPH,
                        number,
                        index,
                        is_doubtful and value is not None,
                        sign,
                        print_likeness=likeness,
                    )
                )
                x += 0.8 * height
                is_doubtful = False
            x += height
            number += 1
    return Reading(tuple(digits), turned)


HEADER: tuple[Line, ...] = (("?????", 0.8, 20), ("??~0?", 0.7, 20), ("???", 0.5, 20))


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([HEADER], ""),
        ([HEADER, [("12", NONE, 40), ("345", NONE, 40)]], "12 345"),
        ([[("????", 1.2, 20)], [("12", NONE, 40)]], "12"),  # which is sure by itself
        ([[("????", 0.5, 20)], [("12", NONE, 40)]], "????\n12"),  # which is not
        # What is read in a line like print, or beside one, is no number.
        ([HEADER, [("~1~1?~0", 0.6, 20)]], ""),
        ([[*HEADER, ("?", NONE, 15)], [("7", NONE, 40)]], "7"),
        ([[*HEADER, ("~0", NONE, 15)], [("7", NONE, 40)]], "7"),
        ([[("~0~5~0???~0~5", 1.0, 20)]], ""),  # a word of letters of which most look like digits
        ([[("~0~50???~0~5", 1.0, 20)]], "050???05"),
        # A dotted line.
        ([HEADER, [("-", NONE, 3)]], ""),
        # Digits are left in, and so are those in doubt, unless they are as low as the print.
        ([[*HEADER, ("12", NONE, 20)]], "12"),
        ([[*HEADER, ("~1~2", NONE, 40)]], "12"),
        ([HEADER, [("~1~2", NONE, 20)]], "12"),
        # Refused marks that are larger than the print, or beside numbers.
        ([HEADER, [("?", NONE, 40)]], "?"),
        ([HEADER, [("7", NONE, 40), ("?", NONE, 20)]], "7 ?"),
        # A word that is written.
        ([HEADER, [("??", -0.6, 20)]], "??"),
        ([[("????", -0.3, 30), ("?????", 0.1, 30)], [("12", NONE, 40)]], "???? ?????\n12"),
        ([[("???", 0.3, 20), ("????", -0.3, 20), ("???", 0.3, 20)]], "??? ???? ???"),
        # Words of another size say nothing of it.
        ([HEADER, [("????", 0.3, 60)]], "????"),
        ([[("12?45", 0.8, 40)]], "12?45"),
        ([], ""),
    ],
)
def test_printed_words_are_left_out(rows: list[Sequence[Line]], expected: str) -> None:
    assert without_print(reading(*rows)).text == expected


def test_a_wide_mark_is_letters_beside_words_and_may_be_a_dash_without() -> None:
    def wide(height: float) -> Digit:
        box = (0, 0, 3 * height, height)
        return Digit(None, 0.9, EVEN, box, GLYPH, 9, 9, print_likeness=1.0)

    header = reading(HEADER, [("12", NONE, 40)]).digits
    assert without_print(Reading((wide(20),))).text == "?"
    assert without_print(Reading((*header, wide(20)))).text == "12"
    assert without_print(Reading((*header, wide(8)))).text == "12\n?"


def test_words_in_a_turned_picture_are_left_out() -> None:
    turned = reading(HEADER, [("12", NONE, 40)], turned=90)
    assert without_print(turned).text == "12"


@pytest.mark.parametrize(
    "marks, heights, likeness, is_left_out",
    [
        ("???0", (25, 25, 24, 25), 0.0, True),  # A B C D, above the columns of a table
        ("???", (25, 25, 25, 25), 0.0, True),
        ("?4?0", (25, 25, 24, 25), 0.0, False),
        ("???0", (25, 31, 24, 25), 0.0, False),  # written
        ("???0", (25, 25, 24, 25), -0.5, False),
        ("??", (25, 25), 0.0, False),
    ],
)
def test_capitals_of_one_height_that_stand_alone_are_left_out(
    marks: str, heights: tuple[float, ...], likeness: float, is_left_out: bool
) -> None:
    places = range(len(marks))
    row = [(marks[place], likeness + 0.1 * place, heights[place]) for place in places]
    assert without_print(reading(row)).text == ("" if is_left_out else reading(row).text)


@pytest.mark.parametrize(
    "lines, likeness, is_left_out",
    [
        (("???~5~1", "???????~0", "??????", "~1~0?", "????????"), 0.0, True),  # an empty form
        (("???~5~1", "???????~0", "??????", "10?", "????????"), 0.0, False),  # 10 is clear
        (("???~5~1", "???????~0", "??????", "~1~0?", "????????"), -0.3, False),  # as if written
        (("~4~5~1?", "~3~5~0~2", "~1~0~7?", "~7~8~2~5?", "?~9~3~1"), 0.0, False),  # faint numbers
        (("???~5~1", "~1~0?"), 0.0, False),
    ],
)
def test_many_letters_beside_no_clear_digit_are_print(
    lines: Sequence[str], likeness: float, is_left_out: bool
) -> None:
    rows = [[(line, likeness + 0.01 * place, 20.0)] for place, line in enumerate(lines)]
    assert without_print(reading(*rows)).text == ("" if is_left_out else reading(*rows).text)


def doubted_number(read: Reading, last: int) -> Reading:
    """The reading with doubt in the last digits, only because it is in their number."""
    digits = [
        replace(mark, is_doubtful=True, is_number_doubtful=True)
        if mark.value is not None and index >= len(read.digits) - last
        else mark
        for index, mark in enumerate(read.digits)
    ]
    return replace(read, digits=tuple(digits))


def test_clear_digits_behind_a_label_that_touches_them_stay() -> None:
    read = doubted_number(reading([("??????1411", 1.0, 40)]), 4)
    assert without_print(read).text == "??????1411"
    assert not without_print(reading([("??????~1~4~1~1", 1.0, 40)])).digits


def test_a_doubtful_number_that_is_unlike_print_stays_on_a_page_of_letters() -> None:
    rows: list[list[Line]] = [[("??????????", 0.5, 13)], [("?????????????????", 0.5, 13)]]
    assert not without_print(reading(*rows)).digits
    assert "900" in without_print(reading(*rows, [("~9~0~0", -0.6, 170)])).text
