"""Only writing is read, and not what is printed on the paper or shown around a drawing.

The pictures are of the kinds that people have sent: cells, forms, ruled and squared paper, tables,
margins, underlines and windows of programs.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.recognizer import Recognizer
from tests.support.drawings import placed

Picture = NDArray[np.uint8]  # (h, w, 3) RGB
Colour = tuple[int, int, int]

BLACK: Final = (0, 0, 0)
GREY: Final = (150, 150, 150)
RED: Final = (205, 90, 90)
INK: Final = (45, 48, 80)


def page(width: int, height: int, colour: Colour = (255, 255, 255)) -> Picture:
    return np.full((height, width, 3), colour, np.uint8)


def write(
    picture: Picture,
    text: str,
    corner: tuple[float, float],
    size: float,
    pen: int = 4,
    colour: Colour = BLACK,
    step: float = 0.85,
) -> Picture:
    """Writes digits of a height in pixels from a corner on; `step` is their distance in heights."""
    for index, digit in enumerate(text):
        if digit != " ":
            left = corner[0] + index * step * size
            strokes = placed(int(digit), left, corner[1], size)
            points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
            cv2.polylines(picture, points, False, colour, pen, cv2.LINE_AA, 4)
    return picture


def rule(
    picture: Picture,
    at: Sequence[float],
    axis: int,
    width: int,
    colour: Colour = BLACK,
) -> Picture:
    """Draws lines across the picture at x (axis 0) or y (axis 1)."""
    high, wide = picture.shape[0], picture.shape[1]
    for position in at:
        upright = [(position, 0), (position, high)]
        ends = np.round(upright if axis == 0 else [(0, position), (wide, position)])
        ends = ends.astype(int).tolist()
        cv2.line(picture, ends[0], ends[1], colour, width, cv2.LINE_AA)
    return picture


def photographed(picture: Picture, noise: float = 2.5) -> Picture:
    """The picture as a camera sees it: in uneven light, soft, with noise."""
    seen = cv2.GaussianBlur(picture, (0, 0), 0.6).astype(np.float32)
    seen *= np.linspace(0.88, 0.62, seen.shape[1], dtype=np.float32)[:, None]
    grain = np.random.default_rng(5).standard_normal(seen.shape)
    return np.clip(seen + noise * grain, 0, 255).astype(np.uint8)


def cell(digit: str, side: int, border: int, sides: str, colour: Colour = BLACK) -> Picture:
    """A photographed cell of `side` pixels with borders along some sides: "lt" for left and top."""
    large = page(4 * side, 4 * side)
    at = {"l": 4 * border / 2, "t": 4 * border / 2, "r": 4 * side - 6, "b": 4 * side - 6}
    for name in sides:
        rule(large, [at[name]], int(name in "tb"), 4 * border, colour)
    write(large, digit, (0.25 * 4 * side, 0.2 * 4 * side), 0.6 * 4 * side, side // 4, INK)
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    return photographed(small.astype(np.uint8), 1.5)


def boxes(border: int, gap: int) -> Picture:
    picture = page(500, 140)
    for index in range(4):
        left = 12 + index * 119
        cv2.rectangle(picture, (left, 14), (left + 119 - gap, 126), BLACK, border)
        write(picture, "4725"[index], (left + 30, 32), 76)
    return picture


def squared(width: int, colour: Colour) -> Picture:
    picture = rule(page(420, 180), range(15, 420, 30), 0, width, colour)
    rule(picture, range(15, 180, 30), 1, width, colour)
    return write(picture, "4725", (34, 46), 100, 6)


def dotted() -> Picture:
    """Digits made of dots, one every fourteen pixels."""
    picture = page(460, 180)
    for index, digit in enumerate((4, 7, 2, 5)):
        for stroke in placed(digit, 30 + 105 * index, 40, 100):
            for start, end in pairwise(stroke):
                for share in np.linspace(0, 1, max(round(np.hypot(*(end - start)) / 14), 1) + 1):
                    x, y = np.round(start + share * (end - start)).astype(int).tolist()
                    cv2.circle(picture, (x, y), 5, BLACK, -1, cv2.LINE_AA)
    return picture


def tall_one() -> Picture:
    """A thick, straight 1, twice as tall as the two zeros beside it."""
    picture = page(172, 140)
    cv2.line(picture, (26, 18), (26, 122), BLACK, 6, cv2.LINE_AA)
    return write(picture, "00", (62, 66), 56, 6)


def grid() -> Picture:
    picture = page(260, 260)
    cv2.rectangle(picture, (10, 10), (250, 250), BLACK, 6)
    for at in (90, 170):
        cv2.line(picture, (10, at), (250, at), BLACK, 3)
        cv2.line(picture, (at, 10), (at, 250), BLACK, 3)
    for index, digit in enumerate("423456789"):
        corner = (32 + 80 * (index % 3), 26 + 80 * (index // 3))
        write(picture, digit, corner, 50, 5)
    return picture


def window(digit: str) -> Picture:
    """A program's dark window, with a bar and two buttons above a white digit."""
    picture = page(200, 220)
    cv2.rectangle(picture, (6, 6), (193, 213), (30, 170, 160), 1)
    picture[32:206, 10:190] = 0
    cv2.rectangle(picture, (140, 12), (150, 22), GREY, 1)
    cv2.line(picture, (168, 12), (178, 22), GREY, 1)
    cv2.line(picture, (178, 12), (168, 22), GREY, 1)
    return write(picture, digit, (50, 60), 110, 12, (255, 255, 255))


def letter(*layers: Callable[[Picture], object]) -> Picture:
    """A photographed page with a number and with what the layers draw."""
    picture = page(1200, 900)
    for draw in layers:
        draw(picture)
    return photographed(write(picture, "47259", (480, 320), 70, 5, INK))


CASES: Final[dict[str, tuple[Picture, str]]] = {
    "boxes, 2 px, joined": (boxes(2, 0), "4725"),
    "boxes, 1 px, apart": (boxes(1, 8), "4725"),
    "boxes, 4 px, apart": (boxes(4, 8), "4725"),
    "squared, grey": (squared(2, GREY), "4725"),
    "dotted": (dotted(), "4725"),
    "a tall 1": (tall_one(), "100"),
    "grid": (grid(), "423456789"),
    "window": (window("3"), "3"),
    "margin": (letter(lambda page: rule(page, [250], 0, 3, RED)), "47259"),
    "margin at the right": (letter(lambda page: rule(page, [1100], 0, 3, RED)), "47259"),
    "two rules": (letter(lambda page: rule(page, [220, 560], 1, 3)), "47259"),
    "rules and margin": (
        letter(
            lambda page: rule(page, range(60, 900, 75), 1, 2, (170, 190, 215)),
            lambda page: rule(page, [200], 0, 3, RED),
        ),
        "47259",
    ),
    "underlined twice": (
        letter(
            lambda page: cv2.line(page, (460, 415), (840, 412), INK, 4, cv2.LINE_AA),
            lambda page: cv2.line(page, (460, 427), (840, 424), INK, 4, cv2.LINE_AA),
        ),
        "47259",
    ),
    "fold": (letter(lambda page: rule(page, [600], 1, 3, (130, 130, 130))), "47259"),
}
CELLS: Final = [
    (28, 2, "lt"),  # side, border and sides of a cell, in pixels
    (32, 3, "lb"),
    (44, 3, "tr"),
    (60, 4, "ltb"),
    (60, 2, "ltrb"),
    (84, 6, "tr"),
]


def test_squared_paper_is_mostly_read_through(recognizer: Recognizer) -> None:
    """A straight line of a digit may be lost on a rule, so not every page can be read."""
    random = np.random.default_rng(7)
    correct = 0
    for _ in range(40):
        number = "".join(map(str, random.integers(0, 10, 4)))
        step, width = int(random.integers(24, 40)), int(random.integers(1, 3))
        colour = BLACK if random.random() < 0.5 else GREY
        left, top = random.integers(0, step, 2).tolist()
        picture = rule(page(420, 180), range(left, 420, step), 0, width, colour)
        rule(picture, range(top, 180, step), 1, width, colour)
        write(picture, number, (34, int(random.integers(30, 60))), 100, int(random.integers(5, 8)))
        correct += recognizer.read_image(picture).text == number
    assert correct >= 30


@pytest.mark.parametrize("name", CASES)
def test_only_the_writing_is_read(recognizer: Recognizer, name: str) -> None:
    picture, expected = CASES[name]
    text = recognizer.read_image(picture).text
    assert text.replace(" ", "").replace("\n", "") == expected


@pytest.mark.parametrize("side, border, sides", CELLS)
def test_a_cell_is_read_without_its_borders(
    recognizer: Recognizer, side: int, border: int, sides: str
) -> None:
    """One digit of nine may be misread, but no border may be read along with a digit."""
    texts = [recognizer.read_image(cell(digit, side, border, sides)).text for digit in "234567890"]
    assert [len(text) for text in texts] == [1] * 9
    assert sum(text == digit for text, digit in zip(texts, "234567890", strict=True)) >= 8
