"""The fitted numbers, read from both models' metadata."""

import json
from dataclasses import replace

import numpy as np
import pytest

from app.inference.session import WrongModel
from app.recognizer import Recognizer
from app.segmentation.operating_point import (
    KNOWN_SYMBOLS,
    NUM_CLASSES,
    SIGN_SYMBOLS,
    OperatingPoint,
)
from tests.app.ink.marked.test_frames import digits, photographed

CLASSIFIER = {"temperature": "1.5", "threshold": "-1", "doubt_threshold": "-3"}
LOOKS = {sign: [0.5, *[0.05] * 10] for sign in SIGN_SYMBOLS}
SHARES = dict.fromkeys(KNOWN_SYMBOLS, 0.75)
READER = {
    "reader_weight": "2",
    "cut_trust": "0.25",
    "odd_cost": "4",
    "lone_slash_cost": "2",
    "overlap_cost": "20",
    "unlaid_cost": "3",
    "slope": "0.5",
    "offset": "-1",
    "sign_offset": "-1.5",
    "found_slope": "0.75",
    "found_offset": "-0.5",
    "space": "0.6",
    "space_ratio": "1.3",
    "sign_looks": json.dumps(LOOKS),
    "single_shares": json.dumps(SHARES),
}


def test_all_numbers_are_taken() -> None:
    point = OperatingPoint.of(CLASSIFIER, READER)
    assert (point.temperature, point.threshold, point.doubt_threshold) == (1.5, -1.0, -3.0)
    assert (point.reader_weight, point.slope) == (2.0, 0.5)
    assert (point.offset, point.sign_offset) == (-1.0, -1.5)
    assert (point.found_slope, point.found_offset) == (0.75, -0.5)
    assert (point.space, point.space_ratio) == (0.6, 1.3)
    assert (point.cut_trust, point.unlaid_cost) == (0.25, 3.0)
    assert (point.odd_cost, point.lone_slash_cost, point.overlap_cost) == (4.0, 2.0, 20.0)
    assert point.sign_looks.shape == (len(SIGN_SYMBOLS), NUM_CLASSES)
    assert np.allclose(point.sign_looks[:, 0], 0.5)
    assert point.single_shares.tolist() == [0.75] * len(KNOWN_SYMBOLS)


def test_an_older_classifier_has_one_threshold() -> None:
    old = {key: value for key, value in CLASSIFIER.items() if key != "doubt_threshold"}
    assert OperatingPoint.of(old, READER).doubt_threshold == -1.0


def test_an_older_reader_judges_found_ink_like_other_ink() -> None:
    old = {key: value for key, value in READER.items() if not key.startswith("found_")}
    point = OperatingPoint.of(CLASSIFIER, old)
    assert (point.found_slope, point.found_offset) == (1.0, 0.0)


def test_an_older_reader_parts_numbers_at_wide_gaps() -> None:
    old = {key: value for key, value in READER.items() if not key.startswith("space")}
    point = OperatingPoint.of(CLASSIFIER, old)
    assert (point.space, point.space_ratio) == (0.7, 1.7)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"slope": "steep"}, "expected a number as slope in the model, got 'steep'"),
        ({"sign_offset": ""}, "expected a number as sign_offset in the model, got ''"),
        ({"sign_looks": "{"}, "expected rows for .* as sign_looks in the model, got '{'"),
        ({"sign_looks": "{}"}, "expected rows for .* as sign_looks in the model, got '{}'"),
        (
            {"sign_looks": json.dumps(LOOKS | {"/": [1.0]})},
            "expected rows for .* as sign_looks in the model",
        ),
        (
            {"sign_looks": json.dumps(LOOKS | {"/": [0.0] * NUM_CLASSES})},
            "expected rows of 11 numbers above 0 as sign_looks in the model",
        ),
        (
            {"single_shares": "{}"},
            "expected numbers for .* as single_shares in the model, got '{}'",
        ),
        (
            {"single_shares": json.dumps(SHARES | {":": [0.5]})},
            "expected numbers for .* as single_shares in the model",
        ),
        (
            {"single_shares": json.dumps(SHARES | {":": 0})},
            "expected numbers between 0 and 1 as single_shares in the model",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said(change: dict[str, str], message: str) -> None:
    with pytest.raises(WrongModel, match=message):
        OperatingPoint.of(CLASSIFIER, READER | change)


def test_found_ink_alone_has_the_confidence_of_photographs() -> None:
    recognizer = Recognizer()
    mask = digits("352")
    clean = np.repeat(255 - mask[..., None], 3, axis=2).astype(np.uint8)
    usual = recognizer.read_image(clean).confidence
    recognizer.point = replace(recognizer.point, found_slope=0.0, found_offset=0.0)
    assert recognizer.read_image(clean).confidence == usual > 0.9
    assert recognizer.read_image(photographed(mask)).confidence == pytest.approx(0.5)
