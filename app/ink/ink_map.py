"""A map of the ink in a picture, and the removal of specks from it."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.photographs.darkness import MARGIN, darkness
from app.ink.printed.dot_rows import are_in_rows

# Areas are in squares of the pen's width.
MIN_SPECK_AREA: Final = 0.8  # a smaller component is a speck; a dot made with the pen is larger
MIN_AREA_SHARE: Final = 0.04  # of the largest component's area; below it, the same
MAX_BREAK: Final = 1.5  # pen widths; a speck this close to writing continues a faint line
MIN_BREAK_AREA: Final = 0.1  # of such a speck
MIN_POINT_AREA: Final = 0.2  # of a speck beside a digit's foot that may be a point
# Heights of the digit: between it and such a point, and from its foot up or down to the point.
MAX_POINT_GAP, MAX_POINT_RISE, MAX_POINT_FALL = 0.6, 0.25, 0.2

_BESIDE: Final = np.ones((3, 3), np.uint8)


Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Boxes = NDArray[np.int32]  # (n, 4): x, y, width, height


class BoxRow(NamedTuple):
    """A row of boxes: where its bars are from left to right, and its top and bottom, in pixels."""

    bars: tuple[float, ...]
    top: float
    bottom: float

    def seen_from(self, left: float, top: float, scale: float) -> "BoxRow":
        """The row in pixels of a map with that corner and scale, as they are in this one."""
        bars = tuple((bar - left) * scale for bar in self.bars)
        return BoxRow(bars, (self.top - top) * scale, (self.bottom - top) * scale)


class Parts:
    """The connected components of a mask; component 0 is the paper, which is never kept.

    labels: int32 (h, w). boxes: (n, 4). areas: (n,) pixels.
    """

    def __init__(self, mask: Mask) -> None:
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        self.labels = labels.astype(np.int32, copy=False)
        self.boxes = stats[:, :4].astype(np.int32)
        self.areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
        self.areas[0] = 0

    def shares(self, region: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The share of each component's pixels that lie in a region: (n,). region: (h, w)."""
        counts = np.bincount(self.labels.ravel(), region.ravel(), len(self.areas))
        return np.asarray(counts / np.maximum(self.areas, 1), np.float64)

    def mask(self, is_kept: NDArray[np.bool_]) -> Mask:
        """The mask of the components that are kept; is_kept: (n,)."""
        return with_components(self.labels, is_kept)


@dataclass(frozen=True, eq=False)
class InkMap:
    """Where there is ink in a part of a picture.

    strength: uint8 (h, w), 0 for paper, 127 at the pen's edge, 255 for full ink.
    mask: uint8 (h, w), 255 where there is writing, 0 elsewhere; never empty.
    left, top: the map's corner in pixels of the picture. scale: pixels of the map to one of the
    picture; large pictures are reduced, small ones enlarged. is_found: whether the segmenter found
    the ink, so that some of it may be missing, as in photographs. box_rows: the rows of a form's
    boxes or of a grid's cells whose lines were erased. is_plain: see `ink.plain`. photo: uint8
    (h, w, 3), the part of the picture, where the segmenter found the ink. is_unruled: whether the
    lines of squared or ruled paper were taken out, which divide nothing.
    """

    strength: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    left: float
    top: float
    scale: float
    is_found: bool = False
    box_rows: tuple[BoxRow, ...] = ()
    is_plain: bool = False
    photo: NDArray[np.uint8] | None = None
    is_unruled: bool = False

    @cached_property
    def parts(self) -> Parts:
        """The connected components of the mask, which are found once."""
        return Parts(self.mask)

    @cached_property
    def pen(self) -> float:
        """See `pen_width`."""
        return pen_width(self.mask)

    def as_plain(self) -> "InkMap":
        """The same map as a plain one, with what was found in it already."""
        plain = replace(self, is_plain=True)
        vars(plain).update(parts=self.parts, pen=self.pen)
        return plain

    def without_specks(self) -> "InkMap":
        """The map without components that are too small for writing."""
        is_kept = _are_no_specks(self.parts, self.pen)
        return self if is_kept[1:].all() else replace(self, mask=self.parts.mask(is_kept))

    def within(
        self, wanted: NDArray[np.bool_], window: tuple[slice, slice] = (slice(None), slice(None))
    ) -> NDArray[np.uint8]:
        """The strength of some writing with its soft rim, uint8 (h, w), 0 elsewhere.

        wanted: (h, w), its pixels. window: the rows and columns of the map in which they are.
        """
        is_wanted = wanted.view(np.uint8)
        strength: NDArray[np.uint8] = np.maximum(self.strength[window], is_wanted << 7)
        strength *= cv2.dilate(is_wanted, _BESIDE).astype(np.uint8, copy=False)
        return strength

    def darkness_within(
        self, wanted: NDArray[np.bool_], window: tuple[slice, slice] = (slice(None), slice(None))
    ) -> NDArray[np.uint8] | None:
        """How dark the same writing is on a photograph, see `darkness`; None on a clean picture."""
        if self.photo is None:
            return None
        (top, bottom, _), (left, right, _) = (
            each.indices(side) for each, side in zip(window, self.mask.shape, strict=True)
        )
        margin = math.ceil(MARGIN * self.pen)
        y, x = max(top - margin, 0), max(left - margin, 0)
        around = slice(y, bottom + margin), slice(x, right + margin)
        strength = self.strength[around]
        shown = np.zeros_like(strength)
        inner = slice(top - y, bottom - y), slice(left - x, right - x)
        shown[inner][wanted] = 255
        return darkness(self.photo[around], strength, shown, self.pen)[inner]


def without_specks(mask: Mask) -> Mask:
    """The mask, see `InkMap`, without components that are too small for writing."""
    return InkMap(mask, mask, 0.0, 0.0, 1.0).without_specks().mask


def _are_no_specks(parts: Parts, pen: float) -> NDArray[np.bool_]:
    """Which components are large enough for writing, or near enough to it: (n,). pen: pixels."""
    boxes, area = parts.boxes.astype(np.int64), parts.areas
    is_printed = are_in_rows(boxes[1:], pen)
    if is_printed.any():
        area = np.where(np.append(False, is_printed), 0.0, area)
    is_large = area >= max(MIN_SPECK_AREA * pen**2, MIN_AREA_SHARE * area.max())
    is_large[int(area.argmax())] = True
    left, top = boxes[is_large, :2].min(axis=0)
    right, bottom = (boxes[is_large, :2] + boxes[is_large, 2:]).max(axis=0)
    aside = np.maximum(np.maximum(left - boxes[:, 0] - boxes[:, 2], boxes[:, 0] - right), 0)
    above = np.maximum(np.maximum(top - boxes[:, 1] - boxes[:, 3], boxes[:, 1] - bottom), 0)
    is_near = (np.hypot(aside, above) <= MAX_BREAK * pen) & (area > MIN_BREAK_AREA * pen**2)
    is_point = ~is_large & (area >= MIN_POINT_AREA * pen**2)
    is_point[is_point] = are_beside_a_foot(boxes[is_point], boxes[is_large])
    # Where as many specks lie elsewhere, they are dirt.
    is_dirt = ~(is_large | is_near | is_point) & (area > MIN_BREAK_AREA * pen**2)
    if is_dirt.sum() <= is_point.sum():
        is_near |= is_point
    return np.asarray(is_large | is_near, np.bool_)


def are_beside_a_foot(points: NDArray[np.int64], pieces: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which points are where the point of a number would be: beside the foot of a piece of ink.

    points, pieces: boxes (n, 4) and (m, 4), left, top, width, height. Returns (n,).
    """
    left, top, width, height = points.T[:, :, None]
    piece_left, piece_top, piece_width, piece_height = pieces.T[:, None]
    gap = np.maximum(piece_left - left - width, left - piece_left - piece_width)
    fall = (top + height / 2 - piece_top - piece_height) / piece_height
    is_beside = (gap >= 0) & (gap <= MAX_POINT_GAP * piece_height)
    is_beside &= (fall >= -MAX_POINT_RISE) & (fall <= MAX_POINT_FALL)
    return np.asarray(is_beside.any(axis=1), np.bool_)


def with_components(labels: NDArray[np.int32], is_kept: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The mask uint8 (h, w) of the connected components that are kept.

    labels: (h, w). is_kept: (n,), one for each label; label 0 is the paper, which never is.
    """
    values = np.where(is_kept, 255, 0).astype(np.uint8)
    values[0] = 0
    return values.take(labels)


def pen_width(mask: NDArray[np.uint8]) -> float:
    """The mean width of a mask's lines in pixels."""
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    # Without any paper, OpenCV's distance to it is unbounded.
    depth = min(float(cv2.mean(inside, mask)[0]), max(mask.shape) / 2)
    # Along a line the distance from its edge is a quarter of its width on average.
    return float(max(4 * depth - 1, 1.0))
