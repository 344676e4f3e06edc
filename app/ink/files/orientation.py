"""Turns pixels upright, by EXIF's orientation of the camera."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

# For each orientation, whether rows and columns are exchanged, and how the result is flipped:
# horizontally (1), vertically (0), both (-1) or not. https://en.wikipedia.org/wiki/Exif#Orientation
_TURNS: Final[dict[object, tuple[bool, int | None]]] = {
    2: (False, 1),
    3: (False, -1),
    4: (False, 0),
    5: (True, None),
    6: (True, 1),
    7: (True, -1),
    8: (True, 0),
}


def upright(pixels: NDArray[np.uint8], orientation: object) -> NDArray[np.uint8]:
    """The pixels (h, w, ...) turned upright; orientation: EXIF's, 1 to 8, or anything else."""
    is_exchanged, flip = _TURNS.get(orientation, (False, None))
    if is_exchanged:
        pixels = np.asarray(cv2.transpose(pixels), np.uint8)
    return pixels if flip is None else np.asarray(cv2.flip(pixels, flip), np.uint8)
