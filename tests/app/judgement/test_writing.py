"""What counts as writing on a picture, and what counts as lines and edges that nobody wrote."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.judgement.writing import is_line, is_surely_read, is_texture, is_writing
from app.reading import Digit, Reading
from app.recognizer import Recognizer
from tests.support.pictures import sheet_png

Picture = NDArray[np.uint8]


@pytest.mark.parametrize(
    "marks, expected",
    [
        ("", True),  # nothing was read, so there is nothing to take away
        ("1", True),
        ("11", True),
        ("7", True),
        ("7~", True),  # a tilde follows what is doubtful: a lone digit is better than none
        ("1~", False),
        ("?", True),  # perhaps a letter
        ("???", True),
        ("1?", False),
        ("?1", False),
        ("11?1111", False),
        ("1~1", False),
        ("15~", True),  # a sure one beside a doubtful digit
        ("5~?", False),
        ("9~1~", False),
        ("2~8~1~?", False),
        ("2~8~1~3~?", True),  # as on a blurred photograph
        ("1?5", True),  # as soon as one other value is sure
        ("?4?", True),
    ],
)
def test_ones_and_doubtful_marks_are_not_writing(marks: str, expected: bool) -> None:
    digits = []
    for index, mark in enumerate(marks):
        if mark == "~":
            continue
        digits.append(
            Digit(
                None if mark == "?" else int(mark),
                0.9,
                np.zeros(10, np.float32),
                (0, 0, 1, 1),
                np.zeros((28, 28), np.uint8),
                is_doubtful=marks[index + 1 : index + 2] == "~",
            )
        )
    assert is_writing(Reading(tuple(digits))) == expected


@pytest.mark.parametrize(
    "marks, expected",
    [
        (["4", "7"], True),
        (["4", "1"], True),
        (["1", "1"], False),
        (["4~", "7"], False),
        (["4", "?"], False),
        ([], False),
    ],
)
def test_what_is_surely_read_has_no_doubt_and_more_than_1s(
    marks: list[str], expected: bool
) -> None:
    assert is_surely_read(marks_of(*((mark, 0.99) for mark in marks))) == expected


@pytest.mark.parametrize("confidence, expected", [(0.95, True), (0.8, False)])
def test_signs_are_surely_read_in_numbers_that_are_sure(confidence: float, expected: bool) -> None:
    minus, seven = marks_of(("?", 0.99), ("7", 0.99)).digits
    marks = replace(minus, sign="-"), seven
    reading = Reading(tuple(replace(mark, number_confidence=confidence) for mark in marks))
    assert is_surely_read(reading) == expected


def marks_of(*marks: tuple[str, float], box: tuple[float, ...] = (0, 0, 1, 1)) -> Reading:
    """A reading of marks, each a text and its confidence; a tilde follows what is doubtful."""
    left, top, width, height = box
    digits = [
        Digit(
            None if text[0] == "?" else int(text[0]),
            confidence,
            np.eye(10, dtype=np.float32)[0 if text[0] == "?" else int(text[0])],
            (left, top, width, height),
            np.zeros((28, 28), np.uint8),
            is_doubtful=text.endswith("~"),
        )
        for text, confidence in marks
    ]
    return Reading(tuple(digits))


@pytest.mark.parametrize(
    "marks, on_photo, on_clean_paper",
    [
        # A refused mark's confidence is that of its not being a digit.
        ([("1", 0.99), ("?", 0.01), ("4~", 0.99)], True, True),  # two shapes of digits beside a 1
        ([("1", 0.99), ("?", 0.9), ("4~", 0.99)], False, True),
        ([("1", 0.99), ("?", 0.01), ("4~", 0.9)], False, True),
        ([("1~", 0.97), ("0~", 0.99)], True, True),  # all look like digits
        ([("1~", 0.99)], False, True),
        ([("1~", 0.9)], False, False),
        ([("1~", 0.97), ("?", 0.9)], False, False),  # lines of a table
        ([("0~", 0.96), ("?", 0.5)], False, True),
        ([("9~", 0.91), ("?", 0.3)], False, False),
    ],
)
def test_marks_that_look_like_digits_are_writing_although_they_are_doubtful(
    marks: list[tuple[str, float]], on_photo: bool, on_clean_paper: bool
) -> None:
    reading = marks_of(*marks)
    assert is_writing(reading) is on_photo
    assert is_writing(reading, is_clean=True) is on_clean_paper


@pytest.mark.parametrize(
    "boxes, expected",
    [
        ([(0, 50, 20, 100), (40, 55, 20, 98), (80, 45, 20, 105)], True),
        ([(0, 50, 20, 100), (40, 120, 20, 100)], False),  # not beside each other
        ([(0, 50, 20, 100), (40, 50, 20, 60)], False),  # of different heights
        ([(0, 50, 20, 100)], False),
    ],
)
def test_1s_of_one_height_beside_each_other_are_a_number_although_it_is_doubtful(
    boxes: list[tuple[float, ...]], expected: bool
) -> None:
    digits = [marks_of(("1", 0.99), box=box).digits[0] for box in boxes]
    digits[0] = replace(digits[0], is_doubtful=True, is_number_doubtful=True)
    assert is_writing(Reading(tuple(digits))) is expected
    both = [*digits, marks_of(("?", 0.9), box=(120, 50, 20, 100)).digits[0]]
    assert not is_writing(Reading(tuple(both)))  # bars


@pytest.mark.parametrize("is_number_doubtful", [False, True])
def test_a_clear_digit_beside_a_refused_mark_is_writing(is_number_doubtful: bool) -> None:
    digit, mark = marks_of(("8~", 0.9), ("?", 0.9)).digits
    digit = replace(digit, is_number_doubtful=is_number_doubtful)
    assert is_writing(Reading((digit, mark))) is is_number_doubtful


@pytest.mark.parametrize(
    "marks, box, expected",
    [
        ([("1", 1.0)], (198, 100, 6, 60), True),  # a part of the long line
        ([("1", 1.0), ("?", 0.9)], (198, 100, 6, 60), True),
        ([("1", 1.0)], (198, 40, 6, 40), True),  # its upper end
        ([("1", 1.0)], (98, 100, 6, 60), False),  # all of a short line
        ([("1", 1.0)], (180, 100, 40, 60), False),  # too broad for a part of a line
        ([("7", 1.0)], (198, 100, 6, 60), False),
        ([("?", 0.9)], (198, 100, 6, 60), False),  # perhaps a letter
    ],
)
@pytest.mark.parametrize("is_light", [False, True])
def test_a_part_of_a_longer_line_is_not_a_1(
    marks: list[tuple[str, float]], box: tuple[float, ...], expected: bool, is_light: bool
) -> None:
    picture = np.full((300, 300, 3), 200, np.uint8)
    picture[40:260, 199:203] = 60
    picture[100:160, 99:103] = 60
    picture[130:132] = 60  # a rule that crosses them
    picture = 255 - picture if is_light else picture
    assert is_line(marks_of(*marks, box=box), picture) is expected


@pytest.mark.parametrize("text, expected", [("111117", True), ("111177", False), ("117", False)])
def test_many_parts_of_lines_beside_few_digits_are_no_writing(text: str, expected: bool) -> None:
    picture = np.full((300, 300), 200, np.uint8)
    picture[40:260, 199:203] = 60
    marks = marks_of(*((mark, 0.99) for mark in text), box=(197, 110, 7, 60))
    assert is_line(marks, picture) == expected


@pytest.mark.parametrize("end, expected", [(260, True), (172, False)])
def test_a_line_goes_on_beyond_the_rules_that_cross_it(end: int, expected: bool) -> None:
    picture = np.full((300, 300), 200, np.uint8)
    picture[108:end, 199:203] = 60
    picture[80:90] = picture[180:190] = 60
    assert is_line(marks_of(("1", 0.99), box=(197, 110, 7, 60)), picture) == expected


def test_a_1_beside_a_border_is_no_part_of_it() -> None:
    picture = np.full((60, 60, 3), 200, np.uint8)
    picture[20:42, 26:29] = 60
    picture[:, 44:47] = 60  # the side of its cell
    assert not is_line(marks_of(("1", 1.0), box=(26, 20, 3, 22)), picture)


@pytest.mark.parametrize(
    "points, expected",
    [
        ([(14, 4), (14, 24)], False),  # as any line
        ([(8, 4), (20, 24)], False),
        ([(9, 10), (15, 4), (15, 24)], True),
        ([(11, 5), (15, 4), (15, 24), (8, 24)], True),
        ([], False),
    ],
)
def test_a_lone_doubtful_1_is_writing_where_it_is_bent(
    points: list[tuple[int, int]], expected: bool
) -> None:
    glyph = np.zeros((28, 28), np.uint8)
    cv2.polylines(glyph, [np.array(points, np.int32).reshape(-1, 2)], False, 255, 2)
    one = Digit(1, 0.8, np.zeros(10, np.float32), (0, 0, 10, 20), glyph, is_doubtful=True)
    assert is_writing(Reading((one,))) is expected


@pytest.mark.parametrize("width, expected", [(3, True), (30, False)])
def test_a_margin_from_edge_to_edge_is_not_a_1(width: int, expected: bool) -> None:
    picture = np.full((300, 400, 3), 255, np.uint8)
    picture[:, 60 : 60 + width] = (200, 60, 60)
    assert is_line(marks_of(("1", 1.0), box=(60, 0, width, 300)), picture) is expected


@pytest.mark.parametrize(
    "text, height, expected",
    [
        ("??????", 10, True),
        ("?????7", 10, True),
        ("??????", 30, False),  # perhaps letters
        ("?????", 10, False),  # too few
        ("????47", 10, False),  # a number between them
    ],
)
def test_many_small_refused_marks_are_a_texture(text: str, height: float, expected: bool) -> None:
    probabilities, glyph = np.zeros(10, np.float32), np.zeros((28, 28), np.uint8)
    marks = [
        Digit(None if each == "?" else int(each), 0.9, probabilities, (0, 0, 5, height), glyph)
        for each in text
    ]
    assert is_texture(Reading(tuple(marks)), side=1000) is expected


def test_a_number_below_a_text_is_no_texture() -> None:
    reading = marks_of(*[("?", 0.9)] * 9, box=(0, 0, 5, 10))
    number = marks_of(("4", 0.99), box=(0, 40, 20, 30))
    below = (replace(mark, number_index=1) for mark in number.digits)
    both = Reading((*reading.digits, *below))
    assert is_texture(reading, side=1000)
    assert not is_texture(both, side=1000)


def lit(height: int = 400, width: int = 600) -> NDArray[np.float32]:
    """Paper in uneven light, (h, w)."""
    across = np.linspace(0.75, 1.0, width, dtype=np.float32)
    down = np.linspace(1.0, 0.8, height, dtype=np.float32)[:, None]
    return np.asarray(225 * across * down, np.float32)


def photographed(scene: NDArray[np.float32], seed: int = 0) -> Picture:
    """The scene with a camera's grain, through JPEG."""
    noisy = scene + np.random.default_rng(seed).normal(0, 4, scene.shape)
    grey = noisy.clip(0, 255).astype(np.uint8)
    decoded = cv2.imdecode(cv2.imencode(".jpg", grey)[1], cv2.IMREAD_COLOR)
    return np.asarray(decoded, np.uint8)


def darker(scene: NDArray[np.float32], mask: Picture, softness: float) -> NDArray[np.float32]:
    """The scene with a soft shadow where the mask is."""
    soft = cv2.GaussianBlur(mask, (0, 0), softness).astype(np.float32)
    return np.asarray(scene * (1 - 0.4 * soft / 255), np.float32)


def shadow() -> Picture:
    """A hand's edge over paper."""
    mask = np.zeros((400, 600), np.uint8)
    cv2.fillPoly(mask, [np.array([[0, 260], [330, 180], [420, 400], [0, 400]])], (255,))
    return photographed(darker(lit(), mask, 12))


def cloth() -> Picture:
    """The threads of cloth."""
    y, x = np.indices((400, 600))
    return photographed(lit() * (1 - 0.1 * np.sin(x / 2) * np.sin(y / 2.2)).astype(np.float32))


BLANK: dict[str, Callable[[], Picture]] = {
    "white": lambda: np.full((200, 300, 3), 255, np.uint8),
    "black": lambda: np.zeros((200, 300, 3), np.uint8),
    "transparent": lambda: np.zeros((200, 300, 4), np.uint8),
    "a single colour": lambda: np.full((200, 300, 3), (30, 160, 90), np.uint8),
    "paper in uneven light": lambda: photographed(lit()),
    "a shadow": shadow,
    "cloth": cloth,
    "grain": lambda: photographed(np.full((300, 300), 128, np.float32), seed=1),
}


@pytest.mark.parametrize("name", BLANK)
def test_a_picture_without_writing_has_none(recognizer: Recognizer, name: str) -> None:
    reading = recognizer.read_image(BLANK[name]())
    assert (reading.text, reading.notes) == ("", ("No handwriting was found.",))


@pytest.mark.parametrize("text", ["1", "11", "111", "7", "0", "10", "17"])
def test_ones_that_were_written_are_read(recognizer: Recognizer, text: str) -> None:
    assert recognizer.read_image(sheet_png([text])).text == text


@pytest.mark.parametrize(
    "numbers, expected",
    [
        (("-", "?", "1"), False),
        (("-1", "?"), True),
        (("-?", "1", "?"), False),
        (("-",), False),
        (("-", "?"), True),
    ],
)
def test_a_sign_without_a_digit_is_no_writing(numbers: tuple[str, ...], expected: bool) -> None:
    """On a face, a brow may be read as a minus, and the nose as a 1."""
    nothing, empty = np.zeros(10, np.float32), np.zeros((28, 28), np.uint8)
    marks = [
        Digit(
            1 if character == "1" else None,
            0.9,
            nothing,
            (0, 0, 1, 1),
            empty,
            number_index=index,
            sign="-" if character == "-" else None,
        )
        for index, text in enumerate(numbers)
        for character in text
    ]
    assert is_writing(Reading(tuple(marks))) == expected
