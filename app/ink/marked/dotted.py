"""Joins the dots of a clean picture to lines where strokes are drawn as rows of dots."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, Parts

MIN_DOTS: Final = 12  # fewer dots are punctuation
MAX_DOTS: Final = 1_000
MIN_DOT_SHARE: Final = 0.6  # of all components that must be single dots; others are dots that touch
MAX_DEPTH: Final = 1.4  # of a dot's radius: of dots that touch, as those of crossing strokes
MAX_TOUCHING: Final = 6.0  # dots: the longer side of dots that touch; digits are longer
CORE: Final = 0.6  # of a dot's radius: the depth from which dots that touch are apart
MAX_DOT_ASPECT: Final = 1.5  # ratio of a dot's longer side to its shorter side
MIN_FILLED: Final = 0.5  # share of its box that a dot fills; a ring fills less
MAX_AREA_RATIO: Final = 2.0  # between a dot's area and the usual one, either way
MAX_STEP: Final = 1.4  # usual distances between nearest dots; wider gaps separate strokes


def joined(ink: InkMap) -> InkMap | None:
    """The map with its dots joined to lines; None where its ink is not made of dots."""
    parts = ink.parts
    boxes, areas = parts.boxes[1:].astype(np.float64), parts.areas[1:]
    if not MIN_DOTS <= len(areas) <= MAX_DOTS:
        return None
    usual = float(np.median(areas))
    long, short = boxes[:, 2:].max(axis=1), boxes[:, 2:].min(axis=1)
    is_dot = (long <= MAX_DOT_ASPECT * short) & (areas > MIN_FILLED * long * short)
    is_dot &= (areas < MAX_AREA_RATIO * usual) & (areas * MAX_AREA_RATIO > usual)
    if is_dot.mean() < MIN_DOT_SHARE:
        return None
    depth = cv2.distanceTransform(parts.mask(np.array([False, *~is_dot])), cv2.DIST_L2, 5)
    radius = float(np.sqrt(usual / np.pi))
    if depth.max() > MAX_DEPTH * radius or long.max() > MAX_TOUCHING * 2 * radius:
        return None
    cores = Parts(np.where(depth > CORE * radius, 255, 0).astype(np.uint8)).boxes[1:]
    dots = np.concatenate([boxes[is_dot], cores])
    if len(dots) > MAX_DOTS:
        return None
    middles = dots[:, :2] + dots[:, 2:] / 2
    mask = ink.mask.copy()
    for first, second in _neighbours(middles):
        start, end = np.round(middles[[first, second]]).astype(int).tolist()
        cv2.line(mask, start, end, 255, max(round(float(np.sqrt(usual))), 1))
    return replace(ink, mask=mask, strength=np.maximum(ink.strength, mask))


def _neighbours(middles: NDArray[np.float64]) -> list[list[int]]:
    """Pairs of dots that are about as close together as nearest dots usually are."""
    distances = np.hypot(*(middles[:, None] - middles).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    step = float(np.median(distances.min(axis=1)))
    return np.argwhere(np.triu(distances <= MAX_STEP * step)).tolist()
