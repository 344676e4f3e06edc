"""Pen, size, place, colour and polarity of a drawing must not matter."""

import itertools

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app import glyph
from app.ink.image import find_ink, ink_maps, whole_glyph
from app.ink.strokes import ink_glyph
from app.recognizer import Recognizer
from tests.support.drawings import DIGITS

CANVAS = 400  # pixels
CORNERS = ((0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5))  # positions, as shares of the free room
# Ink that differs, as a share of all ink. Most of the difference is the soft rim of the strokes:
# pens differ by up to 13 times in the drawings, and by a tenth of a pixel in the glyphs.
MAX_DIFFERENCE = 0.36
MIN_PENS = 7  # below this many pen widths a drawing is a blob to people too


def draw(digit: int, share: float, pen: int, corner: tuple[float, float]) -> NDArray[np.uint8]:
    """A digit on a canvas, ink 255 on 0, that fills `share` of the canvas's height."""
    extent = share * CANVAS - pen
    strokes = [stroke * extent for stroke in _filling(digit)]
    room = CANVAS - pen - np.concatenate(strokes).max(axis=0)
    image = np.zeros((CANVAS, CANVAS), np.uint8)
    for stroke in strokes:
        points = np.round((stroke + pen / 2 + room * corner) * 64).astype(np.int32)
        cv2.polylines(image, [points], False, 255, pen, cv2.LINE_AA, 6)
    return image


def _filling(digit: int) -> list[NDArray[np.float64]]:
    """The digit's strokes, from (0, 0) on and one unit long along the longer side."""
    points = np.concatenate(DIGITS[digit])
    low = points.min(axis=0)
    return [(stroke - low) / np.ptp(points, axis=0).max() for stroke in DIGITS[digit]]


def drawings() -> list[tuple[float, int, tuple[float, float]]]:
    """Sizes 15 to 100 % of the canvas, pens of 3 to 40 pixels, the corners and the middle."""
    return [
        (share, pen, corner)
        for share, pen, corner in itertools.product(
            (0.15, 0.3, 0.6, 1.0), (3, 8, 16, 28, 40), CORNERS
        )
        if share * CANVAS >= MIN_PENS * pen
    ]


def difference(first: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(first.astype(float) - other).sum() / other.sum())


@pytest.mark.parametrize("digit", range(10))
def test_pen_size_place_and_polarity_do_not_matter(digit: int, recognizer: Recognizer) -> None:
    expected = ink_glyph([stroke * 300 for stroke in DIGITS[digit]])
    glyphs = []
    for share, pen, corner in drawings():
        image = draw(digit, share, pen, corner)
        for polarity in (image, 255 - image):
            ink_and_box = find_ink(polarity)
            assert ink_and_box is not None
            glyphs.append(glyph.from_ink(ink_and_box[0]))
            case = f"share {share}, pen {pen}, corner {corner}"
            assert difference(glyphs[-1], expected) < MAX_DIFFERENCE, case
    probabilities = recognizer.classify(np.stack([expected, *glyphs]))
    assert set(probabilities.argmax(axis=1)) == {digit}
    assert np.abs(probabilities[1:] - probabilities[0]).max() < 0.25


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("size, left, top", [(42, 0, 0), (280, 0, 0), (900, 50, -3000)])
def test_strokes_give_one_glyph_at_any_size_and_place(
    digit: int, size: float, left: float, top: float
) -> None:
    expected = ink_glyph([stroke * 300 for stroke in DIGITS[digit]])
    moved = [stroke * size + (left, top) for stroke in DIGITS[digit]]
    assert difference(ink_glyph(moved), expected) < 0.02


def test_order_and_direction_of_strokes_do_not_matter() -> None:
    strokes = [stroke * 200 for stroke in DIGITS[5]]
    backwards = [stroke[::-1] for stroke in strokes[::-1]]
    assert difference(ink_glyph(backwards), ink_glyph(strokes)) < 0.02


@pytest.mark.parametrize(
    "paper, pen",
    [
        ((255, 255, 255), (20, 20, 120)),  # blue ink on white
        ((250, 240, 190), (190, 30, 30)),  # red on yellow
        ((30, 90, 30), (30, 220, 30)),  # chalk on a board
        ((120, 120, 120), (60, 120, 190)),  # two colours that are the same grey
    ],
)
def test_colours_do_not_matter(paper: tuple[int, ...], pen: tuple[int, ...]) -> None:
    drawn = draw(3, 0.8, 12, (0.5, 0.5))
    share = drawn[..., None] / 255
    image = np.round(np.array(paper) * (1 - share) + np.array(pen) * share).astype(np.uint8)
    expected = find_ink(drawn)
    ink_and_box = find_ink(image)
    assert expected is not None
    assert ink_and_box is not None
    assert difference(glyph.from_ink(ink_and_box[0]), glyph.from_ink(expected[0])) < 0.1


@pytest.mark.parametrize("paint", [0, 255])
def test_a_drawing_on_transparency_reads_in_black_and_in_white(paint: int) -> None:
    drawn = draw(2, 0.8, 12, (0.5, 0.5))
    image = np.dstack([np.full((*drawn.shape, 3), paint, np.uint8), drawn])
    expected = find_ink(drawn)
    ink_and_box = find_ink(image)
    assert expected is not None
    assert ink_and_box is not None
    assert difference(glyph.from_ink(ink_and_box[0]), glyph.from_ink(expected[0])) < 0.05


@pytest.mark.parametrize("shift", [(0, 0), (-2, 1)])
def test_a_tiny_grey_picture_in_normal_form_stays_as_it_is(shift: tuple[int, int]) -> None:
    """Glyphs are laid out as in MNIST: 20 pixels long, with the centre of mass in the middle."""
    drawn = ink_glyph([stroke * 200 for stroke in DIGITS[3]])
    x, y, width, height = cv2.boundingRect(drawn)
    crop = cv2.resize(drawn[y : y + height, x : x + width], (14, 20), interpolation=cv2.INTER_AREA)
    normal = glyph.from_grey(crop.astype(np.uint8))
    moments = cv2.moments(normal)
    assert abs(moments["m10"] / moments["m00"] - 14) <= 0.5
    assert abs(moments["m01"] / moments["m00"] - 14) <= 0.5
    picture = np.roll(normal, shift, (0, 1))
    for polarity in (picture, 255 - picture, np.repeat(picture[..., None], 3, axis=2)):
        ink = next(ink_maps(polarity))
        assert difference(whole_glyph(polarity, ink)[0], normal) < 0.02


def test_a_glyph_fills_the_box_around_its_centre_of_mass() -> None:
    for digit in range(10):
        drawn = ink_glyph([stroke * 200 for stroke in DIGITS[digit]])
        _, _, width, height = cv2.boundingRect((drawn > 40).astype(np.uint8))
        assert glyph.BOX - 1 <= max(width, height) <= glyph.BOX + 1
        moments = cv2.moments(drawn)
        centre = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
        assert centre == pytest.approx((13.5, 13.5), abs=0.3)


def ideal(points: NDArray[np.float64], extent: float, pen: float) -> NDArray[np.float64]:
    """The share of each pixel that a round pen covers, (h, w); the ink is `extent` pixels long."""
    fine = 4  # samples along a pixel
    scale = (extent - pen) / np.ptp(points, axis=0).max()
    path = ((points - points.min(axis=0)) * scale + pen / 2 + 2) * fine
    side = (int(extent) + 5) * fine
    samples = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) + 0.5
    distance = np.full((side, side), np.inf)
    for start, end in itertools.pairwise(path):
        along = np.clip((samples - start) @ (end - start) / ((end - start) ** 2).sum(), 0, 1)
        away = samples - start - along[..., None] * (end - start)
        distance = np.minimum(distance, np.hypot(away[..., 0], away[..., 1]))
    covered = distance <= pen * fine / 2
    return covered.reshape(side // fine, fine, side // fine, fine).mean(axis=(1, 3))


ANGLES = np.linspace(0, 2 * np.pi, 40)
SHAPES = {
    "bar": np.array([[0, 0], [0.3, 90.0]]),
    "slant": np.array([[0, 0], [80.0, 90]]),
    "seven": np.array([[0, 0], [50.0, 0], [15, 90]]),
    "ring": np.stack([30 * np.cos(ANGLES), 45 * np.sin(ANGLES)], axis=1),
}


def test_strokes_and_pictures_are_drawn_with_the_same_pen() -> None:
    """The lines have the same length, so the amount of ink gives the width of the pen."""
    drawn, redrawn = [], []
    for shape in SHAPES.values():
        wanted = ideal(shape, glyph.BOX, glyph.PEN).sum()
        drawn.append(glyph.from_strokes([shape.copy()]).sum() / 255 / wanted)
        for extent, share in itertools.product((20, 40, 150), (0.06, 0.1, 0.2)):
            picture = np.rint(ideal(shape, extent, max(share * extent, 1.5)) * 255)
            x, y, width, height = cv2.boundingRect(picture.astype(np.uint8))
            ink = picture.astype(np.uint8)[y : y + height, x : x + width]
            redrawn.append(glyph.from_ink(ink).sum() / 255 / wanted)
    assert drawn == pytest.approx([1] * len(drawn), abs=0.05)
    assert redrawn == pytest.approx([1] * len(redrawn), abs=0.13)  # small ones are coarse
    assert np.mean(redrawn) == pytest.approx(np.mean(drawn), rel=0.02)


@pytest.mark.parametrize("width", [1.36, 3.36, 5.36, 9.36, 15.36])
@pytest.mark.parametrize("end", [(100, 180), (101, 180), (180, 150)])
def test_a_line_is_as_wide_as_it_says(width: float, end: tuple[int, int]) -> None:
    thickness, drawn = glyph.opencv_line(width + 0.4)  # the nearest width that OpenCV can draw
    canvas = np.zeros((200, 220), np.uint8)
    points = np.array([[100, 20], end], np.int32) * 64
    cv2.polylines(canvas, [points], False, 255, thickness, cv2.LINE_AA, 6)
    middle = canvas[60:120].sum() / 255 / 60  # across the line, in rows
    slope = np.cos(np.arctan2(end[0] - 100, end[1] - 20))
    assert drawn == pytest.approx(width)
    assert middle * slope == pytest.approx(width, rel=0.04, abs=0.25)


def test_pale_ink_beside_strong_ink_is_not_cut_off() -> None:
    canvas = np.zeros((120, 40), np.uint8)
    canvas[:, 20] = 100
    canvas[50:70, 10:30] = 255
    assert glyph.settle(canvas, 20.0).shape == (28, 28)


@pytest.mark.parametrize("seed", range(40))
def test_blots_are_not_thinned_away(seed: int) -> None:
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 60, 2)
    ink = (random.random((height, width)) * 400).clip(0, 255).astype(np.uint8)
    if seed % 2:
        cv2.circle(ink, (int(width // 2), int(height // 2)), int(min(height, width) // 2), 255, -1)
    ink[0, 0] = ink[-1, -1] = 255
    drawn = glyph.from_ink(ink)
    assert drawn.max() > 60
    assert drawn.sum() > 255


def test_the_outline_tells_digits_whose_loops_are_filled(recognizer: Recognizer) -> None:
    """A pen so broad that it fills an 8 leaves no centre line to redraw."""
    canvas = np.full((200, 160), 255, np.uint8)
    for middle, radius in ((60, 38), (135, 46)):
        cv2.circle(canvas, (80, middle), radius, 0, -1, cv2.LINE_AA)
    assert recognizer.read_image(canvas).text == "8"
