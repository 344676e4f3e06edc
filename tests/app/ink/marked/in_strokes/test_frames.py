"""Strokes that are drawn around a number are left out, and loops of digits are not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.marked.in_strokes.frames import are_frames
from app.recognizer import Recognizer
from tests.support.drawings import placed

Stroke = NDArray[np.float64]


def loop(x: float, y: float, across: float, down: float, degrees: float = 350) -> Stroke:
    """An ellipse around a point, drawn so far that it is nearly or not closed."""
    angles = np.radians(np.linspace(0, degrees, 40))
    return np.stack([x + across * np.cos(angles), y + down * np.sin(angles)], axis=1)


BOX: Stroke = np.array([(-20, -20), (290, -18), (292, 110), (-22, 112), (-18, -16)], np.float64)


def number() -> list[Stroke]:
    """The number 367, 90 pixels high."""
    return [
        stroke
        for place, digit in enumerate((3, 6, 7))
        for stroke in placed(digit, 90 * place, 0, 90)
    ]


@pytest.mark.parametrize(
    "stroke, expected",
    [
        (BOX, True),
        (loop(135, 45, 190, 90), True),
        (loop(135, 45, 190, 90, 240), False),  # open
        (loop(45, 45, 50, 60), False),  # around one digit
        (loop(420, 45, 40, 45), False),  # a zero behind them
    ],
)
def test_a_closed_stroke_around_several_others_is_a_frame(stroke: Stroke, expected: bool) -> None:
    strokes = [*number(), stroke]
    boxes = np.array([[*each.min(axis=0), *each.max(axis=0)] for each in strokes])
    assert are_frames(strokes, boxes).tolist() == [False] * (len(strokes) - 1) + [expected]


def sides(left: float, right: float, gap: float = 0.0) -> list[Stroke]:
    """The four sides of a box, drawn in other directions; gap: between their ends."""
    lines = [
        ((left + gap, -22), (right, -20)),
        ((right + 2, 112), (right, -14)),
        ((left + gap, 110), (right - gap, 113)),
        ((left, -20), (left - 3, 108)),
    ]
    return [np.linspace(start, end, 8) for start, end in lines]


@pytest.mark.parametrize(
    "pieces, expected",
    [
        (sides(-20, 290), True),
        ([np.concatenate(sides(-20, 290)[:2]), *sides(-20, 290)[2:]], False),  # ends do not meet
        ([BOX[:3], BOX[2:]], True),
        ([BOX[2:], BOX[:3]], True),
        ([BOX[:4], BOX[3:]], True),
        (sides(-20, 290, gap=60), False),
        (sides(-20, 290)[:3], False),  # open
        (sides(300, 400), False),  # around nothing
        (sides(-20, 75), True),  # around one digit
    ],
)
def test_a_frame_may_be_drawn_in_several_strokes(pieces: list[Stroke], expected: bool) -> None:
    strokes = [*number(), *pieces]
    boxes = np.array([[*each.min(axis=0), *each.max(axis=0)] for each in strokes])
    are_sides = [False] * len(number()) + [expected] * len(pieces)
    assert are_frames(strokes, boxes).tolist() == are_sides


def test_two_lines_that_cross_a_number_out_are_no_frame() -> None:
    lines = [((-20, -5), (420, 95)), ((420, -5), (-20, 95))]
    first = [np.linspace((-22, 0), (-18, 90), 8)]  # whose ends meet those of the lines
    strokes = [*first, *number(), *(np.linspace(start, end, 12) for start, end in lines)]
    boxes = np.array([[*each.min(axis=0), *each.max(axis=0)] for each in strokes])
    assert not are_frames(strokes, boxes).any()


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_in_a_box_of_four_strokes_is_read(recognizer: Recognizer, digit: int) -> None:
    written = placed(digit, 0, 0, 90)
    right = float(np.concatenate(written)[:, 0].max()) + 20
    assert recognizer.read_ink([*sides(-20, right), *written]).text == str(digit)


@pytest.mark.parametrize("frame", [BOX, loop(135, 45, 190, 90)], ids=["box", "circle"])
def test_a_number_in_a_frame_is_read(recognizer: Recognizer, frame: Stroke) -> None:
    assert recognizer.read_ink([*number(), frame]).text == "367"
    assert recognizer.read_ink([frame, *number()]).text == "367"


def test_a_number_in_a_box_of_four_strokes_is_read(recognizer: Recognizer) -> None:
    assert recognizer.read_ink([*number(), *sides(-20, 290)]).text == "367"
    assert recognizer.read_ink([*sides(-20, 290), *number()]).text == "367"


def test_a_zero_with_a_slash_is_no_frame(recognizer: Recognizer) -> None:
    slash = np.array([(60.0, 15.0), (25.0, 75.0)])
    assert recognizer.read_ink([*placed(0, 0, 0, 90), slash]).text == "0"
