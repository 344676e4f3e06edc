"""Drops bent lines from edge to edge of a picture: the flap of an envelope, a crease, a seam.

Straight ones are dropped by `app.ink.printed.borders`.
"""

from typing import Final

import cv2
import numpy as np

from app.ink.ink_map import InkMap, Mask, Parts
from app.ink.parts import MIN_PART
from app.ink.printed.borders import touched_edges

MIN_EDGES: Final = 2  # of the picture that such a line touches
MIN_LENGTH: Final = 3.0  # heights of the highest writing; the stroke of a 6 has two of its loop
MAX_SLIMNESS: Final = 0.06  # ratio of its width to its length
MAX_OFF: Final = 0.03  # of its length: how far its sides may be from straight ones
MAX_CORNERS: Final = 8  # two at each end and at each bend; an outline with writing on it has more


def without_creases(ink: InkMap, shape: tuple[int, ...]) -> Mask:
    """A photograph's mask without such lines, where there is other writing.

    shape: of the picture, (h, w, ...).
    """
    parts = ink.parts
    touches = touched_edges(ink, parts.boxes, shape).sum(axis=0)  # (n,)
    is_line = touches >= MIN_EDGES
    is_line[0] = False
    for index in np.flatnonzero(is_line).tolist():
        is_line[index] = _is_bent_line(parts, index)
    is_writing = ~is_line & (parts.areas > MIN_PART * parts.areas.max())
    tallest = parts.boxes[is_writing, 3].max(initial=0)
    is_line &= (parts.boxes[:, 2:].max(axis=1) >= MIN_LENGTH * tallest) & (tallest > 0)
    return parts.mask(~is_line) if is_line.any() else ink.mask


def _is_bent_line(parts: Parts, index: int) -> bool:
    """Whether a component is a slim line with at most a few bends."""
    x, y, width, height = parts.boxes[index].tolist()
    piece = (parts.labels[y : y + height, x : x + width] == index).astype(np.uint8)
    (outline, *_), _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    length = cv2.arcLength(outline, True) / 2
    if cv2.contourArea(outline) > MAX_SLIMNESS * length**2:
        return False
    return len(cv2.approxPolyDP(outline, MAX_OFF * length, True)) <= MAX_CORNERS
