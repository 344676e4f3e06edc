"""Photographs of paper: light, surroundings, noise and size must not hide the ink."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app import glyph
from app.ink import ink_map
from app.ink.files import picture_file
from app.ink.image import Box, cut_out, find_ink, ink_maps
from app.ink.strokes import ink_glyph
from tests.support.drawings import placed

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 480, 360  # pixels
BOX = (120, 80, 200)  # left, top, size of the square the digit is drawn in
MAX_DIFFERENCE = 0.55  # share of ink that differs; shifting a glyph by a pixel gives about 0.7


def sheet(level: int = 205, noise: float = 2.0) -> NDArray[np.float32]:
    """Even paper with a sensor's noise, float32 (360, 480)."""
    grain = np.random.default_rng(7).standard_normal((HEIGHT, WIDTH))
    return (level + noise * grain).astype(np.float32)


def written(
    paper: NDArray[np.float32], digit: int, contrast: float, pen: int = 5, light: bool = False
) -> Picture:
    """The digit on the paper, `contrast` levels darker or lighter than the paper."""
    cover = np.zeros(paper.shape, np.uint8)
    for stroke in placed(digit, *BOX):
        points = np.round(stroke * 16).astype(np.int32)
        cv2.polylines(cover, [points], False, 255, pen, cv2.LINE_AA, 4)
    change = cover / 255 * contrast
    return np.clip(paper + (change if light else -change), 0, 255).astype(np.uint8)


def gradient(paper: NDArray[np.float32]) -> NDArray[np.float32]:
    return paper * np.linspace(0.55, 1.1, WIDTH, dtype=np.float32)


def shadow(paper: NDArray[np.float32]) -> NDArray[np.float32]:
    """A phone's soft shadow over the left half, through the digit."""
    across = np.arange(WIDTH, dtype=np.float32)
    return (paper * (1 - 0.35 / (1 + np.exp((across - 210) / 18)))).astype(np.float32)


def desk(paper: NDArray[np.float32]) -> NDArray[np.float32]:
    shown = paper.copy()
    shown[:, 400:] *= 0.25
    return shown


def ruled(paper: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lines above and below the digit."""
    shown = paper.copy()
    for row in (20, 70, 310, 345):
        shown[row : row + 2] -= 35
    return shown


def speckled(paper: NDArray[np.float32]) -> NDArray[np.float32]:
    shown = paper.copy()
    for x, y in ((30, 40), (430, 300), (440, 60), (60, 330)):
        shown[y : y + 3, x : x + 3] -= 60
    return shown


def read(image: Picture) -> tuple[Picture, Box]:
    ink_and_box = find_ink(image)
    assert ink_and_box is not None
    return glyph.from_ink(ink_and_box[0]), ink_and_box[1]


def assert_found(image: Picture, digit: int, tolerance: int = 6) -> None:
    """The glyph is nearly that of the same strokes, and the box is around them."""
    strokes = placed(digit, *BOX)
    read_glyph, (x, y, width, height) = read(image)
    expected = ink_glyph(strokes)
    difference = np.abs(read_glyph.astype(float) - expected).sum() / expected.sum()
    assert difference < MAX_DIFFERENCE
    points = np.concatenate(strokes)
    assert (x, y) == pytest.approx(points.min(axis=0), abs=tolerance)
    assert (x + width, y + height) == pytest.approx(points.max(axis=0), abs=tolerance)


@pytest.mark.parametrize("digit", [0, 2, 3, 4, 5, 8])
@pytest.mark.parametrize(
    "paper, contrast, pen",
    [
        (sheet(), 120, 6),  # a plain good photograph
        (sheet(), 32, 4),  # a faint pencil
        (sheet(noise=6), 60, 6),  # a dark room's noise
        (gradient(sheet()), 40, 5),
        (shadow(sheet()), 45, 5),
        (desk(sheet()), 60, 5),
        (ruled(sheet()), 70, 5),
        (speckled(sheet()), 60, 5),
        (sheet(), 90, 30),  # a broad marker
    ],
    ids=["plain", "faint", "noisy", "gradient", "shadow", "desk", "ruled", "specks", "marker"],
)
def test_ink_is_found_on_paper(
    digit: int, paper: NDArray[np.float32], contrast: float, pen: int
) -> None:
    assert_found(written(paper, digit, contrast, pen), digit, 6 + pen // 2)


@pytest.mark.parametrize("digit", [2, 5, 8])
def test_chalk_is_found_on_a_board(digit: int) -> None:
    assert_found(written(gradient(sheet(50)), digit, 90, light=True), digit)


@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0, 25.0])
@pytest.mark.parametrize("light", [sheet, gradient, shadow], ids=["even", "gradient", "shadow"])
def test_empty_paper_has_no_ink(noise: float, light: object) -> None:
    empty = sheet(noise=noise)
    seen = empty if light is sheet else light(empty)  # type: ignore[operator]
    assert find_ink(np.clip(seen, 0, 255).astype(np.uint8)) is None


def test_noise_alone_is_not_ink() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (200, 300, 3)).astype(np.uint8)
    assert find_ink(noise) is None


def test_a_large_photograph_is_reduced_and_its_box_is_not() -> None:
    image = cv2.resize(written(sheet(), 3, 80), None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    ink_and_box = find_ink(image.astype(np.uint8))
    assert ink_and_box is not None
    small = find_ink(written(sheet(), 3, 80))
    assert small is not None
    assert ink_and_box[1] == pytest.approx(np.array(small[1]) * 8, abs=24)
    assert max(ink_and_box[0].shape) < 700


def test_a_photograph_can_be_looked_at_in_three_ways() -> None:
    image = np.repeat(written(sheet(), 3, 80)[..., None], 3, axis=2)
    maps = list(ink_maps(image))
    assert len(maps) == 3
    boxes = [cut_out(ink_map, image.shape)[1] for ink_map in maps]
    assert np.abs(np.array(boxes) - boxes[0]).max() <= 6, "all show the same digit"


def test_a_photograph_stands_as_its_exif_says(tmp_path: Path) -> None:
    upright = cv2.cvtColor(written(sheet(), 4, 120), cv2.COLOR_GRAY2BGR)
    turned = cv2.rotate(upright, cv2.ROTATE_90_COUNTERCLOCKWISE)  # as a phone on its side saves it
    _, written_bytes = cv2.imencode(".jpg", turned, [cv2.IMWRITE_JPEG_QUALITY, 98])
    content = written_bytes.tobytes()
    # One IFD with one entry: orientation (0x0112), a short, 6: turn it 90 degrees clockwise.
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    exif = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    file = tmp_path / "turned.jpg"
    file.write_bytes(content[:2] + segment + content[2:])
    loaded = picture_file.load(file)
    assert loaded.shape == upright.shape
    assert_found(loaded, 4)


def test_a_mask_without_paper_has_widths_within_the_picture() -> None:
    """If there is no paper, OpenCV's distance to it has no upper bound."""
    assert ink_map.pen_width(np.full((20, 30), 255, np.uint8)) <= 2 * 30


def test_specks_go_and_parts_of_writing_stay() -> None:
    mask = np.zeros((100, 160), np.uint8)
    mask[20:80, 40:46] = 255
    mask[20:26, 40:70] = 255  # a line 6 wide
    mask[20:26, 74:78] = 255  # the line's continuation after a gap
    mask[90:92, 150:152] = 255  # far away, and small
    kept = ink_map.without_specks(mask)
    assert kept[22, 75] == 255
    assert kept[91, 151] == 0
    assert kept[50, 42] == 255


@pytest.mark.parametrize("width, height", [(3000, 2250), (4000, 3000)])
def test_twelve_megapixels_are_read(width: int, height: int) -> None:
    image = cv2.resize(written(sheet(), 7, 80), (width, height), interpolation=cv2.INTER_CUBIC)
    ink_and_box = find_ink(image.astype(np.uint8))
    assert ink_and_box is not None
    scale = width / WIDTH
    assert ink_and_box[1][2] == pytest.approx(
        np.ptp(np.concatenate(placed(7, *BOX))[:, 0]) * scale, rel=0.1
    )
