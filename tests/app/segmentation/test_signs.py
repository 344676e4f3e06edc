"""Numbers as people write them: signs, small zeros, and zeros joined in one stroke."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app import glyph
from app.reading import Reading
from app.recognizer import Recognizer
from app.segmentation import decision, line_reading
from app.segmentation.text_line import TextLine
from tests.app.segmentation.test_numbers import bitmap
from tests.support.drawings import placed

HEIGHT = 100.0  # pixels of a usual digit
# Corners of each sign's strokes, in digit heights: x from its left, y down from a digit's top.
SIGNS = {
    "/": [[(0.5, 0.0), (0.0, 1.0)]],
    "-": [[(0.0, 0.5), (0.4, 0.5)]],
    ".": [[(0.0, 0.97), (0.03, 1.0)]],
    ",": [[(0.03, 0.92), (0.0, 1.15)]],
    ":": [[(0.0, 0.3), (0.03, 0.33)], [(0.0, 0.8), (0.03, 0.83)]],
    "+": [[(0.0, 0.5), (0.5, 0.5)], [(0.25, 0.25), (0.25, 0.75)]],
    "=": [[(0.0, 0.4), (0.5, 0.4)], [(0.0, 0.65), (0.5, 0.65)]],
}


def written(
    text: str, small_zeros: float = 1.0, distance: float = 25.0
) -> list[NDArray[np.float64]]:
    """A line of digits and signs.

    small_zeros: the height of zeros over that of other digits. distance: pixels between symbols.
    """
    strokes: list[NDArray[np.float64]] = []
    right = 20.0
    for symbol in text:
        if symbol.isdecimal():
            size = HEIGHT * (small_zeros if symbol == "0" else 1.0)
            drawn = placed(int(symbol), 0.0, 20 + HEIGHT - size, size)
        else:
            corners = [np.array(line) * HEIGHT for line in SIGNS[symbol]]
            drawn = [np.linspace(line[0], line[1], 12) + np.array([0.0, 20.0]) for line in corners]
        left = min(float(stroke[:, 0].min()) for stroke in drawn)
        moved = [stroke + np.array([right + distance - left, 0.0]) for stroke in drawn]
        right = max(float(stroke[:, 0].max()) for stroke in moved)
        strokes += moved
    return strokes


@pytest.mark.parametrize(
    "text",
    [
        "3.14",
        "-7",
        "3/4",
        "5/8",
        "12/05/2026",
        "12-11-10",
        "1,000",
        "2+2=4",
        "800-555",
        "8:30",
        "98.6",
        "-0.2",
    ],
)
def test_signs_in_numbers_are_read_as_themselves(recognizer: Recognizer, text: str) -> None:
    for reading in (
        recognizer.read_ink(written(text)),
        recognizer.read_image(bitmap(written(text))),
    ):
        assert reading.text == text
        for digit, symbol in zip(reading.digits, text, strict=True):
            is_sign = not symbol.isdecimal()
            assert digit.sign == (symbol if is_sign else None)
            assert digit.value == (None if is_sign else int(symbol))


@pytest.mark.parametrize("text", [".4", ".5", ".7", "5.", "4.", "7.", "1.4", "90.50", "0.75"])
@pytest.mark.parametrize("distance", [5.0, 12.0, 20.0])
def test_a_point_close_to_a_digit_is_no_part_of_it(
    recognizer: Recognizer, text: str, distance: float
) -> None:
    strokes = written(text, distance=distance)
    assert recognizer.read_ink(strokes).text == text
    assert recognizer.read_image(bitmap(strokes, pen=3)).text == text


@pytest.mark.parametrize("top, is_doubtful", [(95.0, True), (20.0, False)])
def test_a_digit_with_a_small_piece_at_its_foot_is_doubtful(
    recognizer: Recognizer, top: float, is_doubtful: bool
) -> None:
    five = glyph.from_strokes(placed(5, 0, 0, 100))
    boxes = np.array([(0.0, top, 5.0, top + 5), (20.0, 0.0, 80.0, 100.0)])
    line = TextLine(boxes, None, [(0, 2)], five[None])
    (digit,) = decision.answer(line, recognizer.logits(five[None]), recognizer.point, 0)
    assert digit.value == 5
    assert digit.is_doubtful == is_doubtful


@pytest.mark.parametrize("text", ["1000", "30", "2000", "105"])
@pytest.mark.parametrize("small", [0.4, 0.5, 0.7])
def test_small_zeros_are_zeros(recognizer: Recognizer, text: str, small: float) -> None:
    strokes = written(text, small)
    assert recognizer.read_ink(strokes).text == text
    assert recognizer.read_image(bitmap(strokes)).text == text


@pytest.mark.parametrize("gap", [2.0, 3.5])  # digit heights
@pytest.mark.parametrize("text", ["+594", "-47"])
def test_a_sign_that_stands_apart_belongs_to_its_number(
    recognizer: Recognizer, text: str, gap: float
) -> None:
    """As in sums of numbers that are written below each other."""
    num_strokes = len(SIGNS[text[0]])
    strokes = written(text)
    apart = [
        stroke - np.array([HEIGHT * gap * (index < num_strokes), 0])
        for index, stroke in enumerate(strokes)
    ]
    assert recognizer.read_ink(apart).text == text
    below = [stroke + np.array([0, 2 * HEIGHT]) for stroke in apart]
    both = [stroke + np.array([gap * HEIGHT, 0]) for stroke in (*strokes[num_strokes:], *below)]
    assert recognizer.read_image(bitmap(both)).text == f"{text[1:]}\n{text}"


def test_a_small_digit_that_stands_apart_is_a_number(recognizer: Recognizer) -> None:
    small, large = placed(2, 20, 60, 60), placed(7, 320, 20, HEIGHT)
    for strokes in ([*small, *large], [*small, *large, *placed(5, 420, 20, HEIGHT)]):
        assert recognizer.read_ink(strokes).text.startswith("2 7")


def test_two_zeros_in_one_stroke(recognizer: Recognizer) -> None:
    *seven, first, second = written("700")
    reading = recognizer.read_ink([*seven, np.concatenate([first, second])])
    assert reading.text == "700"
    boxes = [digit.box for digit in reading.digits]
    assert [box[0] for box in boxes] == sorted(box[0] for box in boxes)
    assert all(box[2] < 1.5 * HEIGHT for box in boxes)  # one box may include the joining line


def test_a_number_says_how_sure_all_of_it_is(recognizer: Recognizer) -> None:
    clear = recognizer.read_ink(written("2026"))
    assert 0.9 < clear.confidence <= min(digit.confidence for digit in clear.digits) + 0.1
    assert {digit.number_confidence for digit in clear.digits} == {clear.confidence}
    assert Reading().confidence == 0


def test_one_character_on_demand_is_never_a_sign(recognizer: Recognizer) -> None:
    (digit,) = recognizer.read_ink(written("-"), single=True).digits
    assert digit.sign is None


@pytest.mark.parametrize("text", ["4.", "3.14", "2-7"])
def test_a_number_is_never_surer_than_the_line_reader(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A lone digit may be one with a point beside it, which the classifier does not see."""
    monkeypatch.setattr(line_reading, "_log_odds", lambda *_: -1.0)
    marks = recognizer.read_ink(written(text)).digits
    assert all(mark.number_confidence < 0.8 for mark in marks)
    assert any(mark.is_doubtful or mark.text == "?" for mark in marks)


def test_the_least_sure_digit_of_an_unsure_number_is_doubtful_but_clear(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = recognizer.read_ink(written("25")).digits
    assert not any(mark.is_doubtful for mark in sure)
    monkeypatch.setattr(decision, "_confidence", lambda *_: 0.7)
    unsure = recognizer.read_ink(written("25")).digits
    (doubted,) = [mark for mark in unsure if mark.is_doubtful]
    assert doubted.is_number_doubtful
    assert all(mark.is_clear for mark in unsure)


@pytest.mark.parametrize("text", ["1:1", "11:11", "1.1", "1.11", "1:11", "1-1"])
def test_straight_1s_beside_a_sign_are_no_edges_in_a_picture(
    recognizer: Recognizer, text: str
) -> None:
    assert recognizer.read_image(bitmap(written(text))).text == text


@pytest.mark.parametrize("text", ["-5", "-6", "-8", "0.7", ".6", "4."])
def test_a_sign_beside_a_digit_is_seen_in_a_tiny_bitmap(recognizer: Recognizer, text: str) -> None:
    large = bitmap(written(text), pen=12)
    tiny = np.full((28, 28), 255, np.uint8)
    scale = 24 / max(large.shape)
    small = cv2.resize(large, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top, left = (28 - np.array(small.shape)) // 2
    tiny[top : top + small.shape[0], left : left + small.shape[1]] = small
    assert recognizer.read_image(tiny).text == text
    assert recognizer.read_image(tiny, single=True).text in {text.strip("-."), "?"}


def test_a_line_between_two_numbers_is_no_sure_1(recognizer: Recognizer) -> None:
    for top, bottom in ((20, 120), (27, 113)):
        strokes = written("36/45")
        left = float(strokes[2][:, 0].mean())
        strokes[2] = np.linspace((left, top), (left, bottom), 12)
        reading = recognizer.read_ink(strokes)
        assert reading.text == "36145"
        assert reading.digits[2].is_doubtful is (top == 20)


@pytest.mark.parametrize(
    "top, bottom, expected",
    [(-20, 110, True), (-5, 95, False), (-20, 90, False), (0, 110, False)],
)
def test_what_may_divide_two_numbers(top: float, bottom: float, expected: bool) -> None:
    zero, line = np.array((0.0, 0.0, 60.0, 90.0)), np.array((0.0, top, 5.0, bottom))
    boxes = np.array([zero, line, zero])
    all_read = [False] * 3
    assert decision.may_be_dividers([0, 1, 0], boxes, all_read) == [False, expected, False]
    assert not any(decision.may_be_dividers([0, 7, 0], boxes, all_read))
    assert not any(decision.may_be_dividers([1, 0, 1], np.array([line, zero, line]), all_read))
    assert not any(decision.may_be_dividers([0, 1, 0], boxes, [False, False, True]))
