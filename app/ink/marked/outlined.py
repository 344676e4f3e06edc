"""Fills digits of a clean picture that are drawn as outlines, so that their strokes are ink."""

from dataclasses import replace
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, Parts

MIN_PART: Final = 0.03  # of the largest component's box: smaller components are not judged
MIN_LENGTH: Final = 3.0  # of the space in an outline, in its greatest widths; in a 0 it is 1 to 2
MIN_LONG: Final = 0.8  # share of all space that is as long; a digit that touches its box divides it
MIN_USUAL_LENGTH: Final = 4.5  # the same for the median of all outlines
MIN_CONVEX: Final = 0.95  # share of its hull that a circle or a box fills
MIN_EDGE: Final = 0.9  # share of all edges on whose other side a space is; inside a space, a hole
MAX_PEN: Final = 2.0  # pen widths from one side of a line to the other, as lines are uneven

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


class _Nested(NamedTuple):
    """What lies in closed lines of ink: (h, w), 255 there.

    space: paper in one line. holes: paper in two. outer_edges: of the ink that is in none.
    inner_edges: of the ink that is in a space.
    """

    space: Mask
    holes: Mask
    outer_edges: Mask
    inner_edges: Mask


def filled(ink: InkMap) -> InkMap | None:
    """The map with the space in its outlines as ink; None where the digits are no outlines.

    The space in an outline is as long and narrow as a stroke, unlike that in a 0, and all ink is an
    edge of it, unlike digits in a box. What lies further inside, as the hole of a 4, is paper.
    """
    nested = _nested(ink.mask)
    reach = 2 * round(MAX_PEN * ink.pen) + 1
    if not nested.space.any() or _edge_share(nested, reach) < MIN_EDGE:
        return None
    if nested.inner_edges.any() and _are_convex(ink.mask):
        return None  # circles around zeros or eights, or outlines of zeros, which are read as such
    outlines = Parts(_outer(ink.mask))
    sizes = outlines.boxes[:, 2] * outlines.boxes[:, 3]
    sizes[0] = 0
    is_large = sizes > MIN_PART * sizes.max()
    spaces = Parts(nested.space)
    lengths = np.array([_length(spaces, index) for index in range(len(spaces.areas))])
    is_long = lengths >= MIN_LENGTH
    if spaces.areas[is_long].sum() < MIN_LONG * spaces.areas.sum():
        return None
    space = spaces.mask(is_long)
    longest = np.zeros(len(sizes))  # in each outline
    np.maximum.at(longest, outlines.labels[space > 0], lengths[spaces.labels[space > 0]])
    if longest[is_large].min() == 0 or np.median(longest[is_large]) < MIN_USUAL_LENGTH:
        return None
    mask = np.asarray(cv2.bitwise_or(ink.mask, space), np.uint8)
    return replace(ink, mask=mask, strength=np.maximum(ink.strength, mask))


def _nested(mask: Mask) -> _Nested:
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    nested = _Nested(*(np.zeros_like(mask) for _ in range(4)))
    levels: list[int] = []  # a parent comes before what is in it; edges of paper are at odd levels
    inside = np.zeros_like(mask)  # how many lines are around each pixel, up to 4
    for index, parent in enumerate(hierarchy[0][:, 3].tolist()):
        levels.append(levels[parent] + 1 if parent >= 0 else 0)
        contour = contours[index : index + 1]  # OpenCV converts all that it is given
        if levels[-1] % 2:
            cv2.drawContours(inside, contour, 0, 1 + levels[-1] // 2 % 2, cv2.FILLED)
        else:
            edges = nested.inner_edges if levels[-1] // 2 % 2 else nested.outer_edges
            cv2.drawContours(edges, contour, 0, 255, 1)
    nested.space[(inside == 1) & (mask == 0)] = 255
    nested.holes[(inside == 2) & (mask == 0)] = 255
    return nested


def _edge_share(nested: _Nested, reach: int) -> float:
    """The share of all edges on whose other side a space or a hole is.

    reach: pixels of a square around a line, from one side of it to the other.
    """
    near = np.ones((reach, reach), np.uint8)
    opposite = (
        (nested.outer_edges, cv2.dilate(nested.space, near)),
        (nested.inner_edges, cv2.dilate(nested.holes, near)),
    )
    edges = sum(cv2.countNonZero(each) for each, _ in opposite)
    return sum(cv2.countNonZero(cv2.bitwise_and(*pair)) for pair in opposite) / edges


def _are_convex(mask: Mask) -> bool:
    """Whether all outermost lines are about as convex as circles and boxes."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    areas = [(cv2.contourArea(each), cv2.contourArea(cv2.convexHull(each))) for each in contours]
    return all(area >= MIN_CONVEX * hull for area, hull in areas)


def _outer(mask: Mask) -> Mask:
    """The ink with all that it encloses: (h, w)."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(mask.copy(), contours, -1, 255, cv2.FILLED), np.uint8)


def _length(spaces: Parts, index: int) -> float:
    """The length of an enclosed space in its greatest widths; 0 for the paper around all."""
    if not index:
        return 0.0
    x, y, width, height = spaces.boxes[index].tolist()
    window = spaces.labels[y : y + height, x : x + width]
    space = np.pad(np.where(window == index, 255, 0).astype(np.uint8), 1)
    widest = 2 * float(cv2.distanceTransform(space, cv2.DIST_L2, cv2.DIST_MASK_5).max())
    return float(spaces.areas[index] / widest**2)
