"""How sharp the writing on a picture is, so that a blurred one is said to be blurred."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.reading import Digit

SIDE: Final = 64  # pixels: a digit's height when its edges are measured
MOST: Final = 40  # digits that are measured; more say no more
BLURRED: Final = 0.235  # heights of a digit: up to 0.21 digits are read well, from 0.26 on badly


def is_blurred(image: NDArray[np.uint8], digits: Sequence[Digit]) -> bool:
    """Whether these digits, see `edge_width`, are too blurred to be trusted."""
    return edge_width(image, digits) > BLURRED


def edge_width(image: NDArray[np.uint8], digits: Sequence[Digit]) -> float:
    """How wide the edges of these digits' strokes are, in heights of a digit; 0 without digits.

    From the steepest slope in a digit's box and the contrast there; the median of all digits.
    image: uint8 (h, w) or (h, w, 3 or 4), what the digits' boxes are in pixels of.
    """
    some = digits[:: max(len(digits) // MOST, 1)]
    widths = [_edge_width(image, digit.box) for digit in some]
    return float(np.median(widths)) if widths else 0.0


def _edge_width(image: NDArray[np.uint8], box: tuple[float, float, float, float]) -> float:
    x, y, width, height = (round(side) for side in box)
    side = max(width, height, 1)
    room = side // 8  # paper around it, which the contrast is to
    crop = image[max(y - room, 0) : y + height + room, max(x - room, 0) : x + width + room, ...]
    if not crop.size:
        return 0.0
    grey = crop if crop.ndim == 2 else crop[..., :3].mean(axis=2).astype(np.uint8)
    scale = SIDE / side
    size = (max(round(grey.shape[1] * scale), 3), max(round(grey.shape[0] * scale), 3))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0)  # against noise, which is steep too
    slope = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) / 8
    low, high = np.quantile(smooth, [0.02, 0.98])
    steepest = float(np.quantile(slope, 0.98))
    return float(high - low) / max(steepest, 1e-3) / SIDE
