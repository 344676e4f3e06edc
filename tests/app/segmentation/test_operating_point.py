"""The fitted numbers, read from both models' metadata."""

import json

import numpy as np
import pytest

from app.inference.session import WrongModel
from app.segmentation.operating_point import NUM_CLASSES, SIGN_SYMBOLS, OperatingPoint

CLASSIFIER = {"temperature": "1.5", "threshold": "-1", "doubt_threshold": "-3"}
LOOKS = {sign: [0.5, *[0.05] * 10] for sign in SIGN_SYMBOLS}
READER = {
    "reader_weight": "2",
    "slope": "0.5",
    "offset": "-1",
    "sign_offset": "-1.5",
    "sign_looks": json.dumps(LOOKS),
}


def test_all_numbers_are_taken() -> None:
    point = OperatingPoint.of(CLASSIFIER, READER)
    assert (point.temperature, point.threshold, point.doubt_threshold) == (1.5, -1.0, -3.0)
    assert (point.reader_weight, point.slope) == (2.0, 0.5)
    assert (point.offset, point.sign_offset) == (-1.0, -1.5)
    assert point.sign_looks.shape == (len(SIGN_SYMBOLS), NUM_CLASSES)
    assert np.allclose(point.sign_looks[:, 0], 0.5)


def test_an_older_classifier_has_one_threshold() -> None:
    old = {key: value for key, value in CLASSIFIER.items() if key != "doubt_threshold"}
    assert OperatingPoint.of(old, READER).doubt_threshold == -1.0


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
    ],
)
def test_what_is_missing_or_wrong_is_said(change: dict[str, str], message: str) -> None:
    with pytest.raises(WrongModel, match=message):
        OperatingPoint.of(CLASSIFIER, READER | change)
