"""What the segmenter looks at closely, after its first look at the whole picture."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.photographs import missing_ink, segmenter
from app.ink.photographs.overview import MIN_FAINT_PROBABILITY, Overview
from app.ink.photographs.segmenter import Segmenter
from tests.support.drawings import placed

WIDE, HIGH = 160, 90  # pixels of the overview, and of the picture
DIGITS = ((30, 30, 20, 30), (60, 30, 20, 30))  # x, y, width, height
FAINT = MIN_FAINT_PROBABILITY + 0.1


class _Looking(Segmenter):
    """Remembers the shapes of the pictures that it looks at, and sees ink everywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[tuple[int, ...]] = []

    def _probabilities(self, resized: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.shapes.append(resized.shape)
        return np.ones(resized.shape[:2], np.float32)


@pytest.mark.parametrize(
    "faint, is_included",
    [
        ((90, 28, 20, 34), True),  # a digit behind the others
        ((5, 30, 15, 28), True),  # one before them
        ((130, 30, 20, 30), False),  # far away
        ((90, 30, 20, 8), False),  # a dash
        ((90, 65, 20, 24), False),  # below
        ((90, 5, 6, 80), False),  # a margin
    ],
)
def test_a_faint_digit_beside_the_writing_is_looked_at_too(
    faint: tuple[int, int, int, int], is_included: bool
) -> None:
    probabilities = np.zeros((HIGH, WIDE), np.float32)
    for (x, y, width, height), value in ((DIGITS[0], 1), (DIGITS[1], 1), (faint, FAINT)):
        probabilities[y : y + height, x : x + width] = value
    lines = np.zeros(probabilities.shape, np.bool_)
    overview = Overview(probabilities, 1.0, np.array(DIGITS, np.int32), lines)
    segmenter = _Looking()
    next(segmenter.ink_maps(np.full((HIGH, WIDE, 3), 200, np.uint8), overview))
    (high, wide, _), *_ = segmenter.shapes
    expected = 80 if is_included else 50  # the width of the writing, which is 30 high or a bit more
    assert wide / high == pytest.approx(expected / 32, rel=0.2)


def test_clutter_is_not_compared_piece_by_piece() -> None:
    """Ten thousand faint specks beside two thousand likely ones would take gigabytes."""
    specks = np.zeros((12_000, 4), np.int32)
    specks[:, :2] = np.random.default_rng(0).integers(0, 480, (12_000, 2))
    specks[:, 2:] = 2
    is_writing = np.arange(12_000) < 2_000
    assert not segmenter._may_be_digits(specks, is_writing).any()
    pieces = np.concatenate([specks[:3_000], specks + np.array([0, 0, 20, 20], np.int32)])
    assert len(missing_ink._points(pieces)) == 0


@pytest.mark.parametrize("size", [34, 46])
def test_all_digits_of_a_tiny_number_on_a_large_sheet_are_seen(size: int) -> None:
    """A look that sees only some of them is followed by a closer one."""
    paper = np.random.default_rng(3).normal(200, 3, (1500, 2200))
    cover = np.zeros(paper.shape, np.uint8)
    for index, digit in enumerate((6, 2)):
        for stroke in placed(digit, round(1500 + 0.8 * size * index), 400, size):
            points = np.round(stroke * 16).astype(np.int32)
            cv2.polylines(cover, [points], False, 255, 3, cv2.LINE_AA, 4)
    grey = np.clip(paper - 0.43 * cover, 0, 255).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=2)
    overview = segmenter.shared_segmenter().overview(picture)
    left, right = overview.boxes[:, 0].min(), (overview.boxes[:, 0] + overview.boxes[:, 2]).max()
    assert left / overview.scale < 1500 + 0.3 * size
    assert right / overview.scale > 1500 + 1.1 * size


@pytest.mark.parametrize("size", [50, 70])
def test_a_single_digit_on_a_large_sheet_is_found(size: int) -> None:
    """As one of 5 mm on a sheet of A4."""
    paper = np.random.default_rng(3).normal(205, 3, (2000, 1500))
    cover = np.zeros(paper.shape, np.uint8)
    for stroke in placed(3, 600, 900, size):
        cv2.polylines(
            cover, [np.round(stroke * 16).astype(np.int32)], False, 255, 5, cv2.LINE_AA, 4
        )
    grey = np.clip(paper - 0.55 * cover, 0, 255).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=2)
    overview = segmenter.shared_segmenter().overview(picture)
    assert len(overview.boxes)
    left, top = overview.boxes[:, :2].min(axis=0) / overview.scale
    assert left == pytest.approx(600, abs=40)
    assert top == pytest.approx(900, abs=40)


def test_an_empty_sheet_has_no_writing_at_any_scale() -> None:
    paper = np.random.default_rng(3).normal(205, 3, (2000, 1500)).clip(0, 255).astype(np.uint8)
    overview = segmenter.shared_segmenter().overview(np.repeat(paper[..., None], 3, axis=2))
    assert not len(overview.boxes)
