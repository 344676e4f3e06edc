"""Which ink of a clean picture is writing, judged by what the finder sees of it."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink import image
from app.ink.ink_map import InkMap
from app.ink.photographs.missing_ink import distant_points, with_missing_ink
from app.ink.photographs.overview import MIN_INK_PROBABILITY, Overview
from tests.support.drawings import placed

Mask = NDArray[np.uint8]
SIZE: Final = (240, 320)  # pixels of the picture, high and wide
SCALE: Final = 0.5  # pixels of the overview to one of the picture


def blank() -> Mask:
    return np.zeros(SIZE, np.uint8)


def digit(left: float, value: int = 3) -> Mask:
    mask = blank()
    points = [np.round(stroke).astype(np.int32) for stroke in placed(value, left, 70, 100)]
    cv2.polylines(mask, points, False, 255, 6)
    return mask


def frame() -> Mask:
    return np.asarray(cv2.rectangle(blank(), (20, 20), (300, 220), 255, 4), np.uint8)


def rule() -> Mask:
    """A line through the digits."""
    return np.asarray(cv2.line(blank(), (0, 120), (320, 120), 255, 3), np.uint8)


def dot() -> Mask:
    return np.asarray(cv2.circle(blank(), (160, 165), 4, 255, -1), np.uint8)


def overview_of(writing: Mask) -> Overview:
    """A finder's view that sees exactly this writing."""
    small = cv2.resize(writing, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
    probabilities = (small / 255).astype(np.float32)
    no_lines = np.zeros(probabilities.shape, np.bool_)
    return Overview(probabilities, SCALE, np.zeros((0, 4), np.int32), no_lines)


def drawing(*masks: Mask) -> InkMap:
    mask = np.max(masks, axis=0)
    return InkMap(mask, mask, 0.0, 0.0, 1.0)


def test_a_drawing_that_is_writing_is_kept_as_it_is() -> None:
    drawn = drawing(digit(30), digit(180))
    assert overview_of(drawn.mask).writing_in(drawn) is drawn


def test_a_dot_that_the_finder_does_not_see_is_kept() -> None:
    drawn = drawing(digit(30), dot(), digit(180))
    overview = overview_of(np.maximum(digit(30), digit(180)))
    assert overview.writing_in(drawn) is drawn


def test_a_frame_apart_from_the_writing_is_left_out() -> None:
    drawn, writing = drawing(digit(30), digit(180), frame()), drawing(digit(30), digit(180))
    kept = overview_of(writing.mask).writing_in(drawn)
    assert kept is not None
    assert np.array_equal(kept.mask, writing.mask)


def test_a_line_as_high_as_the_digits_is_one_of_them() -> None:
    """A 1 looks like a rule, except for where it begins and ends."""
    digit_one, long = (
        np.asarray(cv2.line(blank(), (160, top), (160, bottom), 255, 6), np.uint8)
        for top, bottom in ((80, 160), (50, 190))
    )
    overview = overview_of(np.maximum(digit(30), digit(180)))
    for line, is_writing in ((digit_one, True), (long, False)):
        drawn = drawing(digit(30), line, digit(180))
        kept = overview.writing_in(drawn)
        assert kept is not None
        assert bool(kept.mask[120, 160]) is is_writing
        assert kept.mask[120, 30:130].any()


@pytest.mark.parametrize(
    "seen",
    [digit(30), blank()],  # a digit that is joined to a rule, and no writing at all
)
def test_writing_that_is_joined_with_a_rule_cannot_be_cut_out(seen: Mask) -> None:
    drawn = drawing(digit(30), rule())
    assert overview_of(seen).writing_in(drawn) is None


@pytest.mark.parametrize(
    "mask, is_alone",
    [
        (digit(100), True),
        (np.maximum(digit(30), digit(180)), False),  # two pieces
        (rule(), False),  # up to the edge
        (np.maximum(digit(100), frame()), False),
        (cv2.line(blank(), (60, 120), (260, 130), 255, 4), False),  # broad: perhaps a number
        (cv2.resize(np.maximum(digit(100), dot()), (28, 28)), True),  # a tiny bitmap, broken
        (cv2.line(np.zeros((28, 28), np.uint8), (15, 0), (12, 27), 255, 3), True),  # cut off
        (cv2.resize(np.maximum(digit(100), frame()), (28, 28)), False),
    ],
)
def test_ink_is_alone(mask: Mask, is_alone: bool) -> None:
    binary = np.where(mask > 90, 255, 0).astype(np.uint8)
    assert image._is_alone(binary) is is_alone


@pytest.mark.parametrize(
    "seen, num_lines, is_one",
    [
        (slice(75, 105), 1, True),  # its upper part: a 1
        (slice(0, 0), 1, True),  # nothing
        (slice(0, 0), 2, False),  # nothing of two lines: printed ones
    ],
)
def test_the_rest_of_a_1_that_is_seen_in_part_is_ink(
    seen: slice, num_lines: int, is_one: bool
) -> None:
    """It stands at the end of a number, in the whole picture and in the closer map alike."""
    whole = np.asarray(cv2.line(digit(60), (200, 75), (200, 165), 255, 6), np.uint8)
    picture = np.repeat(255 - whole[..., None], 3, axis=2).astype(np.uint8)
    close = (digit(60) / np.float32(255)).astype(np.float32)
    close[seen] = whole[seen] / np.float32(255)
    ones = np.array([(98, 36, 4, 48), (12, 36, 4, 48)][:num_lines], np.int32)  # in the overview
    overview = replace(overview_of(digit(60)), ones=ones)
    window = (0, 0, SIZE[1], SIZE[0])
    found = with_missing_ink(close, None, overview, picture, window) > MIN_INK_PROBABILITY
    assert found[80:160, 200].all() == is_one
    assert np.array_equal(found[:, :190], digit(60)[:, :190] > 127)


@pytest.mark.parametrize("right, is_point", [(206, True), (260, False)])
def test_a_point_that_only_the_whole_picture_shows_is_ink(right: int, is_point: bool) -> None:
    """The closer map does not show it. A rule of which the overview sees a piece is no point."""
    whole = np.asarray(cv2.line(digit(60), (200, 150), (right, 150), 255, 6), np.uint8)
    picture = np.repeat(255 - whole[..., None], 3, axis=2).astype(np.uint8)
    close = (digit(60) / np.float32(255)).astype(np.float32)
    x, y, width, height = cv2.boundingRect(digit(60))
    boxes = [(x // 2, y // 2, width // 2, height // 2), (98, 73, 8, 5)]
    overview = replace(overview_of(digit(60)), boxes=np.array(boxes, np.int32))
    found = with_missing_ink(close, None, overview, picture, (0, 0, SIZE[1], SIZE[0]))
    assert bool(found[150, 203] > MIN_INK_PROBABILITY) == is_point


@pytest.mark.parametrize("right, is_point", [(206, True), (320, False)])
def test_a_point_that_only_a_more_distant_look_shows_is_ink(right: int, is_point: bool) -> None:
    """The closer map shows a third of it at most. A rule of which it shows a piece is no point."""
    whole = np.asarray(cv2.line(digit(60), (200, 150), (right, 150), 255, 6), np.uint8)
    picture = np.repeat(255 - whole[..., None], 3, axis=2).astype(np.uint8)
    close = (digit(60) / np.float32(255)).astype(np.float32)
    close[150, 203] = 0.9
    shown = np.asarray(cv2.line(digit(60), (200, 150), (206, 150), 255, 6), np.uint8)
    distant = cv2.resize(shown, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) / 255
    window = (0, 0, SIZE[1], SIZE[0])
    overview = overview_of(digit(60))
    points = distant_points(distant.astype(np.float32), SIZE)
    found = with_missing_ink(close, points, overview, picture, window)
    assert (found[148:153, 200:206] > MIN_INK_PROBABILITY).all() == is_point
    assert np.array_equal(found[:, :190], close[:, :190])


def test_points_are_where_a_more_distant_look_shows_them() -> None:
    whole = np.asarray(cv2.line(digit(60), (200, 150), (206, 150), 255, 6), np.uint8)
    close = (whole / np.float32(255)).astype(np.float32)
    distant = cv2.resize(close, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    at_points = distant_points(distant.astype(np.float32), SIZE).is_at_one()
    assert at_points[148:153, 200:206].all()
    assert not at_points[:, :190].any()  # the digit is no point
    assert not distant_points(np.zeros((120, 160), np.float32), SIZE).is_at_one().any()


def test_without_writing_in_the_closer_map_nothing_is_completed() -> None:
    picture = np.full((*SIZE, 3), 255, np.uint8)
    cv2.line(picture, (200, 75), (200, 165), (0, 0, 0), 6)
    ones = np.array([(98, 36, 4, 48)], np.int32)
    overview = replace(overview_of(digit(60)), ones=ones)
    close = np.zeros(SIZE, np.float32)
    assert with_missing_ink(close, None, overview, picture, (0, 0, SIZE[1], SIZE[0])) is close
