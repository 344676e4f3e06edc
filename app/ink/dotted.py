"""Strokes that are drawn as rows of dots: the dots of a clean picture, joined to lines."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.parts import Parts

MIN_DOTS: Final = 12  # fewer are punctuation
MAX_DOTS: Final = 1_000
MIN_DOT_SHARE: Final = 0.9  # of the components, that are dots
MAX_DOT_ASPECT: Final = 1.5
MIN_FILLED: Final = 0.5  # of a dot's box, which a ring does not fill
MAX_AREA_RATIO: Final = 2.0  # of a dot's area to the usual one
MAX_STEP: Final = 1.4  # of the usual step from one dot to the next, within a stroke


def joined(ink: InkMap) -> InkMap | None:
    """The map with its dots joined to lines; None where it is not made of dots alone."""
    parts = Parts(ink.mask)
    boxes, areas = parts.boxes[1:].astype(np.float64), parts.areas[1:]
    if not MIN_DOTS <= len(areas) <= MAX_DOTS:
        return None
    usual = float(np.median(areas))
    long, short = boxes[:, 2:].max(axis=1), boxes[:, 2:].min(axis=1)
    is_dot = (long <= MAX_DOT_ASPECT * short) & (areas > MIN_FILLED * long * short)
    is_dot &= (areas < MAX_AREA_RATIO * usual) & (areas * MAX_AREA_RATIO > usual)
    if is_dot.mean() < MIN_DOT_SHARE:
        return None
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    mask = ink.mask.copy()
    for first, second in _neighbours(middles):
        start, end = np.round(middles[[first, second]]).astype(int).tolist()
        cv2.line(mask, start, end, 255, max(round(float(np.sqrt(usual))), 1))
    return replace(ink, mask=mask, strength=np.maximum(ink.strength, mask))


def _neighbours(middles: NDArray[np.float64]) -> list[list[int]]:
    """Pairs of dots that lie about as far apart as each dot and the one nearest to it."""
    distances = np.hypot(*(middles[:, None] - middles).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    step = float(np.median(distances.min(axis=1)))
    return np.argwhere(np.triu(distances <= MAX_STEP * step)).tolist()
