"""Measures how sharp the writing on a picture is, so that people are told when it is blurred."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.reading import Digit

SIDE: Final = 64  # pixels: the height of a digit when its edges are measured
MAX_MEASURED: Final = 40  # digits; more would hardly change the median
# Heights of a digit. With edges of up to 0.21, digits are read well, and from 0.26 on badly.
MAX_EDGE_WIDTH: Final = 0.235


def is_blurred(image: NDArray[np.uint8], digits: Sequence[Digit]) -> bool:
    """Whether these digits, see `edge_width`, are too blurred to be trusted."""
    return edge_width(image, digits) > MAX_EDGE_WIDTH


def edge_width(image: NDArray[np.uint8], digits: Sequence[Digit]) -> float:
    """The median width of the edges of these digits' strokes, in heights of a digit; 0 without any.

    For each digit it is the contrast in its box, divided by the steepest slope there. image: uint8
    (h, w) or (h, w, 3 or 4), in whose pixels the digits' boxes are.
    """
    measured = digits[:: max(len(digits) // MAX_MEASURED, 1)]
    widths = [_edge_width(image, digit.box) for digit in measured]
    return float(np.median(widths)) if widths else 0.0


def _edge_width(image: NDArray[np.uint8], box: tuple[float, float, float, float]) -> float:
    x, y, width, height = (round(side) for side in box)
    side = max(height, width // 2, 1)  # blurred digits that run together are wide
    margin = side // 8  # paper around the digit, for the contrast
    rows = slice(max(y - margin, 0), y + height + margin)
    crop = image[rows, max(x - margin, 0) : x + width + margin, ...]
    if not crop.size:
        return 0.0
    grey = crop if crop.ndim == 2 else crop[..., :3].mean(axis=2).astype(np.uint8)
    scale = SIDE / side
    size = (max(round(grey.shape[1] * scale), 3), max(round(grey.shape[0] * scale), 3))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0)  # because noise is steep too
    slope = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) / 8
    low, high = np.quantile(smooth, [0.02, 0.98])
    steepest = float(np.quantile(slope, 0.98))
    return float(high - low) / max(steepest, 1e-3) / SIDE
