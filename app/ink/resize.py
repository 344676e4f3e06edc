"""Scales pictures to a number of pixels along their longer side."""

import cv2
import numpy as np
from numpy.typing import NDArray


def resize_to_side(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The image (h, w) or (h, w, channels), with a longer side of exactly `side` pixels."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(image, size, interpolation=method)  # without a lone channel's axis
    return resized.reshape(size[1], size[0], *image.shape[2:]).astype(np.uint8, copy=False)


def reduce_to_side(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The image (h, w) or (h, w, channels), with no side longer than `side` pixels.

    An image that is small enough is returned itself.
    """
    return image if max(image.shape[:2]) <= side else resize_to_side(image, side)
