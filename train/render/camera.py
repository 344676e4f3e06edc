"""Renders how a camera records a sheet of paper: light, lens, sensor and JPEG."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.render.scene import Map, Random

MAX_GRADIENT: Final = 0.22  # relative change of light from the middle to an edge
MAX_VIGNETTE: Final = 0.3  # loss of light in the corners
SHADOWED_SHARE: Final = 0.35  # share of pictures with the edge of a shadow across the paper
SHADOW: Final = (0.5, 0.9)  # share of the light that is left in the shadow
SHADOW_EDGE: Final = (0.05, 0.6)  # width of the shadow's soft edge, as a share of the picture
MAX_BLUR: Final = 0.45  # pen widths: standard deviation of defocus
MOVED: Final = (0.2, 1.0)  # share with motion blur, and its maximum length in pen widths
MAX_NOISE: Final = (9.0, 0.15)  # levels of 255, and share of the ink's contrast
CROP_PIXELS: Final = 40.0  # smaller digits are like cut-outs of a picture and need more contrast
PATCH_PIXELS: Final = 160.0  # in smaller pictures, light changes less
QUALITY: Final = (35, 96)  # of JPEG
MIN_CROP_QUALITY: Final = 70  # of JPEG, for a digit below CROP_PIXELS

_TILE: Final = 640  # pixels: the side of the noise that all grain is cut from
_BITS: Final = 4  # fractional bits of the coordinates that OpenCV draws


def _tiles() -> tuple[Map, ...]:
    """Noise of mean 0 and deviation 1, (1280, 1280) each, from fine to coarse."""
    fine = np.random.default_rng(0).standard_normal((_TILE, _TILE)).astype(np.float32)
    soft = [cv2.GaussianBlur(fine, (0, 0), sigma) for sigma in (0.8, 1.6, 3.2)]
    tiles = [fine, *((noise / noise.std()).astype(np.float32) for noise in soft)]
    return tuple(np.tile(tile, (2, 2)) for tile in tiles)  # so that any offset leaves a whole tile


_NOISE: Final = _tiles()


def record(
    picture: NDArray[np.uint8], width: float, contrast: float, extent: float, random: Random
) -> NDArray[np.uint8]:
    """Adds blur, noise and JPEG artefacts to uint8 (h, w, 3) RGB.

    width, extent: of pen and digit in pixels. contrast: of the ink in levels of 255.
    """
    sigma = width * random.uniform(0, MAX_BLUR) * random.uniform(0, 1)  # mostly sharp
    if sigma > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), sigma).astype(np.uint8)
    length = round(width * random.uniform(0, MOVED[1]))
    if random.random() < MOVED[0] and length > 1:
        picture = cv2.filter2D(picture, -1, _streak(length, random.uniform(0, np.pi))).astype(
            np.uint8
        )
    deviation = np.float32(min(MAX_NOISE[0], MAX_NOISE[1] * contrast) * random.uniform(0, 1))
    size, soft = (picture.shape[1], picture.shape[0]), int(random.integers(2))
    noise = cv2.merge([deviation * grain(size, soft, random) for _ in range(3)])
    noisy = cv2.add(picture, noise, dtype=cv2.CV_8U)
    quality = int(random.integers(*QUALITY))
    if extent < CROP_PIXELS:
        quality = max(quality, MIN_CROP_QUALITY)
    # OpenCV expects BGR; red and blue swap their weights in JPEG, which hardly matters here.
    _, encoded = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def _streak(length: int, angle: float) -> Map:
    """A kernel that averages along a line: float32 (side, side), with sum 1."""
    side = 2 * (length // 2) + 3
    along = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    path = np.round((side // 2 + np.stack([-along, along])) * (1 << _BITS)).astype(np.int32)
    kernel = np.zeros((side, side), np.uint8)
    cv2.polylines(kernel, [path], False, 255, 1, cv2.LINE_AA, _BITS)
    weights: Map = kernel / kernel.sum(dtype=np.float32)
    return weights


def grain(size: tuple[int, int], coarse: int, random: Random) -> Map:
    """Noise (h, w) of mean 0 and deviation 1, cut out of a tile at a random position."""
    tile = _NOISE[coarse]
    if max(size) > _TILE:  # the tile repeats
        beyond = max(size) - _TILE
        tile = np.pad(tile, (0, beyond), mode="wrap")
    right, down = (int(offset) for offset in random.integers(_TILE, size=2))
    return tile[down : down + size[1], right : right + size[0]]


def light_on(size: tuple[int, int], random: Random) -> Map:
    """Brightness (h, w), with maximum 1: a gradient, dark corners, the edge of a shadow."""
    y, x = np.mgrid[-1:1:32j, -1:1:32j].astype(np.float32)  # light this soft needs few points
    angle = random.uniform(0, 2 * np.pi)
    light = 1 + random.uniform(0, MAX_GRADIENT) * (np.cos(angle) * x + np.sin(angle) * y)
    light *= 1 - random.uniform(0, MAX_VIGNETTE) / 2 * (x * x + y * y)
    if random.random() < SHADOWED_SHARE:
        angle, offset = random.uniform(0, 2 * np.pi), random.uniform(-0.7, 0.7)
        bent = 0.4 * random.uniform(-1, 1) * (np.cos(angle) * y - np.sin(angle) * x) ** 2
        away = np.cos(angle) * x + np.sin(angle) * y + bent - offset
        away = away / random.uniform(*SHADOW_EDGE)
        light *= 1 - (1 - random.uniform(*SHADOW)) / (1 + np.exp(np.clip(-4 * away, -30, 30)))
    light = 1 - (1 - light / light.max()) * min(max(size) / PATCH_PIXELS, 1)
    large = cv2.resize(light.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)
