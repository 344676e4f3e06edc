"""Finds outlines that are drawn by hand around writing: circles, ellipses and boxes.

An outline is about as convex as its hull and has ink along all of it, unlike brackets. What it
encloses distinguishes it from a zero, which may have a dot or a slash inside.
"""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Parts

MAX_DENT: Final = 0.08  # of a frame's shorter side: how far its line may be from its hull
MIN_AROUND: Final = 0.85  # share of the hull's edge along which there is ink or the picture's edge
MIN_INK_AROUND: Final = 0.65  # the same for ink alone
MAX_INK_INSIDE: Final = 0.35  # share of a frame's ink that digits may have which touch it
MIN_DEPTH: Final = 0.2  # shorter sides of a frame, of which a digit that touches it is as far away
MIN_SIDE: Final = 10  # pixels of the map
MAX_TRIED: Final = 16  # components of a picture that are examined, the largest first

# What a frame encloses.
MIN_HEIGHT: Final = 0.2  # heights of the frame; the dot of a zero is lower
MIN_LONE_HEIGHT: Final = 1 / 3  # the same for all there is in a round frame; a blot may be higher
MAX_SLASH_ASPECT: Final = 0.35  # ratio of a slash's shorter side to its longer side
MIN_BOX_AREA: Final = 0.9  # of the smallest rectangle around a frame; an ellipse has 0.79
MIN_ROUNDNESS: Final = 0.8  # ratio between the sides of a frame around a single 1

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
_EDGE: Final = 2  # pixels; ink this close to the picture's edge goes on beyond it


def find_frames(dark: Mask, writing: Mask) -> Mask:
    """The ink of the frames that enclose writing, without that of digits that touch them.

    dark: all that is as dark as the writing, in a whole picture. writing: what may be writing,
    frames or parts of them included.
    """
    frames = np.zeros_like(dark)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    boxes = stats[:count, :4].astype(np.int32)
    for members in _outlines(boxes):
        if not _encloses_any(boxes, members):
            continue
        left, top = boxes[members, :2].min(axis=0)
        right, bottom = (boxes[members, :2] + boxes[members, 2:]).max(axis=0)
        window = slice(top, bottom), slice(left, right)
        ink = np.where(np.isin(labels[window], members), 255, 0).astype(np.uint8)
        line = _line_of_frame(ink, writing[window], _is_open(window, dark.shape))
        if line is not None:
            frames[window] |= line
    return frames


def _outlines(boxes: NDArray[np.int32]) -> Iterator[list[int]]:
    """The components that may be a frame: each large one, and the outermost ones together.

    boxes: (n, 4) of components, the first is the paper. A box that is drawn with several strokes
    may be open at its corners.
    """
    is_large = boxes[:, 2:].min(axis=1) >= MIN_SIDE
    is_large[0] = False
    by_size = np.argsort(-boxes[:, 2] * boxes[:, 3], kind="stable")
    for index in by_size[is_large[by_size]][:MAX_TRIED].tolist():
        yield [index]
    long = np.flatnonzero(boxes[1:, 2:].max(axis=1) >= MIN_SIDE) + 1
    if not len(long):
        return
    x, y, width, height = boxes[long].T
    ends = (x.argmin(), y.argmin(), (x + width).argmax(), (y + height).argmax())
    outermost = sorted({int(long[end]) for end in ends})
    if len(outermost) > 1:
        yield outermost


def _encloses_any(boxes: NDArray[np.int32], members: list[int]) -> bool:
    """Whether the box around some components has another component inside that may be a digit."""
    left, top = boxes[members, :2].min(axis=0)
    right, bottom = (boxes[members, :2] + boxes[members, 2:]).max(axis=0)
    x, y, width, height = np.delete(boxes[1:], np.array(members) - 1, axis=0).T
    is_inside = (x > left) & (y > top) & (x + width < right) & (y + height < bottom)
    return bool((is_inside & (height >= MIN_HEIGHT * (bottom - top))).any())


def _is_open(window: tuple[slice, slice], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pixels of a window lie at the edge of a picture of this shape: bool (h, w)."""
    rows, columns = (np.arange(each.start, each.stop) for each in window)
    at_top_or_bottom = (rows < _EDGE) | (rows >= shape[0] - _EDGE)
    at_a_side = (columns < _EDGE) | (columns >= shape[1] - _EDGE)
    return np.asarray(at_top_or_bottom[:, None] | at_a_side, np.bool_)


def _line_of_frame(ink: Mask, writing: Mask, is_open: NDArray[np.bool_]) -> Mask | None:
    """The line of ink that is a frame around writing; None where it is not.

    ink: the box of some components. writing, is_open: in this box, see `_is_open`.
    """
    height, width = ink.shape
    dent = max(MAX_DENT * min(ink.shape), 2.0)
    # One pixel of paper around the hull, so that depths are known at the box's edge too.
    hull = np.zeros((height + 2, width + 2), np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(cv2.findNonZero(ink)) + 1, 255)
    depth = cv2.distanceTransform(hull, cv2.DIST_L2, cv2.DIST_MASK_3)[1:-1, 1:-1]
    is_edge = (depth > 0) & (depth < 2)
    is_inked = cv2.distanceTransform(255 - ink, cv2.DIST_L2, cv2.DIST_MASK_3)[is_edge] <= dent
    if is_inked.mean() < MIN_INK_AROUND or (is_inked | is_open[is_edge]).mean() < MIN_AROUND:
        return None
    pen = cv2.countNonZero(ink) / int(is_edge.sum())
    inside = depth > dent + pen
    if (ink[inside] > 0).sum() > MAX_INK_INSIDE * cv2.countNonZero(ink):
        return None
    enclosed = np.where(inside & (ink == 0), writing, 0).astype(np.uint8)
    # The sides of OpenCV's rectangle go from the middle of one pixel to that of another.
    box_area = float(np.prod(np.add(cv2.minAreaRect(cv2.findNonZero(ink))[1], 1)))
    is_box = cv2.countNonZero(hull) > MIN_BOX_AREA * box_area
    if not _is_writing(enclosed, is_box):
        return None
    touching = Parts(np.where(inside, ink, 0).astype(np.uint8))
    deepest = np.zeros(len(touching.areas))
    np.maximum.at(deepest, touching.labels[inside], depth[inside])
    # A line whose ends overlap lies along itself, and a digit does not.
    is_digit = deepest > MIN_DEPTH * min(ink.shape)
    return np.where(touching.mask(is_digit) > 0, 0, ink).astype(np.uint8)


def _is_writing(enclosed: Mask, is_box: bool) -> bool:
    """Whether a frame encloses digits, not the dot, the slash or a blot in a zero.

    A single straight stroke is a 1 in a box, and where it is upright and the frame is round.
    """
    height, width = enclosed.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(enclosed)
    tall = [index for index in range(1, count) if stats[index, 3] >= MIN_HEIGHT * height]
    if len(tall) != 1:
        return bool(tall)
    stroke = cv2.findNonZero((labels == tall[0]).astype(np.uint8))
    short, long = sorted(cv2.minAreaRect(stroke)[1])
    if is_box or short + 1 > MAX_SLASH_ASPECT * (long + 1):
        return is_box or bool(stats[tall[0], 3] >= MIN_LONE_HEIGHT * height)
    is_upright = stats[tall[0], 2] <= MAX_SLASH_ASPECT * stats[tall[0], 3]
    return bool(is_upright and width >= MIN_ROUNDNESS * height)
