"""The recogniser: what it returns, what it refuses, and that threads may share it."""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from app.reading import UnreadableInput
from app.recognizer import Recognizer
from tests.support.drawings import DIGITS, placed


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("single", [True, False])
def test_reads_drawn_digits(recognizer: Recognizer, digit: int, single: bool) -> None:
    reading = recognizer.read_ink(placed(digit, 30, 40, 200), single)
    assert reading.text == str(digit)
    (read_digit,) = reading.digits
    assert read_digit.value == digit
    assert read_digit.confidence == pytest.approx(read_digit.probabilities[digit])
    assert read_digit.confidence > 0.5
    assert read_digit.probabilities.shape == (10,)
    assert read_digit.probabilities.dtype == np.float32
    assert read_digit.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert read_digit.glyph.shape == (28, 28)
    x, y, width, height = read_digit.box
    assert 30 <= x <= 30 + 200
    assert x + width <= 231
    assert y >= 40
    assert y + height <= 241


def test_classifies_any_number_of_glyphs_alike(recognizer: Recognizer) -> None:
    glyphs = np.stack([recognizer.read_ink(placed(d, 0, 0, 100)).digits[0].glyph for d in DIGITS])
    together = recognizer.classify(glyphs)
    alone = np.concatenate([recognizer.classify(glyph[None]) for glyph in glyphs])
    assert np.allclose(together, alone, atol=1e-5)
    assert recognizer.classify(glyphs[:0]).shape == (0, 10)


@pytest.mark.parametrize(
    "glyphs",
    [
        np.zeros((1, 28, 28), np.float32),
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 27), np.uint8),
        [[0]],
    ],
)
def test_values_that_are_not_glyphs_are_refused(recognizer: Recognizer, glyphs: object) -> None:
    with pytest.raises(UnreadableInput, match=r"expected glyphs uint8 \(n, 28, 28\), got"):
        recognizer.classify(glyphs)  # type: ignore[arg-type]


def test_threads_share_one_recognizer(recognizer: Recognizer) -> None:
    wanted = [digit % 10 for digit in range(200)]
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(lambda d: recognizer.read_ink(placed(d, 0, 0, 150)).text, wanted)
    assert "".join(read) == "".join(map(str, wanted))


def test_an_image_of_a_drawing_reads_as_the_drawing(recognizer: Recognizer) -> None:
    glyph = recognizer.read_ink(placed(4, 0, 0, 200)).digits[0].glyph
    reading = recognizer.read_image(np.pad(glyph, 20))
    assert reading.text == "4"
    assert all(side <= 68 for side in reading.digits[0].box)


def test_what_was_prepared_is_read_as_often_as_wanted(recognizer: Recognizer) -> None:
    image = np.pad(recognizer.read_ink(placed(4, 0, 0, 200)).digits[0].glyph, 20)
    inputs = [
        recognizer.prepare_ink(placed(7, 0, 0, 100)),
        recognizer.prepare_ink([]),
        recognizer.prepare_image(image),
        recognizer.prepare_ink([*placed(1, 0, 0, 90), *placed(2, 100, 0, 90)], single=True),
    ]
    for _ in range(2):
        readings = recognizer.read_prepared(inputs)
        assert [reading.text for reading in readings[:3]] == ["7", "", "4"]
        assert len(readings[3].digits) == 1
    assert recognizer.read_prepared([]) == []


def test_threads_are_set_before_the_session_is_made() -> None:
    options = Recognizer(threads=2)._session.get_session_options()
    assert options.intra_op_num_threads == 2
    assert options.inter_op_num_threads == 1


NO_DIGITS = {
    "A": [[(0, 100), (40, 0), (80, 100)], [(18, 60), (62, 60)]],
    "W": [[(0, 0), (25, 100), (50, 30), (75, 100), (100, 0)]],
    "E": [[(70, 0), (0, 0), (0, 100), (70, 100)], [(0, 50), (55, 50)]],
    "star": [[(50, 0), (80, 95), (0, 35), (100, 35), (20, 95), (50, 0)]],
    "hash": [
        *([(30, 0), (30, 100)], [(70, 0), (70, 100)]),
        *([(0, 30), (100, 30)], [(0, 70), (100, 70)]),
    ],
    "dash": [[(0, 50), (100, 50)]],
    "tap": [[(50, 50)]],
}


@pytest.mark.parametrize("name", NO_DIGITS)
def test_ink_that_is_not_a_digit_is_refused(recognizer: Recognizer, name: str) -> None:
    reading = recognizer.read_ink(NO_DIGITS[name])
    assert reading.text == "?"
    (mark,) = reading.digits
    assert mark.value is None
    assert 0 < mark.confidence <= 1
    assert mark.probabilities.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "digits, gap",
    [
        ((0,), (0, 9)),  # a ring that is open where the pen was lifted
        ((1, 7), None),  # two digits remain two
    ],
)
def test_a_tiny_bitmap_is_one_digit_where_it_looks_like_one(
    recognizer: Recognizer, digits: tuple[int, ...], gap: tuple[int, int] | None
) -> None:
    canvas = np.zeros((28, 28), np.uint8)
    narrow = np.array([1 / len(digits), 1])
    for number, digit in enumerate(digits):
        for stroke in placed(digit, 0, 0, 20):
            points = stroke * narrow + (3 + 12 * number, 4)
            fixed = np.round(points * 16).astype(np.int32)
            cv2.polylines(canvas, [fixed], False, 255, 2, cv2.LINE_AA, 4)
    if gap:
        canvas[:7, 13:15] = 0
        canvas[20:, 13:15] = 0
    assert recognizer.read_image(canvas).text == "".join(map(str, digits))
