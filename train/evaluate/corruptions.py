"""21 corruptions of glyphs, as they happen on the way to a computer, for evaluation only.

Fifteen have the severities of MNIST-C (Mu and Gilmer, 2019), at which people can still read the
digit. Six more are from the wider list that MNIST-C was chosen from, or similar to it. The code is
this project's own, so that figures are close to those for MNIST-C, but not equal. Training uses
other distortions, those of train/augment/glyphs.py.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[
    np.floating[Any]
]  # (n, 28, 28), 0 paper to 1 ink; a corruption may leave the range
Random = np.random.Generator

SIDE: Final = 28
_MIDDLE: Final = (SIDE - 1) / 2
_COLUMN: Final[Floats] = np.tile(np.arange(SIDE, dtype=np.float32), (SIDE, 1))  # (28, 28)
_ROW: Final[Floats] = _COLUMN.T


def corrupt(name: str, glyphs: NDArray[np.uint8], seed: int = 0) -> NDArray[np.uint8]:
    """Glyphs uint8 (n, 28, 28), ink 255 on 0, each corrupted differently, as the seed decides."""
    random = np.random.default_rng((zlib.crc32(name.encode()), seed))
    change, _ = CORRUPTIONS[name]
    changed = change(glyphs.astype(np.float32) / 255, random)
    return np.round(np.clip(changed, 0, 1) * 255).astype(np.uint8)


def _shot_noise(x: Floats, random: Random) -> Floats:
    return (random.poisson(x * 3) / 3).astype(np.float32)


def _gaussian_noise(x: Floats, random: Random) -> Floats:
    return x + 0.38 * random.standard_normal(x.shape, np.float32)


def _impulse_noise(x: Floats, random: Random) -> Floats:
    chance = random.random(x.shape)
    return np.where(chance < 0.085, 0, np.where(chance < 0.17, 1, x)).astype(np.float32)


def _glass_blur(x: Floats, random: Random) -> Floats:
    x = _each(x, lambda glyph: _blurred(glyph, 0.7))
    number = np.arange(len(x))[:, None, None]
    for _ in range(2):  # half of the pixels are replaced by a neighbour
        moved = random.random(x.shape) < 0.5
        step = random.integers(-1, 2, (2, *x.shape)) * moved
        row = np.clip(_ROW.astype(np.int64) + step[0], 0, SIDE - 1)
        column = np.clip(_COLUMN.astype(np.int64) + step[1], 0, SIDE - 1)
        x = x[number, row, column]
    return _each(x, lambda glyph: _blurred(glyph, 0.7))


def _motion_blur(x: Floats, random: Random) -> Floats:
    angles = iter(np.deg2rad(random.uniform(-45, 45, len(x))))
    along = np.linspace(0, 10, 41)  # pixels
    weights = np.exp(-((along / 3) ** 2) / 2)

    def move(glyph: Floats) -> Floats:
        angle = next(angles)
        kernel = np.zeros((21, 21), np.float32)
        cells = (np.round(10 + along * step).astype(int) for step in (np.sin(angle), np.cos(angle)))
        np.add.at(kernel, tuple(cells), weights / weights.sum())
        return _filtered(glyph, kernel)

    return _each(x, move)


def _defocus(x: Floats, random: Random) -> Floats:
    distance = np.hypot(*np.mgrid[-3:4, -3:4])
    disc = np.clip(3 + 0.5 - distance, 0, 1).astype(np.float32)
    return _each(x, lambda glyph: _filtered(glyph, disc / disc.sum()))


def _shear(x: Floats, random: Random) -> Floats:
    return _warped(x, [[[1, slant], [0, 1]] for slant in 0.4 * _signs(random, len(x))])


def _scale(x: Floats, random: Random) -> Floats:
    return _warped(x, [[[0.7, 0], [0, 0.7]]] * len(x))


def _rotate(x: Floats, random: Random) -> Floats:
    turns = 0.4 * _signs(random, len(x))
    return _warped(x, [[[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]] for t in turns])


def _translate(x: Floats, random: Random) -> Floats:
    steps = 3 * _signs(random, 2 * len(x)).reshape(-1, 2)
    return _warped(x, [[[1, 0], [0, 1]]] * len(x), steps)


def _brightness(x: Floats, random: Random) -> Floats:
    return x + np.float32(0.5)


def _low_contrast(x: Floats, random: Random) -> Floats:
    mean: Floats = x.mean(axis=(1, 2), keepdims=True)
    return mean + np.float32(0.1) * (x - mean)


def _stripe(x: Floats, random: Random) -> Floats:
    outside = (_COLUMN < 7) | (_COLUMN >= 21)
    return np.where(outside, 1 - x, x)


def _fog(x: Floats, random: Random) -> Floats:
    """Clouds up to three times as bright as ink, of layers in which larger lumps are brighter."""
    clouds = np.zeros_like(x)
    # The points along a side and the height of each layer; the first one is an even fog.
    layers = ((1, 1.0), (2, 0.5), (3, 0.25), (5, 0.12), (9, 0.06), (17, 0.03))
    for points, height in layers:
        lumps = random.random((len(x), points, points), np.float32)
        clouds += height * _each(lumps, lambda layer: cv2.resize(layer, (SIDE, SIDE)))
    clouds /= sum(height for _, height in layers)
    return (x + 3 * clouds) / 4


def _spatter(x: Floats, random: Random) -> Floats:
    def blots(drops: Floats) -> Floats:
        wet = (_blurred(drops, 1.0) > 0).astype(np.float32)
        return _blurred(wet, 1.5)

    mud = _each(random.standard_normal(x.shape, np.float32), blots)
    mud[mud < 0.8] = 0
    return x * (1 - mud) + mud * np.float32(63 / 255)


def _dotted_line(x: Floats, random: Random) -> Floats:
    left, right = random.uniform(0, SIDE - 1, (2, len(x), 1)).astype(np.float32)
    along = _COLUMN[:1] / (SIDE - 1)  # (1, 28)
    dots = _COLUMN[:1] % 4 >= 2  # two pixels drawn, two not
    return x + _line(left + (right - left) * along) * dots[:, None]


def _zigzag(x: Floats, random: Random) -> Floats:
    start = random.uniform(0, SIDE - 1, (len(x), 1)).astype(np.float32)
    rise = random.uniform(-5, 5, (len(x), 1)).astype(np.float32)
    along = _COLUMN[:1] - 2
    wave = 2 - np.abs((along + 2) % 8 - 4)  # up and down by two pixels every eight
    inside = (along >= 0) & (along < 23)
    return x + _line(start + rise * along / 23 + wave) * inside[:, None]


def _canny_edges(x: Floats, random: Random) -> Floats:
    def edges(glyph: Floats) -> Floats:
        smooth = _blurred(glyph * 255, 1.0).astype(np.uint8)
        return (cv2.Canny(smooth, 50, 100) / 255).astype(np.float32)

    return _each(x, edges)


def _pixelate(x: Floats, random: Random) -> Floats:
    def coarse(glyph: Floats) -> Floats:
        small = cv2.resize(glyph, (11, 11), interpolation=cv2.INTER_AREA)
        large = cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
        return large.astype(np.float32)

    return _each(x, coarse)


def _jpeg(x: Floats, random: Random) -> Floats:
    def through(glyph: Floats) -> Floats:
        level = np.round(glyph * 255).astype(np.uint8)
        _, file = cv2.imencode(".jpg", level, [cv2.IMWRITE_JPEG_QUALITY, 7])
        read = cv2.imdecode(file, cv2.IMREAD_GRAYSCALE)
        assert read is not None, "OpenCV reads what it has just written"
        return (read / 255).astype(np.float32)

    return _each(x, through)


def _erased(x: Floats, random: Random) -> Floats:
    for corner in random.integers(4, SIDE - 4 - 5 + 1, (2, 2, len(x), 1, 1)):
        row, column = _ROW - corner[0], _COLUMN - corner[1]
        patch = (row >= 0) & (row < 5) & (column >= 0) & (column < 5)
        x = np.where(patch, 0, x)
    return x


# The function of each corruption, and a description with its severity.
CORRUPTIONS: Final[dict[str, tuple[Callable[[Floats, Random], Floats], str]]] = {
    "shot noise": (_shot_noise, "ink counted in photons, 3 for full ink"),
    "impulse noise": (_impulse_noise, "17 % of pixels black or white"),
    "glass blur": (_glass_blur, "half of the pixels show a neighbour, twice; σ 0.7 px"),
    "motion blur": (_motion_blur, "10 px one way, fading with σ 3 px, within 45° of level"),
    "shear": (_shear, "0.4 px sideways a px of height, left or right"),
    "scale": (_scale, "to 0.7 of the size"),
    "rotate": (_rotate, "0.4 rad = 23°, left or right"),
    "brightness": (_brightness, "everything half of full ink brighter"),
    "translate": (_translate, "3 px along each axis"),
    "stripe": (_stripe, "the left and the right quarter inverted"),
    "fog": (_fog, "clouds up to three times as bright as ink, a quarter of the contrast left"),
    "spatter": (_spatter, "dark grey blots that hide what is under them"),
    "dotted line": (_dotted_line, "from side to side, 2 px on and 2 off"),
    "zigzag": (_zigzag, "from side to side, 2 px up and down every 8"),
    "canny edges": (_canny_edges, "outlines instead of ink"),
    "gaussian noise": (_gaussian_noise, "σ 0.38 of full ink"),
    "defocus": (_defocus, "a disc 3 px in radius"),
    "low contrast": (_low_contrast, "a tenth of the contrast left"),
    "pixelate": (_pixelate, "to 11 x 11 pixels"),
    "jpeg": (_jpeg, "quality 7 of 100"),
    "erased patches": (_erased, "two squares of 5 px wiped out"),
}
MNIST_C: Final = tuple(CORRUPTIONS)[:15]  # the fifteen that make up MNIST-C


def _each(x: Floats, change: Callable[[Floats], NDArray[Any]]) -> Floats:
    """Applies a change of single glyphs to all glyphs."""
    return np.stack([np.asarray(change(glyph), np.float32) for glyph in x])


def _blurred(glyph: Floats, deviation: float) -> Floats:
    return cv2.GaussianBlur(glyph, (0, 0), deviation).astype(np.float32)


def _filtered(glyph: Floats, kernel: Floats) -> Floats:
    border = cv2.BORDER_CONSTANT  # paper
    return cv2.filter2D(glyph, -1, kernel[::-1, ::-1], borderType=border).astype(np.float32)


def _warped(x: Floats, matrices: list[list[list[float]]], steps: Floats | None = None) -> Floats:
    """Glyphs transformed by (2, 2) matrices about their middle, then moved by (n, 2) pixels."""
    pairs: Iterator[NDArray[np.float64]] = iter(
        np.array(matrices) if steps is None else np.dstack([np.array(matrices), steps])
    )

    def warp(glyph: Floats) -> Floats:
        pair = next(pairs)
        shift = _MIDDLE - pair[:, :2].sum(axis=1) * _MIDDLE + pair[:, 2:].sum(axis=1)
        whole = np.column_stack([pair[:, :2], shift])
        return cv2.warpAffine(glyph, whole, (SIDE, SIDE)).astype(np.float32)

    return _each(x, warp)


def _signs(random: Random, count: int) -> Floats:
    return random.choice(np.array([-1, 1], np.float32), count)


def _line(height: Floats) -> Floats:
    """A line three pixels wide at heights (n, 28) in each column: (n, 28, 28)."""
    distance = np.abs(_ROW - height[:, None])
    return np.clip(1 - distance / np.float32(1.5), 0, 1)
