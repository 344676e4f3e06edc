"""Whole numbers to be tried on, and the scores of reading and of correcting."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.recognizer import Recognizer
from tests.support.small import small_sets
from train.data import datasets
from train.data.datasets import load_pendigits
from train.evaluate import correction_scores, numbers
from train.render.numbers import (
    JOINED,
    JOINED_ZEROS,
    LENGTH,
    SMALL_ZEROS,
    SPACED,
    TIGHT,
    UNEVEN,
    compose,
)


def spans(strokes: list[np.ndarray], text: str) -> list[tuple[float, float]]:
    """Left and right of each digit, where no digit has strokes in common with the next."""
    boxes = sorted((float(points[:, 0].min()), float(points[:, 0].max())) for points in strokes)
    joined = [boxes[0]]
    for left, right in boxes[1:]:
        if left <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], right))
        else:
            joined.append((left, right))
    return joined


def test_spaced_digits_are_apart_as_wanted() -> None:
    ink = small_sets()[1].validation
    for number in compose(ink, 30, SPACED, 0):
        assert LENGTH[0] <= len(number.text) <= LENGTH[1]
        boxes = spans(number.strokes, number.text)
        assert len(boxes) == len(number.text)
        gaps = [right[0] - left[1] for left, right in pairwise(boxes)]
        assert SPACED.gaps[0] - 1e-6 <= min(gaps) <= max(gaps) <= SPACED.gaps[1] + 1e-6


def test_tight_digits_touch_or_overlap() -> None:
    ink = small_sets()[1].validation
    tight = compose(ink, 30, TIGHT, 0)
    assert any(len(spans(number.strokes, number.text)) < len(number.text) for number in tight)


def test_zeros_are_half_as_high_or_joined_in_one_stroke() -> None:
    ink = small_sets()[1].validation
    for number in compose(ink, 30, SMALL_ZEROS, 0):
        heights = {
            symbol: float(np.ptp(points[:, 1]))
            for symbol, points in zip(number.text, number.strokes, strict=True)
        }
        assert number.text[-1] == "0"
        if number.text[0] != "0":
            assert 0.35 < heights["0"] / heights[number.text[0]] < 0.68  # sizes differ by 12 %
    for number in compose(ink, 30, JOINED_ZEROS, 0):
        pairs = sum(both == ("0", "0") for both in pairwise(number.text))
        assert len(number.strokes) == len(number.text) - pairs


def test_a_third_of_neighbours_are_joined_in_one_stroke() -> None:
    ink = small_sets()[1].validation
    lifted = {
        share: sum(
            len(number.strokes)
            for number in compose(ink, 200, replace(JOINED, joined_share=share), 0)
        )
        for share in (1e-9, JOINED.joined_share, 1.0)
    }
    never, some, always = lifted.values()
    assert (never - some) / (never - always) == pytest.approx(JOINED.joined_share, abs=0.05)


def test_uneven_heights_spread_by_a_fifth() -> None:
    numbers = compose(small_sets()[1].validation, 200, UNEVEN, 0)
    ratios = [
        float(np.ptp(number.strokes[0][:, 1]) / np.ptp(number.strokes[1][:, 1]))
        for number in numbers
        if number.text[0] == number.text[1] and number.text[0] in "0369"  # of one stroke
    ]
    assert np.std(np.log(ratios)) == pytest.approx(0.2 * np.sqrt(2), rel=0.25)


def test_a_number_is_of_one_writer_and_the_same_for_a_seed() -> None:
    ink = small_sets()[1].validation  # writer w writes the digits d with d % 3 == w
    first, again = compose(ink, 10, SPACED, 4), compose(ink, 10, SPACED, 4)
    assert [number.text for number in first] == [number.text for number in again]
    assert np.array_equal(first[3].strokes[0], again[3].strokes[0])
    for number in first:
        assert len({int(digit) % 3 for digit in number.text}) == 1


def test_a_bitmap_shows_the_strokes() -> None:
    number = compose(small_sets()[1].validation, 1, SPACED, 0)[0]
    image = number.bitmap(8)
    assert image.dtype == np.uint8
    assert image[0].min() == 255
    rows, columns = np.nonzero(image < 128)
    points = np.concatenate(number.strokes)
    assert np.ptp(columns) == pytest.approx(np.ptp(points[:, 0]) + 8, abs=4)
    assert np.ptp(rows) == pytest.approx(np.ptp(points[:, 1]) + 8, abs=4)


def test_numbers_of_clear_digits_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "load_pendigits", lambda folder: small_sets()[1])
    output = tmp_path / "numbers.json"
    assert numbers.main(["--count", "8", "--output", str(output)]) == 0
    sets = json.loads(output.read_text())["sets"]
    assert sets["spaced, ink"]["exact"] == 100
    assert sets["spaced, bitmaps"]["exact"] >= 75
    assert sets["single digits, ink"]["right_length"] == 100
    assert sets["single digits, ink"]["split"] == 0
    assert sets["spaced, ink"]["silently_wrong"] == 0
    assert sets["spaced, photographs"]["numbers"] == 8


def test_corrections_help_and_do_not_hurt(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction_scores, "DRAWN_AGAIN", 4)
    held_back = load_pendigits(data).validation
    figures = correction_scores.score(Recognizer(), held_back)
    before, *after = figures["misread"]
    assert before == 100
    assert after[0] < 50
    assert after == sorted(after, reverse=True)
    assert max(figures["others"]) < 0.5
