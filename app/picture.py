"""Pixels: one character on a plain background, in either polarity, found and made a glyph."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.reading import UnreadableInput

LARGEST_PICTURE: Final = 50_000_000  # pixels; a phone's photograph has 12 to 50 million
FAINTEST_INK: Final = 24  # of 255: below this a difference from the paper is noise
PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")

Box = tuple[int, int, int, int]


def load(path: Path) -> NDArray[np.uint8]:
    """A picture file as uint8 (h, w), (h, w, 3) RGB or (h, w, 4) RGBA. Raises UnreadableInput."""
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise UnreadableInput(f"{path}: expected a readable file, came {error}") from error
    try:
        image = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    except cv2.error as error:
        raise UnreadableInput(f"{path}: expected a picture, came {error}") from error
    if image is None:
        raise UnreadableInput(f"{path}: expected a picture, came bytes that are no known format")
    if image.dtype == np.uint16:  # 16 bits a channel keep their upper half
        image = np.right_shift(image.astype(np.uint16), 8)
    if image.ndim == 3:
        to_rgb = cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB
        image = cv2.cvtColor(image.astype(np.uint8), to_rgb)
    return checked(image.astype(np.uint8))


def checked(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image itself where it can be read, else UnreadableInput.

    image: uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA, of LARGEST_PICTURE pixels at most.
    """
    expected = "expected uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA"
    if not isinstance(image, np.ndarray):
        raise UnreadableInput(f"{expected}, came {type(image).__name__}")
    if image.dtype != np.uint8:
        raise UnreadableInput(f"{expected}, came dtype {image.dtype}")
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)):
        raise UnreadableInput(f"{expected}, came shape {image.shape}")
    if not 0 < image.shape[0] * image.shape[1] <= LARGEST_PICTURE:
        raise UnreadableInput(
            f"expected 1 to {LARGEST_PICTURE:,} pixels, came {image.shape[1]} x {image.shape[0]}"
        )
    return image


def find_ink(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Box] | None:
    """The ink of a picture and where it is, or None where there is none.

    image: see `checked`. Returns uint8 (height, width) with 0 for paper and 255 for full ink,
    cropped to the box (x, y, width, height) in pixels of the image.
    """
    ink = _difference_from_paper(_opaque(checked(image)))
    darkest = int(ink.max())
    if darkest < FAINTEST_INK:
        return None
    threshold, _ = cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)
    # Anti-aliased edges pull Otsu's threshold down on sparse ink; half the ink's own strength
    # is where the pen's edge is.
    threshold = max(threshold, darkest / 2)
    box = cv2.boundingRect((ink > threshold / 2).astype(np.uint8))
    x, y, width, height = box
    crop = ink[y : y + height, x : x + width].astype(np.float32) * (127.5 / threshold)
    return np.minimum(crop, 255).astype(np.uint8), (x, y, width, height)


def _opaque(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image without transparency: laid on paper that contrasts with what is drawn."""
    if image.ndim == 2 or image.shape[2] == 3:
        return image
    opacity = image[..., 3:].astype(np.float32) / 255  # (h, w, 1)
    colours = image[..., :3].astype(np.float32)
    drawn = float((colours * opacity).sum()) / max(3 * float(opacity.sum()), 1e-6)
    paper = 255.0 if drawn < 128 else 0.0
    if not opacity.any():  # nothing is drawn at all
        return np.zeros(image.shape[:2], np.uint8)
    return np.round(colours * opacity + paper * (1 - opacity)).astype(np.uint8)


def _difference_from_paper(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How far each pixel is from the paper in its most telling channel: uint8 (h, w).

    The paper's colour is the median along the border, so either polarity and any two colours
    come out the same.
    """
    channels = image.reshape(*image.shape[:2], -1)
    border = np.concatenate([channels[0], channels[-1], channels[:, 0], channels[:, -1]])
    paper = np.median(border, axis=0).astype(np.uint8)  # (channels,)
    difference = np.zeros(image.shape[:2], np.uint8)
    for channel in range(channels.shape[2]):
        one = channels[..., channel]
        level = paper[channel]
        difference = np.maximum(difference, np.where(one > level, one - level, level - one))
    return difference
