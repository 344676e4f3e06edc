"""The calibration of a number's confidence, and which symbols the classifier takes signs for."""

from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from app.recognizer import Recognizer
from app.segmentation.operating_point import NUM_CLASSES, SIGN_SYMBOLS
from export.operating_point import NUM_FOLDS, Readings, cross_validate, fit_confidence, items_of
from export.sign_looks import fit_sign_looks
from train.data.line_sets import Line


def readings(num: int, slope: float, offset: float, sign_offset: float) -> Readings:
    """Readings whose outcomes these numbers made."""
    random = np.random.default_rng(0)
    log_odds = random.normal(0, 2, num)
    has_signs = random.random(num) < 0.5
    offsets = np.where(has_signs, sign_offset, offset)
    is_right = random.random(num) < 1 / (1 + np.exp(-slope * log_odds - offsets))
    return Readings(log_odds, has_signs, has_signs, is_right, np.arange(num) % NUM_FOLDS)


@pytest.mark.parametrize(
    "slope, offset, sign_offset", [(1.0, 0.0, -1.0), (0.5, 1.0, 1.0), (2.0, -1.0, 0.5)]
)
def test_the_logistic_fit_finds_what_made_the_outcomes(
    slope: float, offset: float, sign_offset: float
) -> None:
    fitted = fit_confidence(readings(20_000, slope, offset, sign_offset))
    expected = (slope, offset, sign_offset)
    assert (fitted.slope, fitted.offset, fitted.sign_offset) == pytest.approx(expected, abs=0.1)


def test_the_fit_is_finite_without_a_mistake() -> None:
    num = 50
    has_signs, is_right = np.arange(num) % 2 == 0, np.ones(num, np.bool_)
    flawless = Readings(np.linspace(1, 9, num), has_signs, has_signs, is_right, np.arange(num) % 5)
    fitted = fit_confidence(flawless)
    assert np.isfinite([fitted.slope, fitted.offset, fitted.sign_offset]).all()


def test_cross_validated_confidence_is_what_is_right() -> None:
    figures = cross_validate(readings(20_000, 1.0, 1.0, -1.0))
    assert set(figures) == {"digits", "signs"}
    for each in figures.values():
        assert each["confidence"] == pytest.approx(each["right"], abs=1.5)
        assert each["exact"] < each["right"]
        assert each["silently_wrong"] < 100 - each["right"]
    assert figures["digits"]["right"] > figures["signs"]["right"] + 20


def test_every_other_line_is_a_bitmap_of_usual_size() -> None:
    line = Line([np.array([[0.0, 0.0], [900.0, 2000.0]])], "1")
    first, second = items_of([line, line])
    assert first is line.strokes
    assert second.dtype == np.uint8
    assert 100 <= second.shape[0] <= 150


class Slashes:
    """Takes each slash for a 1."""

    def look(self, item: Any, text: str) -> NDArray[np.float32] | None:
        if text == "1-2":
            return None  # the text cannot be aligned with its ink
        return np.eye(NUM_CLASSES, dtype=np.float32)[
            [1 if symbol in "/1" else 5 for symbol in text]
        ]


def test_signs_look_like_what_they_are_taken_for() -> None:
    stroke = [np.array([[0.0, 0.0], [9.0, 20.0]])]
    lines = [Line(stroke, text) for text in ("1/2", "1/2/3", "1-2", "17")]
    looks = fit_sign_looks(cast(Recognizer, Slashes()), lines)
    assert list(looks) == list(SIGN_SYMBOLS)
    for row in looks.values():
        assert len(row) == NUM_CLASSES
        assert min(row) > 0
        assert sum(row) == pytest.approx(1.0, abs=0.01)
    assert looks["/"][1] == pytest.approx((3 + 1 / 11) / 4, abs=1e-3)  # three, and the prior
    assert looks["-"] == pytest.approx([1 / 11] * 11, abs=1e-3)  # none that was seen
