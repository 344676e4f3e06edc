"""Shade of a hand over the paper is erased from a map of ink, and strokes in it are not."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.photographs.shade import SIDE, sample, without_shade
from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]
HAND: Final = (slice(200, 320), slice(300, 380))  # where the shade is darkest
PEN: Final = (slice(95, 205), slice(60, 180))


def paper(has_shade: bool, digits: str = "", place: tuple[float, float] = (60, 100)) -> Picture:
    """A photograph of paper, 480 pixels wide, with digits on it: uint8 (360, 480, 3)."""
    light = np.full((360, SIDE), 215, np.float32)
    if has_shade:
        hand = np.zeros_like(light)
        hand[HAND] = 1
        light -= 60 * cv2.GaussianBlur(hand, (0, 0), 9)
    picture = np.repeat(light[..., None], 3, axis=2).astype(np.uint8)
    for index, digit in enumerate(digits):
        strokes = placed(int(digit), place[0] + 70 * index, place[1], 100)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(picture, points, False, (40, 40, 60), 5, cv2.LINE_AA, 4)
    grain = np.random.default_rng(4).normal(0, 2, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def dark(picture: Picture) -> NDArray[np.float32]:
    """Probabilities of a segmenter that takes for ink what is dark: float32 (120, 160)."""
    small = cv2.resize(picture, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA)
    return np.where(small.mean(axis=2) < 190, 0.9, 0).astype(np.float32)


def reduced(area: tuple[slice, slice]) -> tuple[slice, slice]:
    rows, columns = (slice(side.start // 3, side.stop // 3) for side in area)
    return rows, columns


def test_shade_is_erased_and_a_sharp_line_is_not() -> None:
    picture = paper(True, "7")
    found = dark(picture)
    left = without_shade(found, picture)
    assert found[reduced(HAND)].mean() > 0.5
    assert not left.probabilities[reduced(HAND)].any()
    assert (left.probabilities[reduced(PEN)] == found[reduced(PEN)]).all()
    assert left.has_shade
    assert left.is_sharp


def test_a_line_in_shade_is_kept() -> None:
    picture = paper(True, "17", (235, 210))
    left = without_shade(dark(picture), picture)
    strokes = placed(7, 305, 210, 100)
    points = np.concatenate(strokes).astype(int) // 3
    assert (left.probabilities[points[:, 1], points[:, 0]] > 0).mean() > 0.8
    assert left.has_shade


def test_where_all_is_soft_nothing_is_erased() -> None:
    picture = paper(True)
    found = dark(picture)
    left = without_shade(found, picture)
    assert (left.probabilities == found).all()
    assert left.has_shade
    assert not left.is_sharp


def test_without_shade_nothing_changes() -> None:
    for picture in (paper(False), paper(False, "25")):
        left = without_shade(dark(picture), picture)
        assert (left.probabilities == dark(picture)).all()
        assert not left.has_shade


def test_a_sample_has_few_pixels() -> None:
    large = np.zeros((3000, 4000, 3), np.uint8)
    assert sample(large).shape == (360, 480, 3)
    assert sample(large[:30, :40]).shape == (30, 40, 3)


def test_a_number_beside_the_shade_of_a_hand_is_read(recognizer: Recognizer) -> None:
    assert recognizer.read_image(paper(True, "25")).text == "25"
