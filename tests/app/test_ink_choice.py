"""The choice between the ink maps of a picture."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink_choice import InkChooser
from app.prepared import Prepared
from app.reading import Digit, Reading
from app.recognizer import Recognizer
from tests.support.drawings import placed

GREY = np.full((200, 300, 3), 200, np.uint8)
PHOTOGRAPH = (GREY + np.random.default_rng(0).integers(-20, 20, GREY.shape)).astype(np.uint8)


def reading_of(text: str, confidence: float) -> Reading:
    """A reading of one number with this confidence, in which "?" is a refused mark."""
    shares, glyph = np.full(10, 0.1, np.float32), np.zeros((28, 28), np.uint8)
    digits = []
    for index, character in enumerate(text):
        value = int(character) if character.isdecimal() else None
        sign = None if character.isdecimal() or character == "?" else character
        box = (20.0 + 100 * index, 40.0, 60.0, 100.0)
        digit = Digit(value, 0.97, shares, box, glyph, number_confidence=confidence, sign=sign)
        digits.append(digit)
    return Reading(tuple(digits))


def reading_of_numbers(texts: Sequence[str], confidence: float) -> Reading:
    """A reading of several numbers on a line, each far from the next."""
    marks: list[Digit] = []
    for index, text in enumerate(texts):
        for mark in reading_of(text, confidence).digits:
            x, y, width, height = mark.box
            box = (x + 600 * index, y, width, height)
            marks.append(replace(mark, box=box, number_index=index))
    return Reading(tuple(marks))


def chosen(
    recognizer: Recognizer, picture: NDArray[np.uint8], maps: Sequence[tuple[str, float]]
) -> tuple[str, int]:
    """What is read if the picture's maps say this, and how many of them were asked for."""
    asked = []
    prepared = recognizer.prepare_ink([*placed(4, 20, 40, 100), *placed(2, 120, 40, 100)])
    lines = [replace(line, is_found=picture is PHOTOGRAPH) for line in prepared.lines]

    def find(pixels: NDArray[np.uint8], single: bool) -> Iterator[Prepared]:
        for each in maps:
            asked.append(each)
            yield Prepared(lines)

    chooser = InkChooser(find, lambda _: reading_of(*asked[-1]))
    reading = chooser.choose(picture, False, 0).reading
    assert reading is not None
    return reading.text, len(asked)


@pytest.mark.parametrize(
    "maps, text, num_asked",
    [
        ([("42", 0.95), ("47", 0.99)], "42", 1),
        ([("42", 0.5), ("47", 0.95)], "47", 2),
        ([("42", 0.5), ("47", 0.55), ("4", 0.2)], "42", 3),
        ([("42", 0.55), ("47", 0.58), ("41", 0.57)], "42", 3),
        ([("??", 0.2), ("47", 0.5), ("41", 0.45)], "47", 3),
        ([("42", 0.45), ("47", 0.55), ("41", 0.7)], "41", 3),
        ([("42", 0.5), ("4", 0.99)], "42", 2),  # a part of it
        ([(".5", 0.5), ("5", 0.99)], ".5", 2),  # the same
        ([("1.5", 0.5), ("7.5", 0.8)], "7.5", 2),
        ([("--", 0.99), ("5", 0.95)], "5", 2),  # specks look like signs
        ([("4", 0.8), ("7", 0.95)], "7", 2),  # a digit should be surer than a number
    ],
)
def test_an_unsure_photograph_is_read_in_its_surest_map(
    recognizer: Recognizer, maps: list[tuple[str, float]], text: str, num_asked: int
) -> None:
    assert chosen(recognizer, PHOTOGRAPH, maps) == (text, num_asked)


def test_the_first_map_of_a_clean_picture_is_read_even_if_it_is_unsure(
    recognizer: Recognizer,
) -> None:
    assert chosen(recognizer, GREY, [("42", 0.5), ("47", 0.95)]) == ("42", 1)
    assert chosen(recognizer, GREY, [("4?", 0.2), ("47", 0.95)]) == ("47", 2)


def choice_of(
    recognizer: Recognizer, first: Reading, second: Reading, is_found: bool = False
) -> str:
    """What is read in a clean picture whose two maps say this; is_found: see `TextLine`."""
    (line,) = recognizer.prepare_ink(placed(5, 20, 40, 100)).lines
    maps = [Prepared([replace(line, is_found=is_found)])] * 2
    readings = iter([first, second])
    prepared = InkChooser(lambda *_: iter(maps), lambda _: next(readings)).choose(GREY, False, 0)
    return prepared.reading.text if prepared.reading is not None else ""


@pytest.mark.parametrize("is_found, text", [(False, "?5"), (True, "5")])
def test_a_mark_that_may_be_a_sign_is_not_lost_in_a_clean_picture(
    recognizer: Recognizer, is_found: bool, text: str
) -> None:
    mark, five = reading_of("?5", 0.4).digits
    unsure = Reading((replace(mark, box=(20.0, 130.0, 10.0, 10.0)), five))
    assert choice_of(recognizer, unsure, reading_of("5", 0.99), is_found) == text


def test_a_clean_picture_is_read_in_another_map_if_the_first_shows_no_writing(
    recognizer: Recognizer,
) -> None:
    ones = (replace(one, confidence=0.6, is_doubtful=True) for one in reading_of("11", 0.4).digits)
    assert choice_of(recognizer, Reading(tuple(ones)), reading_of("8", 0.99)) == "8"


@pytest.mark.parametrize(
    "words, turned", [((), 180), (("???",), 0)], ids=["a number", "a number beside a word"]
)
def test_letters_that_are_digits_upside_down_do_not_turn_a_picture(
    recognizer: Recognizer, words: tuple[str, ...], turned: int
) -> None:
    """A number that is hardly sure is turned, but not if it is because of the word behind it."""
    marked = PHOTOGRAPH.copy()
    marked[0, 0] = 255
    lines = recognizer.prepare_ink(placed(4, 20, 40, 100)).lines
    upright = reading_of_numbers(["528", *words], 0.5)
    seen: list[bool] = []

    def find(pixels: NDArray[np.uint8], single: bool) -> Iterator[Prepared]:
        seen.append(bool(pixels[0, 0, 0] == 255))
        yield Prepared(lines)

    def read(_: Prepared) -> Reading:
        return upright if seen[-1] else reading_of("034825", 0.99)

    assert InkChooser(find, read).choose(marked, False, None).turned == turned


def test_a_map_that_is_believed_to_be_writing_is_read_instead_of_one_that_is_not(
    recognizer: Recognizer,
) -> None:
    """A blurred photograph, in one map of which two digits and a mark are doubtful."""
    poor = reading_of("21?0", 0.2)
    marks = (replace(mark, confidence=0.6, is_doubtful=True) for mark in poor.digits)
    poor = replace(poor, digits=tuple(marks))
    readings = iter([poor, reading_of("2?28", 0.2)])
    prepared = recognizer.prepare_ink(placed(4, 20, 40, 100))

    def find(pixels: NDArray[np.uint8], single: bool) -> Iterator[Prepared]:
        yield from (Prepared(prepared.lines), Prepared(prepared.lines))

    chosen = InkChooser(find, lambda _: next(readings)).choose(PHOTOGRAPH, False, 0)
    assert chosen.reading is not None
    assert chosen.reading.text == "2?28"


@pytest.mark.parametrize("num_clear, expected", [(6, "23456789"), (3, "234")])
def test_a_map_that_shows_fewer_clear_digits_of_a_page_is_not_read(
    recognizer: Recognizer, num_clear: int, expected: str
) -> None:
    page = recognizer.prepare_ink(placed(4, 20, 40, 100)).lines
    maps = [Prepared([replace(line, is_found=True) for line in page]) for _ in range(2)]
    words = ["?????"] * 3
    first = reading_of_numbers([*"23456789"[: num_clear + 2], *words], 0.95)
    second = reading_of_numbers([*"23456789"[:num_clear], "?"], 0.95)
    readings = iter([first, second])
    chosen = InkChooser(lambda *_: iter(maps), lambda _: next(readings)).choose(
        PHOTOGRAPH, False, 0
    )
    assert chosen.reading is not None
    read = "".join(mark.text for mark in chosen.reading.digits if mark.text != "?")
    assert read == expected


@pytest.mark.parametrize(
    "beside, is_read",
    [
        ((), False),  # an empty form
        ((("-", 5.0),), False),  # the dots or the line of an empty field
        ((("1", 10.0), ("?", 40.0)), False),  # a piece of a line, and another
        ((("7", 40.0),), True),
        ((("?", 40.0),), True),  # what may be written is never left out
    ],
)
def test_a_picture_of_printed_words_alone_is_no_writing(
    recognizer: Recognizer, beside: tuple[tuple[str, float], ...], is_read: bool
) -> None:
    (letter,) = reading_of("?", 0.9).digits
    letters = [
        replace(letter, box=(20 + 16.0 * place, 20, 12, 20), print_likeness=0.9)
        for place in range(12)
    ]
    others = [
        replace(mark, box=(20, 100, 0.6 * height, height), number_index=index, line_index=index)
        for index, (text, height) in enumerate(beside, 1)
        for mark in reading_of(text, 0.9).digits
    ]
    prepared = Prepared(recognizer.prepare_ink([*placed(4, 20, 40, 100)]).lines)
    reading = Reading((*letters, *others))
    shapes = []

    def find(pixels: NDArray[np.uint8], single: bool) -> Iterator[Prepared]:
        shapes.append(pixels.shape)
        yield prepared

    chooser = InkChooser(find, lambda _: reading)
    assert bool(chooser.choose(PHOTOGRAPH, False, None).lines) is is_read
    if not beside:
        assert shapes == [PHOTOGRAPH.shape]  # it is not turned


@pytest.mark.parametrize("level, expected", [("430007", "430000"), ("430001", "430001")])
def test_several_lines_are_levelled_only_if_they_are_surer_then(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, level: str, expected: str
) -> None:
    """Pieces of a broken number may look like the marks of two sloping lines."""
    sureness = {"430000": 0.8, "430007": 0.7, "430001": 0.9}
    monkeypatch.setattr("app.tilt.degrees_of_lines", lambda _: 12.0)
    prepared = recognizer.prepare_ink([*placed(4, 20, 40, 100), *placed(2, 120, 40, 100)])
    lines = [replace(line, is_found=True) for line in prepared.lines]
    texts: list[str] = []

    def find(pixels: NDArray[np.uint8], single: bool) -> Iterator[Prepared]:
        texts.append("430000" if pixels is PHOTOGRAPH else level)
        yield Prepared(lines)

    chooser = InkChooser(find, lambda _: reading_of(texts[-1], sureness[texts[-1]]))
    reading = chooser.choose(PHOTOGRAPH, False, None).reading
    assert reading is not None
    assert reading.text == expected
