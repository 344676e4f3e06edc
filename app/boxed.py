"""A picture as the page shows it: of a sensible size, with a box around each digit and its name."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.looks import DOUBT
from app.reading import Digit, Reading

LARGEST_SIDE: Final = 1200  # pixels: sharp on a phone and a desk, some 100 kB
# As in looks.css, on paper: sure, doubtful, refused.
SURE_RGB: Final = (47, 91, 183)
DOUBT_RGB: Final = (176, 74, 0)
REFUSED_RGB: Final = (110, 104, 94)
FONT: Final = cv2.FONT_HERSHEY_SIMPLEX


def reduced(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """An RGB copy uint8 (h, w, 3) of LARGEST_SIDE at most, and its scale; image: see picture."""
    scale = min(1.0, LARGEST_SIDE / max(image.shape[:2]))
    size = tuple(max(round(side * scale), 1) for side in image.shape[1::-1])
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    if small.ndim == 2:
        return np.repeat(small[..., None], 3, axis=2), scale
    if small.shape[2] == 4:  # transparent means paper
        share = small[..., 3:].astype(np.float32) / 255
        return np.round(small[..., :3] * share + 255 * (1 - share)).astype(np.uint8), scale
    return small, scale


def boxed(
    small: NDArray[np.uint8], scale: float, reading: Reading, chosen: int | None = None
) -> NDArray[np.uint8]:
    """A copy of a reduced picture, see `reduced`, with a box and a label for each digit.

    chosen: the place of the digit whose box is drawn thicker.
    """
    shown = small.copy()
    line = max(1, round(max(shown.shape[:2]) / 500))
    for place, digit in enumerate(reading.digits):
        x, y, width, height = (scale * part for part in digit.box)
        pad = 2 * line
        low = (round(x) - pad, round(y) - pad)
        high = (round(x + width) + pad, round(y + height) + pad)
        colour = _colour(digit)
        cv2.rectangle(shown, low, high, colour, line * (3 if place == chosen else 1), cv2.LINE_AA)
        _label(shown, low, "?" if digit.value is None else str(digit.value), colour, height)
    return shown


def _label(
    shown: NDArray[np.uint8], corner: tuple[int, int], text: str, colour: tuple[int, ...], of: float
) -> None:
    """White on the box's colour, above its upper left corner; of: the digit's height, pixels."""
    size = float(np.clip(0.25 * of, 12, 26))
    scale = size / 30
    thick = max(1, round(size / 12))
    (width, height), _ = cv2.getTextSize(text, FONT, scale, thick)
    pad = max(2, round(size / 6))
    x, bottom = corner[0], max(corner[1], height + 2 * pad)  # inside the picture
    cv2.rectangle(shown, (x, bottom - height - 2 * pad), (x + width + 2 * pad, bottom), colour, -1)
    white = (255, 255, 255)
    cv2.putText(shown, text, (x + pad, bottom - pad), FONT, scale, white, thick, cv2.LINE_AA)


def _colour(digit: Digit) -> tuple[int, int, int]:
    if digit.value is None:
        return REFUSED_RGB
    return DOUBT_RGB if digit.confidence < DOUBT else SURE_RGB
