"""The calibration of a number's confidence, and which symbols the classifier takes signs for."""

import math
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from app.recognizer import Recognizer
from app.segmentation.ctc import Hypothesis
from app.segmentation.line_reading import Choice, classes_of
from app.segmentation.operating_point import (
    KNOWN_SYMBOLS,
    NUM_CLASSES,
    SIGN_SYMBOLS,
    OperatingPoint,
)
from export.operating_point import (
    GRID,
    NUM_FOLDS,
    SLOPES,
    Numbers,
    Readings,
    cross_validate,
    fit_confidence,
    fit_numbers,
    items_of,
    log_shares,
)
from export.symbol_looks import even_looks, fit_looks, metadata
from train.data.line_sets import Line


def readings(num: int, slope: float, offset: float, sign_offset: float) -> Readings:
    """Readings whose outcomes these numbers made."""
    random = np.random.default_rng(0)
    log_odds = random.normal(0, 2, num)
    has_signs = random.random(num) < 0.5
    offsets = np.where(has_signs, sign_offset, offset)
    is_right = random.random(num) < 1 / (1 + np.exp(-slope * log_odds - offsets))
    return of(log_odds, has_signs, is_right)


def of(
    log_odds: NDArray[np.float64], has_signs: NDArray[np.bool_], is_right: NDArray[np.bool_]
) -> Readings:
    """Readings whose right texts are all as likely."""
    folds = np.arange(len(log_odds)) % NUM_FOLDS
    return Readings(
        log_odds, has_signs, has_signs, is_right, np.zeros((len(folds), len(SLOPES))), folds
    )


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
    fitted = fit_confidence(of(np.linspace(1, 9, num), has_signs, is_right))
    assert np.isfinite([fitted.slope, fitted.offset, fitted.sign_offset]).all()


def test_cross_validated_confidence_is_what_is_right() -> None:
    same = readings(20_000, 1.0, 1.0, -1.0)
    figures = cross_validate(lambda numbers: same)
    assert set(figures) == {"digits", "signs"}
    for each in figures.values():
        assert each["confidence"] == pytest.approx(each["right"], abs=1.5)
        assert each["exact"] < each["right"]
        assert each["silently_wrong"] < 100 - each["right"]
    assert figures["digits"]["right"] > figures["signs"]["right"] + 20


def test_the_numbers_are_found_with_which_right_texts_are_likeliest() -> None:
    """Two numbers matter, and each fold's lines have another best value of the first."""
    first, second, *_ = GRID.values()
    folds = np.arange(10) % NUM_FOLDS

    def read(numbers: Numbers) -> Readings:
        wanted = np.where(folds == 0, first[1], first[2])
        likely = -1.0 * (wanted != numbers[0]) - 1.0 * (second[-1] != numbers[1])
        shares = np.repeat(likely[:, None], len(SLOPES), axis=1)
        sure = np.ones(10)
        return Readings(sure, sure > 1, sure > 1, sure > 0, shares, folds)

    start = [row[0] for row in GRID.values()]
    assert fit_numbers(read) == (first[2], second[-1], *start[2:])
    assert fit_numbers(read, fold=0) == (first[2], second[-1], *start[2:])


def test_the_share_of_the_right_text() -> None:
    choices = [
        (math.log(share), Choice([0], Hypothesis(classes_of(text), (0,), 0.0)))
        for text, share in (("7", 0.5), ("1", 0.25))
    ]
    others = [(math.log(0.25), "71")]
    squares = [0.5 ** (2 * slope) for slope in SLOPES]
    expected = [
        slope * math.log(0.25) - math.log(2 * square + 0.5**slope)
        for slope, square in zip(SLOPES, squares, strict=True)
    ]
    assert log_shares(choices, others, "1") == pytest.approx(expected)
    absent = log_shares(choices, others, "71")  # it cannot be chosen
    assert set(absent) == {min(absent)}
    assert min(absent) < min(expected)


def test_every_other_line_is_a_bitmap_of_usual_size() -> None:
    line = Line([np.array([[0.0, 0.0], [900.0, 2000.0]])], "1")
    first, second = items_of([line, line])
    assert first is line.strokes
    assert second.dtype == np.uint8
    assert 100 <= second.shape[0] <= 150


class Slashes:
    """Takes each slash for a 1, and has each 2 in two pieces."""

    def look(self, item: Any, text: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]] | None:
        if text == "1-2":
            return None  # the text cannot be aligned with its ink
        classes = [1 if symbol in "/1" else 5 for symbol in text]
        is_single = np.array([symbol != "2" for symbol in text])
        return np.eye(NUM_CLASSES, dtype=np.float32)[classes], is_single


def test_symbols_look_like_what_they_are_taken_for() -> None:
    stroke = [np.array([[0.0, 0.0], [9.0, 20.0]])]
    lines = [Line(stroke, text) for text in ("1/2", "1/2/3", "1-2", "17")]
    fitted = fit_looks(cast(Recognizer, Slashes()), lines)
    looks = cast(dict[str, list[float]], fitted["sign_looks"])
    assert list(looks) == list(SIGN_SYMBOLS)
    for row in looks.values():
        assert len(row) == NUM_CLASSES
        assert min(row) > 0
        assert sum(row) == pytest.approx(1.0, abs=0.01)
    assert looks["/"][1] == pytest.approx((3 + 1 / 11) / 4, abs=1e-3)  # three, and the prior
    assert looks["-"] == pytest.approx([1 / 11] * 11, abs=1e-3)  # none that was seen
    shares = fitted["single_shares"]
    assert list(shares) == list(KNOWN_SYMBOLS)
    assert shares["/"] == pytest.approx((3 + 1 / 2) / 4, abs=1e-3)
    assert shares["2"] == pytest.approx((0 + 1 / 2) / 3, abs=1e-3)
    assert shares["-"] == 0.5  # none that was seen


def test_looks_are_even_before_they_are_fitted() -> None:
    looks = OperatingPoint.of(
        dict.fromkeys(("temperature", "threshold"), "1"),
        dict.fromkeys((*GRID, "slope", "offset", "sign_offset"), "1") | metadata(even_looks()),
    )
    assert np.ptp(looks.sign_looks) == np.ptp(looks.single_shares) == 0
