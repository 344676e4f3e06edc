"""Folds across a photograph are found, and long strokes of digits are not."""

from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.paper.folds import find_folds
from app.ink.printed.lines_to_erase import erased
from app.recognizer import Recognizer
from tests.support.drawings import placed

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Line = tuple[tuple[int, int], tuple[int, int]]
HIGH, WIDE = 200, 240
FOLDS: Final[dict[str, Line]] = {
    "upright": ((60, 0), (64, 199)),
    "level": ((0, 150), (239, 154)),
    "steep": ((30, 0), (110, 199)),
    "from corner to corner": ((0, 199), (239, 2)),
    "through a corner of the picture": ((0, 60), (90, 0)),
    "through the digits": ((40, 0), (190, 199)),
}


def digits(text: str, left: int = 90, height: int = 36, pitch: int = 34) -> Mask:
    mask = np.zeros((HIGH, WIDE), np.uint8)
    for index, digit in enumerate(text):
        for stroke in placed(int(digit), left + pitch * index, 82, height):
            points = np.round(stroke * 16).astype(np.int32)
            cv2.polylines(mask, [points], False, 255, 3, cv2.LINE_8, 4)
    return mask


def with_line(mask: Mask, line: Line) -> Mask:
    return np.asarray(cv2.line(mask.copy(), *line, 255, 3), np.uint8)


@pytest.mark.parametrize("name", FOLDS)
def test_a_fold_is_found(name: str) -> None:
    writing = digits("275")
    seen = with_line(writing, FOLDS[name])
    folds = find_folds(seen, seen)
    near = cv2.dilate(folds, np.ones((3, 3), np.uint8))
    fold = with_line(np.zeros_like(writing), FOLDS[name])
    assert (near[fold > 0] > 0).mean() > 0.9
    assert not (folds[cv2.dilate(fold, np.ones((5, 5), np.uint8)) == 0]).any()


def test_two_folds_that_cross_are_found() -> None:
    seen = with_line(with_line(digits("275"), FOLDS["upright"]), FOLDS["level"])
    folds = find_folds(seen, seen)
    assert folds[20, 60]
    assert folds[153, 200]
    assert not folds[82:118, 90:].any()


NOT_FOLDS: Final[dict[str, Mask]] = {
    "no line": digits("275"),
    "a line that ends in the paper": with_line(digits("275"), ((60, 0), (60, 150))),
    "a 1 from edge to edge": with_line(np.zeros((HIGH, WIDE), np.uint8), ((60, 0), (60, 199))),
    "a 1 before zeros, cropped tightly": with_line(
        digits("00", height=160, pitch=90), ((60, 0), (60, 199))
    )[95:215],
    "a line beside a dot": with_line(
        np.asarray(cv2.circle(np.zeros((HIGH, WIDE), np.uint8), (120, 190), 3, 255, -1), np.uint8),
        ((60, 0), (60, 199)),
    ),
}


@pytest.mark.parametrize("name", NOT_FOLDS)
def test_strokes_are_not_a_fold(name: str) -> None:
    assert not find_folds(NOT_FOLDS[name], NOT_FOLDS[name]).any()


@pytest.mark.parametrize("shape", [(1, 160), (160, 1), (1, 1), (4, 160)])
def test_a_picture_too_narrow_for_a_fold_has_none(shape: tuple[int, int]) -> None:
    full = np.full(shape, 255, np.uint8)
    assert not find_folds(full, full).any()


def test_a_line_that_is_not_taken_for_writing_is_left_alone() -> None:
    writing = digits("275")
    assert not find_folds(with_line(writing, FOLDS["upright"]), writing).any()


def test_a_stroke_that_crosses_an_erased_line_keeps_its_ink() -> None:
    ink = np.zeros((40, 60), np.float32)
    ink[18:21] = 1  # the line
    ink[:, 28:32] = 1  # the stroke
    lines = np.zeros(ink.shape, np.bool_)
    lines[17:22] = True
    rest = erased(ink, lines, 0.5)
    assert (rest[:, 28:32] == 1).all()
    assert not rest[17:22, :24].any()
    assert not rest[17:22, 36:].any()


def test_a_number_is_read_beside_a_fold() -> None:
    mask = digits("275")
    grain = np.random.default_rng(3).standard_normal(mask.shape) * 2
    fold = with_line(np.zeros_like(mask), FOLDS["steep"])
    ink = cv2.GaussianBlur(np.maximum(mask, fold // 2), (0, 0), 0.8) / 255
    picture = np.clip(200 + grain - 90 * ink, 0, 255).astype(np.uint8)
    large = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    assert Recognizer().read_image(large).text == "275"
