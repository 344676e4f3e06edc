"""The boxes and combs of photographed forms are erased, and what is written in them is not."""

from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.printed.box_rows import without_box_rows
from app.ink.printed.rails import MAX_RAILS, find_rails
from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]
LEFT: Final = 80  # pixels: where the first box begins
TOP: Final = 90
BOX: Final = 90  # pixels: the side of a box
SCALE: Final = 0.8  # pixels of the map to one of the picture


def written(digits: str, left: float = LEFT + 25, step: float = BOX) -> Picture:
    ink = np.zeros((280, 640), np.uint8)
    for index, digit in enumerate(digits):
        strokes = placed(int(digit), left + step * index, TOP + 12, 66)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(ink, points, False, 255, 5, cv2.LINE_AA, 4)
    return ink


def boxes(count: int) -> Picture:
    rules = np.zeros((280, 640), np.uint8)
    for index in range(count):
        corner = (LEFT + BOX * index, TOP)
        cv2.rectangle(rules, corner, (corner[0] + BOX, TOP + BOX), 255, 2, cv2.LINE_AA)
    return rules


def boxes_apart(count: int, gap: int = 8) -> Picture:
    rules = np.zeros((280, 640), np.uint8)
    for index in range(count):
        left, right = LEFT + BOX * index + gap // 2, LEFT + BOX * (index + 1) - gap // 2
        cv2.rectangle(rules, (left, TOP), (right, TOP + BOX), 255, 2, cv2.LINE_AA)
    return rules


def comb(count: int) -> Picture:
    rules = np.zeros((280, 640), np.uint8)
    bottom = TOP + BOX
    cv2.line(rules, (LEFT, bottom), (LEFT + count * BOX, bottom), 255, 2, cv2.LINE_AA)
    for index in range(count + 1):
        x = LEFT + index * BOX
        cv2.line(rules, (x, bottom), (x, bottom - 34), 255, 2, cv2.LINE_AA)
    return rules


def photographed(ink: Picture, turn: float = 1.2) -> Picture:
    """Ink on paper, from a little aside: uint8 (h, w, 3)."""
    height, width = ink.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = cv2.transform(corners[None], cv2.getRotationMatrix2D((320, 140), turn, 1.0))[0]
    moved += np.array([[0, 0], [-6, 5], [4, 0], [5, -4]])
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    seen = cv2.warpPerspective(ink, matrix, (width, height))
    grain = np.random.default_rng(2).normal(0, 2, (height, width))
    grey = np.clip(205 - 0.6 * cv2.GaussianBlur(seen, (0, 0), 0.8) + grain, 0, 255)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def found(picture: Picture, bars: Picture) -> InkMap:
    """A map of all that is dark in a picture, but of the rules only where bars are."""
    dark = np.where(picture[..., 0] < 150, 255, 0).astype(np.uint8)
    seen = cv2.bitwise_and(dark, bars)
    small = cv2.resize(seen, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
    mask = np.where(small > 100, 255, 0).astype(np.uint8)
    return InkMap(mask, mask, 0.0, 0.0, SCALE, is_found=True)


@pytest.mark.parametrize("rules, count", [(boxes(5), 5), (comb(5), 5), (boxes(6), 6)])
def test_bars_are_erased_and_digits_are_not(rules: Picture, count: int) -> None:
    digits = "47125831"[:count]
    picture = photographed(np.maximum(written(digits), rules))
    alone = found(photographed(written(digits)), np.full_like(rules, 255))
    # The segmenter sees the bars, but not the rails.
    inside = np.zeros_like(rules)
    inside[TOP + 14 : TOP + BOX - 14] = 255
    large = cv2.resize(alone.mask, rules.shape[::-1], interpolation=cv2.INTER_NEAREST)
    inside[cv2.dilate(large, np.ones((5, 5), np.uint8)) > 0] = 255
    ink = found(picture, inside)
    assert cv2.connectedComponents(ink.mask)[0] > cv2.connectedComponents(alone.mask)[0]
    left = without_box_rows(ink, picture)
    assert len(left.box_rows) == 1
    assert len(left.box_rows[0].bars) == count + 1
    assert cv2.connectedComponents(left.mask)[0] == cv2.connectedComponents(alone.mask)[0]
    lost = cv2.countNonZero(cv2.bitwise_and(alone.mask, cv2.bitwise_not(left.mask)))
    assert lost < 0.05 * cv2.countNonZero(alone.mask)


def test_boxes_that_stand_apart_have_walls_at_their_ends_only() -> None:
    rules = boxes_apart(5)
    picture = photographed(np.maximum(written("84128"), rules))
    ink = found(picture, np.full_like(rules, 255))
    left = without_box_rows(ink, picture)
    assert len(left.box_rows) == 1
    assert len(left.box_rows[0].bars) == 10


def test_digits_that_stand_on_a_rail_keep_their_feet() -> None:
    rules, digits = boxes(5), written("22222")
    shift = np.array([[1, 0, 0], [0, 1, 11]], np.float64)
    digits = cv2.warpAffine(digits, shift, digits.shape[::-1]).astype(np.uint8)
    alone = found(photographed(digits), np.full_like(rules, 255))
    picture = photographed(np.maximum(digits, rules))
    left = without_box_rows(found(picture, np.full_like(rules, 255)), picture)
    lost = cv2.countNonZero(cv2.bitwise_and(alone.mask, cv2.bitwise_not(left.mask)))
    assert left.box_rows
    assert lost < 0.2 * cv2.countNonZero(alone.mask)


def test_ones_between_the_rules_of_ruled_paper_stay() -> None:
    rules = np.zeros((280, 640), np.uint8)
    for y in (TOP, TOP + BOX):
        cv2.line(rules, (0, y), (639, y), 255, 2, cv2.LINE_AA)
    ones = np.zeros_like(rules)
    for x in range(LEFT + 40, LEFT + 400, BOX):
        cv2.line(ones, (x, TOP + 2), (x, TOP + BOX - 2), 255, 5, cv2.LINE_AA)
    picture = photographed(np.max([rules, ones, written("2", LEFT + 420)], axis=0))
    near = cv2.dilate(ones | written("2", LEFT + 420), np.ones((15, 15), np.uint8))
    ink = found(picture, near.astype(np.uint8))
    left = without_box_rows(ink, picture)
    assert not left.box_rows
    assert (left.mask == ink.mask).all()


def test_without_a_bar_nothing_is_examined() -> None:
    picture = photographed(written("2583"))
    ink = found(picture, np.full((280, 640), 255, np.uint8))
    assert without_box_rows(ink, picture) is ink


@pytest.mark.parametrize("rules", [boxes(5), boxes_apart(5), comb(5)])
@pytest.mark.parametrize("digits", ["47258", "31041"])
def test_a_number_in_a_photographed_form_is_read(
    recognizer: Recognizer, rules: Picture, digits: str
) -> None:
    picture = photographed(np.maximum(written(digits), rules), turn=-0.8)
    assert recognizer.read_image(picture).text == digits


@pytest.mark.parametrize("seen", ["all", "no foot"])
@pytest.mark.parametrize("aside", [-24, 24], ids=["left", "right"])
def test_a_comb_seen_from_aside_is_erased(seen: str, aside: int) -> None:
    """Its teeth lean, and their distances shrink; the segmenter may take all of it for writing.

    aside: pixels by which the right end of the picture is lower than the left one.
    """
    corners = np.array([[0, 0], [640, 0], [640, 280], [0, 280]], np.float32)
    moved = corners + np.array([[0, 0], [30, aside], [-10, -aside], [0, 0]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)

    def from_aside(ink: Picture) -> Picture:
        return np.asarray(cv2.warpPerspective(ink, matrix, (640, 280)), np.uint8)

    numbers, teeth = from_aside(written("47258")), from_aside(comb(5))
    picture = photographed(np.maximum(numbers, teeth))
    area = np.full_like(numbers, 255)
    if seen == "no foot":
        foot = from_aside(cv2.erode(comb(5), np.ones((1, 21), np.uint8)).astype(np.uint8))
        area[photographed(foot)[..., 0] < 180] = 0
    ink = found(picture, area)
    left = without_box_rows(ink, picture)
    assert [len(row.bars) for row in left.box_rows] == [6]
    alone = found(photographed(numbers), np.full_like(numbers, 255))
    assert cv2.connectedComponents(left.mask)[0] == cv2.connectedComponents(alone.mask)[0]


def test_clutter_is_not_compared_line_by_line() -> None:
    lines = np.zeros((900, 900), np.uint8)
    for row in range(0, 900, 6):
        for left in range(0, 880, 60):
            lines[row, left : left + 40] = 255
    assert len(find_rails(lines, np.zeros_like(lines), 20.0)) <= MAX_RAILS
    lines[::3] = 255
    assert len(find_rails(lines, np.zeros_like(lines), 20.0)) <= MAX_RAILS
