"""Smooths pictures that were enlarged by repeating their pixels, as tiny bitmaps mostly are.

A digit of 8 pixels, as the best-known small data set has them, is then a figure of large squares,
which no pen draws. Enlarged smoothly, its greys show where the stroke went.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_BLOCK: Final = 4  # pixels along the side of a block; smaller steps hardly show
MAX_BLOCKS: Final = 14  # along the shorter side; from 16 on, digits are read as well either way
SAMPLES: Final = 8  # rows and columns in which blocks are looked for first

Picture = NDArray[np.uint8]  # (h, w, channels)


def without_blocks(image: Picture) -> Picture:
    """A picture of the same size without blocks of equal pixels; itself where it has none.

    Where there are many blocks, what is drawn shows well enough.
    """
    side, start = _block(image)
    if side < MIN_BLOCK:
        return image
    before, after = (-start) % side, (start - image.shape[1]) % side
    down, first = _block(image.swapaxes(0, 1))
    if down != side:
        return image
    above, below = (-first) % side, (first - len(image)) % side
    whole = cv2.copyMakeBorder(image, above, below, before, after, cv2.BORDER_REPLICATE)
    small = np.ascontiguousarray(whole[side // 2 :: side, side // 2 :: side])
    if min(small.shape[:2]) > MAX_BLOCKS:
        return image
    smooth = cv2.resize(small, whole.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    high, wide = image.shape[:2]
    part = smooth[above : above + high, before : before + wide]
    return np.ascontiguousarray(part, np.uint8).reshape(image.shape)


def _block(image: Picture) -> tuple[int, int]:
    """The width of the blocks along the rows of a picture, and where one begins; 0 without any."""
    side, start = 0, 0
    for rows in (image[:: max(len(image) // SAMPLES, 1)], image):
        places = np.flatnonzero((rows[:, 1:] != rows[:, :-1]).any(axis=0).any(axis=1)) + 1
        if len(places) < 2:
            return 0, 0
        side, start = int(np.gcd.reduce(np.diff(places))), int(places[0])
        if side < MIN_BLOCK:
            break
    return side, start
