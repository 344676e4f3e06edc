"""A montage of tiles is read as if all of it were on the paper of its tiles."""

from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.screens.tiles import on_one_paper
from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

TILE: Final = 70  # pixels
WHITE: Final = (255, 255, 255)
BLACK: Final = (0, 0, 0)


def montage(
    digits: str, page: Colour, tile: Colour, ink: Colour, gap: int = 12, size: int = TILE
) -> Picture:
    """Digits on tiles, below a title: uint8 (h, w, 3)."""
    width = len(digits) * (size + gap) + gap
    picture = np.full((size + 60, width, 3), page, np.uint8)
    cv2.putText(picture, "Label: 8", (gap, 24), 0, 0.5, BLACK, 1, cv2.LINE_AA)
    for index, digit in enumerate(digits):
        left, top = gap + index * (size + gap), 40
        picture[top : top + size, left : left + size] = tile
        strokes = placed(int(digit), left + 0.2 * size, top + 0.15 * size, 0.7 * size)
        points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
        cv2.polylines(picture, points, False, ink, 6, cv2.LINE_AA, 4)
    return picture


@pytest.mark.parametrize(
    "page, tile, ink",
    [
        (WHITE, BLACK, WHITE),  # a figure of MNIST
        (WHITE, (68, 1, 84), (253, 231, 37)),  # in Matplotlib's usual colours
        ((128, 128, 128), BLACK, WHITE),
    ],
)
def test_the_digits_of_a_figure_are_read(
    recognizer: Recognizer, page: Colour, tile: Colour, ink: Colour
) -> None:
    assert recognizer.read_image(montage("4725", page, tile, ink)).text == "4725"


def test_only_the_tiles_are_left() -> None:
    picture = montage("38", WHITE, BLACK, WHITE)
    painted = on_one_paper(picture)
    assert painted is not None
    assert not painted[:36].any()  # the title
    assert painted.shape == picture.shape
    inside = slice(44, 106), slice(16, 78)
    assert (painted[inside] == picture[inside]).all()


def test_other_rectangles_are_no_tiles() -> None:
    assert on_one_paper(montage("4", WHITE, BLACK, WHITE)) is None  # a single one
    assert on_one_paper(montage("4725", WHITE, (225, 225, 225), BLACK)) is None  # a pale tint
    boxes = np.full((120, 400, 3), 255, np.uint8)  # of a form, on its own paper
    for left in range(10, 350, 80):
        cv2.rectangle(boxes, (left, 20), (left + 70, 90), BLACK, 3)
    assert on_one_paper(boxes) is None
    different = np.full((120, 400, 3), 255, np.uint8)  # in size
    different[20:60, 20:60] = different[20:100, 150:230] = 0
    assert on_one_paper(different) is None
    sheet = np.zeros((300, 400, 3), np.uint8)  # on a dark table, and squares of its edge
    sheet[20:200, 20:380] = 255
    for left in (20, 70):
        sheet[220:260, left : left + 40] = 255
    assert on_one_paper(sheet) is None
    noise = np.random.default_rng(0).integers(0, 255, (120, 400, 3)).astype(np.uint8)
    assert on_one_paper(noise) is None
