"""Whole numbers: which parts belong together, and in which order and line they are."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.recognizer import Recognizer
from app.segmentation import lattice, runs, text_lines
from tests.support.drawings import placed

Strokes = list[NDArray[np.float64]]


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


def row(text: str, gap: float = 25, size: float = 90, top: float = 40, slope: float = 0) -> Strokes:
    """Digits side by side, `gap` pixels apart, on a baseline that falls by `slope`."""
    strokes: Strokes = []
    at = 20.0
    for character in text:
        digit = placed(int(character), 0, 0, size)
        low, high = np.concatenate(digit).min(axis=0), np.concatenate(digit).max(axis=0)
        strokes += [stroke - low + (at, top + slope * at) for stroke in digit]
        at += float(high[0] - low[0]) + gap
    return strokes


def bitmap(strokes: Strokes, pen: int = 7) -> NDArray[np.uint8]:
    """The strokes in black on white, uint8 (h, w)."""
    width, height = np.concatenate(strokes).max(axis=0).astype(int) + 30
    canvas = np.full((height, width), 255, np.uint8)
    for stroke in strokes:
        cv2.polylines(canvas, [np.round(stroke * 16).astype(np.int32)], False, 0, pen, 16, 4)
    return canvas


@pytest.mark.parametrize("gap, expected", [(90, "0431 6304"), (40, "04316304")])
def test_a_gap_wider_than_the_others_is_a_space(
    recognizer: Recognizer, gap: float, expected: str
) -> None:
    """As in phone numbers. The digits are 100 pixels high."""
    first, second = row("0431", 25), row("6304", 25)
    right = max(float(stroke[:, 0].max()) for stroke in first)
    left = min(float(stroke[:, 0].min()) for stroke in second)
    strokes = [*first, *(stroke + np.array([right + gap - left, 0]) for stroke in second)]
    assert recognizer.read_ink(strokes).text == expected
    assert recognizer.read_image(bitmap(strokes)).text == expected


@pytest.mark.parametrize("text", ["7", "11", "2026", "5551234", "0123456789", "44", "100001"])
@pytest.mark.parametrize("gap", [8, 25])
def test_numbers_are_read_as_ink_and_as_bitmaps(
    recognizer: Recognizer, text: str, gap: float
) -> None:
    strokes = row(text, gap)
    assert recognizer.read_ink(strokes).text == text
    assert recognizer.read_image(bitmap(strokes)).text == text


@pytest.mark.parametrize("slope", [-0.25, 0.25])
def test_a_slanted_line_is_one_line(recognizer: Recognizer, slope: float) -> None:
    assert recognizer.read_ink(row("20263", 20, slope=slope, top=120)).text == "20263"


def test_the_order_of_strokes_does_not_matter(recognizer: Recognizer) -> None:
    strokes = row("4517")
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(strokes))
        assert recognizer.read_ink([strokes[index] for index in order]).text == "4517"


def test_a_stroke_added_later_joins_its_digit(recognizer: Recognizer) -> None:
    """A bar through a 7 may be drawn after other digits."""
    strokes = row("173")
    seven = strokes[1]
    middle = seven[:, 1].min() + np.ptp(seven[:, 1]) * 0.55
    bar = np.array([[seven[:, 0].min() + 8, middle], [seven[:, 0].max() - 4, middle]])
    assert recognizer.read_ink([*strokes, bar]).text == "173"


def test_boxes_are_those_of_the_digits(recognizer: Recognizer) -> None:
    strokes = row("38")
    reading = recognizer.read_ink(strokes)
    pixels = recognizer.read_image(bitmap(strokes))
    for digit, drawn, stroke in zip(reading.digits, pixels.digits, strokes, strict=True):
        x, y = stroke.min(axis=0)
        width, height = np.ptp(stroke, axis=0)
        assert digit.box == pytest.approx((x, y, width, height))
        assert drawn.box == pytest.approx((x, y, width, height), abs=12)


def test_lines_are_read_from_top_to_bottom(recognizer: Recognizer) -> None:
    strokes = [*row("305", top=220), *row("19", top=40)]
    assert recognizer.read_ink(strokes).text == "19\n305"
    assert recognizer.read_image(bitmap(strokes)).text == "19\n305"


def test_numbers_far_apart_are_several_readings(recognizer: Recognizer) -> None:
    far = [stroke + np.array([500.0, 0.0]) for stroke in row("73")]
    reading = recognizer.read_ink([*row("12"), *far])
    assert reading.text == "12 73"
    assert [number.text for number in reading.numbers] == ["12", "73"]


@pytest.mark.parametrize("texts", [("12", "34"), ("1", "234")])
def test_numbers_of_a_line_that_is_read_as_a_whole_are_as_sure_as_it(
    recognizer: Recognizer, texts: tuple[str, str]
) -> None:
    left, right = row(texts[0], gap=20), row(texts[1], gap=20)
    shift = max(stroke[:, 0].max() for stroke in left) + 75 - right[0][:, 0].min()
    moved = [stroke + np.array([shift, 0.0]) for stroke in right]
    reading = recognizer.read_ink([*left, *moved])
    assert reading.text == " ".join(texts)
    confidences = [number.confidence for number in reading.numbers]
    # Together they are as sure as the line is, which is counted once; the longer one less.
    assert reading.confidence == pytest.approx(confidences[0] * confidences[1])
    assert min(confidences) > reading.confidence
    ratio = np.log(confidences[0]) / np.log(confidences[1])
    assert ratio == pytest.approx(len(texts[0]) / len(texts[1]), rel=1e-3)


def test_one_digit_of_all_strokes_on_demand(recognizer: Recognizer) -> None:
    strokes = row("11")
    assert len(recognizer.read_ink(strokes, single=True).digits) == 1
    assert len(recognizer.read_image(bitmap(strokes), single=True).digits) == 1


@pytest.mark.parametrize(
    "boxes, expected",
    [
        # left, top, right, bottom
        ([(0, 0, 9, 20)], [[0]]),
        ([(30, 0, 39, 20), (0, 2, 9, 22)], [[1, 0]]),
        ([(0, 30, 9, 50), (0, 0, 9, 20)], [[1], [0]]),  # one above the other
        ([(0, 0, 9, 20), (12, 8, 21, 28), (24, 16, 33, 36), (36, 24, 45, 44)], [[0, 1, 2, 3]]),
        ([(0, 0, 9, 20), (1, -6, 12, -4)], [[0, 1]]),  # a 5 and its hat
        ([(0, 13, 14, 23), (3, 0, 17, 6)], [[0, 1]]),  # a 5 whose bar is far above
        ([(0, 14, 26, 24), (3, 0, 29, 10)], [[1], [0]]),  # two numbers, each in one stroke
        ([(0, 0, 9, 9), (0, 11, 9, 20)], [[0, 1]]),  # an 8 that does not close
        ([(0, 0, 9, 20), (30, 50, 39, 70)], [[0], [1]]),  # too steep for a line
        ([(0, 0, 9, 20), (18, 12, 27, 32)], [[0, 1]]),  # steep
        (
            # Lines that begin where the line above ends
            [(60, 0, 69, 20), (75, 0, 84, 20), (30, 36, 39, 56), (45, 36, 54, 56), (0, 72, 9, 92)],
            [[0, 1], [2, 3], [4]],
        ),
        (
            # Lines that nearly touch
            [(0, 0, 9, 20), (12, 0, 21, 20), (0, 21, 9, 41), (12, 21, 21, 41), (24, 22, 33, 42)],
            [[0, 1], [2, 3, 4]],
        ),
        (
            # A grid in which only one cell of each row is filled, and two of the first
            [(0, 0, 9, 20), (160, 0, 169, 20), (40, 40, 49, 60), (120, 80, 129, 100)],
            [[0, 1], [2], [3]],
        ),
    ],
)
def test_parts_are_put_in_lines(boxes: list[tuple[float, ...]], expected: list[list[int]]) -> None:
    assert text_lines.group_into_lines(np.array(boxes, float)) == expected


def test_strokes_joined_at_once_would_be_joined_with_any_logits() -> None:
    random = np.random.default_rng(0)
    at_once = 0
    for _ in range(2000):
        corners = random.uniform(0, 1, (2, 2, 2)) * random.uniform(0.3, 2, 2)
        boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
        boxes = boxes[boxes[:, ::2].sum(axis=1).argsort()]
        if runs.find_candidates(boxes) != [(0, 2)]:
            continue
        at_once += 1
        for scale in (0, 1, 30):
            logits = scale * random.normal(size=(3, 11)).astype(np.float32)
            logits[1, :10] = logits[1, :10].mean()  # no digit is likelier than another
            logits[1, 10] = logits[1, 0] + random.choice([0, 1, scale])
            apart = lattice.Lattice(boxes, [(0, 1), (0, 2), (1, 2)])
            assert apart.best_path(logits, overlap_cost=30.0) == [1]
    assert 100 < at_once < 1900


@pytest.mark.parametrize("small", [2, 5, 7])
def test_a_small_digit_that_is_taken_for_a_part_of_another_leaves_doubt(
    recognizer: Recognizer, small: int
) -> None:
    """As an exponent, which the line reader does not know."""
    power = [*placed(7, 0, 0, 90), *placed(4, 70, 0, 90), *placed(small, 135, -20, 38)]
    reading = recognizer.read_ink(power)
    assert len(reading.digits) == 3 or any(digit.is_doubtful for digit in reading.digits)
    assert not any(digit.is_doubtful for digit in recognizer.read_ink(power[:4]).digits)
