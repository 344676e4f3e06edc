"""Pictures with nothing but writing of one size are told from all others, and read at once."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from app.ink.image import ink_maps
from app.ink.ink_map import InkMap
from app.ink.plain import is_grainy, is_plain
from app.recognizer import Recognizer
from tests.support.drawings import placed

Line = tuple[int, int, int, int]  # from x, y to x, y


def written(text: str, *lines: Line, shape: tuple[int, int] = (160, 420)) -> np.ndarray:
    """Dark ink on white: digits 100 high, from (20, 30) on, and lines as broad as the pen."""
    picture = np.full(shape, 255, np.uint8)
    strokes = [
        stroke
        for index, digit in enumerate(text)
        for stroke in placed(int(digit), 20 + 75 * index, 30, 100)
    ]
    for stroke in strokes:
        cv2.polylines(picture, [np.round(stroke).astype(np.int32)], False, 0, 5, cv2.LINE_AA)
    for x, y, to_x, to_y in lines:
        cv2.line(picture, (x, y), (to_x, to_y), 0, 5, cv2.LINE_AA)
    return picture


def ink_of(picture: np.ndarray) -> InkMap:
    mask = np.where(picture < 128, 255, 0).astype(np.uint8)
    return InkMap(mask, mask, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("text", ["7", "40526", "1111"])
def test_digits_alone_are_plain(text: str) -> None:
    assert is_plain(ink_of(written(text)))


@pytest.mark.parametrize(
    "lines",
    [
        [(20, 145, 380, 145)],  # a line below them
        [(162, 8, 162, 152)],  # a rule between two of them
        [(240, 8, 240, 152)],  # which touches one of them
        [(12, 20, 400, 20), (400, 20, 400, 145), (400, 145, 12, 145), (12, 145, 12, 20)],  # a frame
        [(300, 60, 419, 60)],  # what goes on beyond the picture's edge
        [(410, 20 + 20 * index, 410, 26 + 20 * index) for index in range(6)],  # small pieces
    ],
)
def test_other_ink_is_not_plain(lines: list[Line]) -> None:
    assert not is_plain(ink_of(written("4052", *lines)))


@pytest.fixture
def maps(monkeypatch: pytest.MonkeyPatch) -> list[InkMap]:
    """The maps that are asked for while a picture is read."""
    asked: list[InkMap] = []

    def remembered(picture: np.ndarray) -> Iterator[InkMap]:
        for ink in ink_maps(picture):
            asked.append(ink)
            yield ink

    monkeypatch.setattr("app.segmentation.candidates.ink_maps", remembered)
    return asked


def test_plain_ink_that_is_surely_read_is_looked_for_in_no_other_way(
    recognizer: Recognizer, maps: list[InkMap]
) -> None:
    assert recognizer.read_image(written("40526")).text == "40526"
    assert [ink.is_plain for ink in maps] == [True]


def test_plain_ink_that_is_not_surely_read_is_looked_for_in_other_ways(
    recognizer: Recognizer, maps: list[InkMap]
) -> None:
    star = (340, 40, 400, 120), (400, 40, 340, 120), (330, 80, 410, 80)
    assert recognizer.read_image(written("4052", *star)).text == "4052?"
    assert [ink.is_plain for ink in maps][:2] == [True, False]


def sprayed(text: str) -> np.ndarray:
    """Digits 100 high made of dots of a pixel, as by the spray can of a drawing program."""
    random = np.random.default_rng(5)
    picture = np.full((160, 40 + 80 * len(text)), 255, np.uint8)
    for index, digit in enumerate(text):
        for stroke in placed(int(digit), 20 + 80 * index, 30, 100):
            ends = np.linspace(0, len(stroke) - 1, 500)
            x, y = (np.interp(ends, np.arange(len(stroke)), side) for side in stroke.T)
            spread = random.normal(0, 4, (2, len(ends)))
            rows, columns = np.round(y + spread[0]), np.round(x + spread[1])
            picture[rows.astype(int), columns.astype(int)] = 0
    return picture


def test_lines_of_dots_are_grainy_and_digits_are_not() -> None:
    assert is_grainy(ink_of(sprayed("472")))
    assert not is_grainy(ink_of(written("40526")))


@pytest.mark.parametrize("text", ["7", "472", "25"])
def test_sprayed_digits_are_read(recognizer: Recognizer, text: str) -> None:
    assert recognizer.read_image(sprayed(text)).text == text
