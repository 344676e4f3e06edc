"""Tells a part of a sheet of paper that a fold, a shade or a marker sets apart from a canvas.

Such a part may be an even rectangle too, but the number on it goes on in the other part.
"""

from functools import reduce
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, Mask, Parts
from app.ink.parts import MAX_PAIRS
from app.ink.resize import reduce_to_side

SIDE: Final = 640  # pixels: the longer side of the reduced picture that is examined
SAMPLE: Final = 5_000  # pixels that show the usual colour of a part of it
MIN_INK_LEVELS: Final = 40  # by which ink and controls differ from what is around them
STRONG_SHARE: Final = 0.6  # of the ink's largest difference; from there, it has its full colour
MIN_LIKE_INK: Final = 0.45  # of the way from the paper's colour to the ink's
MAX_COLOUR_ASIDE: Final = 0.35  # of the same way, by which ink's colour may lie beside it
BORDER: Final = 3  # reduced pixels to both sides of a canvas's edge, where its border may be
MAX_FRAME: Final = 0.7  # of the canvas's sides: a longer piece around it is a frame
MIN_ALIKE: Final = 0.6  # ratio between the heights, and between the pens, of two digits of a number
MAX_GAP: Final = 1.5  # heights between them
MAX_RIM: Final = 0.01  # of the picture's longer side: so near to its edge, a canvas touches it
MIN_OPEN_SIDES: Final = 2  # on which a part of a sheet touches the picture's edges
MAX_SHADE: Final = 64  # levels between two parts of a sheet
MIN_CONTROLS: Final = 2  # marks around a canvas that no pen has drawn

Box = tuple[int, int, int, int]


class _Ink(NamedTuple):
    """The pieces of ink of a picture, without frames around the canvas.

    boxes: (n, 4). pens: (n,), the mean widths of their lines in pixels. inside, outside: (n,), the
    pixels of each piece on the canvas and around it, except at its edge.
    """

    boxes: Boxes
    pens: NDArray[np.float64]
    inside: NDArray[np.float64]
    outside: NDArray[np.float64]


def is_part_of_sheet(image: NDArray[np.uint8], canvas: Box) -> bool:
    """Whether what looks like a canvas is a part of a sheet.

    Ink crosses its edge or goes on beside it, or it reaches from edge to edge of the picture
    without any controls around it. image: uint8 (h, w, channels). canvas: left, top, right and
    bottom. An empty canvas is never such a part.
    """
    small = reduce_to_side(image, SIDE)
    height, width = small.shape[:2]
    scale = max(height, width) / max(image.shape[:2])
    left, top, right, bottom = (round(side * scale) for side in canvas)
    around = np.ones((height, width), np.bool_)
    around[top:bottom, left:right] = False
    like_ink = _like_ink(small, around)
    if not like_ink.any():
        return False
    ink = _pieces(like_ink, around, (right - left, bottom - top))
    crosses = np.minimum(ink.inside, ink.outside) > BORDER
    if crosses.any() or _goes_on_beside(ink):
        return True
    near = MAX_RIM * max(height, width) + BORDER
    if sum(gap <= near for gap in (left, top, width - right, height - bottom)) < MIN_OPEN_SIDES:
        return False
    shade = _usual(small[around]) - _usual(small[~around])
    return bool(np.abs(shade).max() <= MAX_SHADE) and not _has_controls(small, around, ink)


def _like_ink(image: NDArray[np.uint8], around: NDArray[np.bool_]) -> Mask:
    """All that has the colour of the ink on a canvas, on it and around it: (h, w), 255 there."""
    on_canvas = image[~around]  # (n, channels)
    paper = _usual(on_canvas)
    strength = reduce(np.maximum, np.abs(on_canvas.T - paper[:, None]))
    if strength.max() < MIN_INK_LEVELS:
        return np.zeros(image.shape[:2], np.uint8)
    way = _usual(on_canvas[strength >= STRONG_SHARE * strength.max()]) - paper
    length = float(way @ way)
    difference = image - paper
    share = cv2.transform(difference, way[None] / length).reshape(image.shape[:2])
    off = difference - share[..., None] * way
    aside = np.sqrt(reduce(np.add, np.moveaxis(off * off, 2, 0)) / length)
    is_like = (share >= MIN_LIKE_INK) & (aside <= MAX_COLOUR_ASIDE)
    return np.where(is_like, 255, 0).astype(np.uint8)


def _usual(colours: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The median of some colours (n, channels): (channels,)."""
    sample = colours[:: max(len(colours) // SAMPLE, 1)]
    return np.asarray(np.median(sample, axis=0), np.float32)


def _pieces(like_ink: Mask, around: NDArray[np.bool_], sides: tuple[int, int]) -> _Ink:
    """The pieces of ink that are larger than specks. sides: the canvas's width and height."""
    parts = Parts(like_ink)
    near = np.ones((2 * BORDER + 1, 2 * BORDER + 1), np.uint8)
    beyond = cv2.erode(around.astype(np.uint8), near) > 0
    within = cv2.erode((~around).astype(np.uint8), near) > 0
    inside, outside = (parts.shares(region) * parts.areas for region in (within, beyond))
    depths = cv2.distanceTransform(like_ink, cv2.DIST_L2, cv2.DIST_MASK_5)
    sums = np.bincount(parts.labels.ravel(), depths.ravel(), len(parts.areas))
    pens = np.maximum(4 * sums / np.maximum(parts.areas, 1) - 1, 1)  # see `pen_width`
    is_frame = (parts.boxes[:, 2:] > MAX_FRAME * np.array(sides)).any(axis=1)
    is_piece = (parts.areas > BORDER**2) & (~is_frame | (outside == 0))
    return _Ink(parts.boxes[is_piece], pens[is_piece], inside[is_piece], outside[is_piece])


def _goes_on_beside(ink: _Ink) -> bool:
    """Whether there is ink around the canvas that continues the line of writing on it."""
    is_inside = (ink.inside > 0) & (ink.outside == 0)
    is_outside = (ink.outside > 0) & (ink.inside == 0)
    alike = _are_alike(ink, is_outside, is_inside)
    if not alike.size:
        return False
    x, y, width, height = ink.boxes[is_outside].T[:, :, None]
    left, top, wide, high = ink.boxes[is_inside].T[:, None]
    gap = np.maximum(left - x - width, x - left - wide)
    shared = np.minimum(y + height, top + high) - np.maximum(y, top)
    is_beside = (gap <= MAX_GAP * high) & (shared >= MIN_ALIKE * np.minimum(height, high))
    return bool((alike & is_beside).any())


def _are_alike(ink: _Ink, some: NDArray[np.bool_], others: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of some pieces have about the height and the pen of which others: (some, others)."""
    if some.sum() * others.sum() > MAX_PAIRS:  # only in clutter
        return np.zeros((0, 0), np.bool_)
    alike = np.ones((int(some.sum()), int(others.sum())), np.bool_)
    for sizes in (ink.boxes[:, 3], ink.pens):
        one, other = sizes[some][:, None], sizes[others]
        alike &= np.minimum(one, other) >= MIN_ALIKE * np.maximum(one, other)
    return alike


def _has_controls(image: NDArray[np.uint8], around: NDArray[np.bool_], ink: _Ink) -> bool:
    """Whether there are marks around a canvas, and apart from it, other than ink like that on it.

    ink: the pieces in the picture.
    """
    difference = np.abs(image - _usual(image[around]))
    is_mark = (reduce(np.maximum, np.moveaxis(difference, 2, 0)) > MIN_INK_LEVELS) & around
    parts = Parts(np.where(is_mark, 255, 0).astype(np.uint8))
    near = np.ones((4 * BORDER + 1, 4 * BORDER + 1), np.uint8)
    is_apart = parts.shares(cv2.dilate((~around).astype(np.uint8), near) > 0) == 0
    is_control = is_apart & (parts.areas > BORDER**2)
    is_outside = ink.outside > 0
    alike = _are_alike(ink, is_outside, ink.inside > 0)
    if alike.size:
        for x, y, width, height in ink.boxes[is_outside][alike.any(axis=1)].tolist():
            is_control[parts.labels[y : y + height, x : x + width]] = False
    is_control[0] = False
    return int(is_control.sum()) >= MIN_CONTROLS
