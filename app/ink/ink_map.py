"""Ink as it was found in a picture, and which of its pieces are writing."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

SPECK: Final = 0.8  # squares of the pen's width; a dot made with the pen has as much
FAR_SPECK: Final = 0.04  # of the largest piece's area
NEAR: Final = 1.5  # pen widths: pieces this close to the writing are gaps in a faint line
BORDER: Final = 0.08  # of a picture's longer side: a frame lies within that of its rim
LONG: Final = 0.8  # of a picture's sides, that it goes along both at least
CRUMB: Final = 0.1  # squares of the pen's width, the least of such a piece


@dataclass(frozen=True, eq=False)
class InkMap:
    """A map of ink, a part of a picture.

    strength: uint8 (h, w), 0 for paper, 127 at the pen's edge, 255 for full ink.
    mask: uint8 (h, w), 255 where there is writing, 0 elsewhere; never empty.
    left, top: the map's corner in pixels of the picture. scale: pixels of the map to one of the
    picture; large pictures are reduced, small ones enlarged.
    """

    strength: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    left: float
    top: float
    scale: float

    def within(
        self, own: NDArray[np.bool_], place: tuple[slice, slice] = (slice(None), slice(None))
    ) -> NDArray[np.uint8]:
        """The strength of some of the writing with its soft rim, uint8, 0 elsewhere.

        own: (h, w) of the place, what is wanted of the mask there.
        """
        near = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        strength = np.where(own, np.maximum(self.strength[place], 128), self.strength[place])
        return np.where(near, strength, 0).astype(np.uint8)


def without_specks(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask, uint8 (h, w), 255 or 0 and not empty, without what is too small for writing."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count == 2:
        return mask
    boxes, area = stats[:, :4].astype(np.int64), stats[:, 4].astype(float)
    area[0] = 0
    pen = pen_width(mask)
    big = area >= max(SPECK * pen**2, FAR_SPECK * area.max())
    big[int(area.argmax())] = True
    left, top = boxes[big, :2].min(axis=0)
    right, bottom = (boxes[big, :2] + boxes[big, 2:]).max(axis=0)
    aside = np.maximum(np.maximum(left - boxes[:, 0] - boxes[:, 2], boxes[:, 0] - right), 0)
    above = np.maximum(np.maximum(top - boxes[:, 1] - boxes[:, 3], boxes[:, 1] - bottom), 0)
    kept = big | ((np.hypot(aside, above) <= NEAR * pen) & (area > CRUMB * pen**2))
    table = np.where(kept, 255, 0).astype(np.uint8)
    table[0] = 0
    writing: NDArray[np.uint8] = table[labels]
    return writing


def without_border(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask without a frame about everything else.

    A line along one edge alone stays: it may be the 1 of a number that was cropped closely.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count == 2:
        return mask
    size = np.array(mask.shape[::-1])
    rim = BORDER * size.max()
    inner = labels[round(rim) : round(size[1] - rim), round(rim) : round(size[0] - rim)]
    hollow = np.bincount(inner.ravel(), minlength=count)[1:] == 0  # nothing of it lies further in
    border = hollow & (stats[1:, 2:4] > LONG * size).all(axis=1)
    if border.all() or not border.any():
        return mask
    table = np.concatenate([[0], np.where(border, 0, 255)]).astype(np.uint8)
    kept: NDArray[np.uint8] = table[labels]
    return kept


def pen_width(mask: NDArray[np.uint8]) -> float:
    """The usual width of a mask's lines in pixels; large pieces have most say."""
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    # Where there is no paper at all, OpenCV's distance to it is beyond all bounds.
    depths = np.minimum(inside[mask > 0], max(mask.shape) / 2)
    # Along a line the distance from its edge is a quarter of its width on average.
    return max(4 * float(depths.mean()) - 1, 1.0)
