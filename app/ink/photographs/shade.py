"""Erases shade of a hand or a phone over the paper, which the segmenter takes for broad strokes.

A pen's line is as sharp as the picture is, and the edges of shade are soft.
"""

from functools import reduce
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.photographs.overview import MIN_FAINT_PROBABILITY, MIN_INK_PROBABILITY
from app.ink.resize import reduce_to_side

# The sharpness of a piece of ink is the share of the contrast near its edge that lies within 3
# pixels of a picture of SIDE pixels. Lines of a pen have 0.5 to 0.9, in blurred photographs 0.38
# and more, and shade has 0.2 to 0.36.
SIDE: Final = 480  # pixels along the longer side
MAX_SOFT: Final = 0.375
MAX_SHARE: Final = 0.6  # of the sharpest piece's; in a blurred picture, no piece is much sharper
NEAR: Final = 11  # pixels: the side of the square in which the contrast is measured
MIN_CONTRAST: Final = 12.0  # levels of 255; fainter pieces are not judged, because noise is sharp
MIN_SLOPE: Final = 0.5  # of the steepest slopes of the ink; what is so steep in shade is writing
REACH: Final = 9  # pixels: the width of a line around such a slope

Picture = NDArray[np.uint8]  # (h, w, 3)
Mask = NDArray[np.uint8]  # (h, w), 1 for ink
Probabilities = NDArray[np.float32]  # (h, w), of ink

_BESIDE: Final = np.ones((3, 3), np.uint8)
_RIM: Final = np.ones((5, 5), np.uint8)


class Unshaded(NamedTuple):
    """Probabilities of ink, float32 (h, w), without those of shade.

    has_shade: whether some was taken for ink, so that it may hide writing. is_sharp: whether other
    ink is left. Where all ink is soft, nothing is erased, because the picture may be blurred.
    """

    probabilities: Probabilities
    has_shade: bool = False
    is_sharp: bool = True


def sample(image: Picture) -> Picture:
    """The image with SIDE pixels along its longer side, or fewer.

    Most pixels of a large image are left out, which hardly changes the sharpness of its edges: to
    average them all takes longer than to find the ink.
    """
    step = max(max(image.shape[:2]) // SIDE, 1)
    return reduce_to_side(image[::step, ::step], SIDE)


def without_shade(probabilities: Probabilities, picture: Picture) -> Unshaded:
    """The probabilities without those of shade; picture: see `sample`."""
    enlarged = cv2.resize(probabilities, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    possible, likely = (
        (enlarged > bound).astype(np.uint8)
        for bound in (MIN_FAINT_PROBABILITY, MIN_INK_PROBABILITY)
    )
    if not likely.any():
        return Unshaded(probabilities)
    count, labels = cv2.connectedComponents(possible)
    is_likely = np.bincount(labels[likely > 0], minlength=count) > 0
    slopes = _range(picture, len(_BESIDE))
    # At the edges of likely ink, and of pieces that are only possible.
    edges = cv2.morphologyEx(likely, cv2.MORPH_GRADIENT, _BESIDE)
    rims = cv2.subtract(possible, cv2.erode(possible, _BESIDE))
    is_edge = np.where(is_likely[labels], edges, rims) > 0
    sharpness = _sharpness(np.where(is_edge, labels, 0), count, slopes, _range(picture, NEAR))
    sharpest = float(sharpness[is_likely].max())
    if sharpest < MAX_SOFT:
        return Unshaded(probabilities, has_shade=True, is_sharp=False)
    is_soft = sharpness < min(MAX_SOFT, MAX_SHARE * sharpest)
    if not is_soft.any():
        return Unshaded(probabilities)
    steep = MIN_SLOPE * float(np.percentile(slopes[likely > 0], 95))
    lines = cv2.dilate((slopes > steep).astype(np.uint8), np.ones((REACH, REACH), np.uint8))
    shade = cv2.dilate((is_soft[labels] & (lines == 0)).astype(np.uint8), _RIM)
    shade = cv2.resize(shade, probabilities.shape[::-1], interpolation=cv2.INTER_NEAREST)
    left = np.where(shade > 0, 0, probabilities).astype(np.float32)
    return Unshaded(left, has_shade=bool((is_soft & is_likely).any()))


def _sharpness(
    edges: NDArray[np.int32], count: int, slopes: Mask, contrasts: Mask
) -> NDArray[np.float64]:
    """The sharpness of each piece, see MAX_SOFT, (count,); 1 for paper and faint pieces.

    edges: (h, w), the index of the piece at its edge, and 0 elsewhere.
    """
    is_edge = edges > 0
    of_piece = edges[is_edge]
    slope, contrast = (
        np.bincount(of_piece, levels[is_edge], count) for levels in (slopes, contrasts)
    )
    size = np.maximum(np.bincount(of_piece, minlength=count), 1)
    is_judged = contrast >= MIN_CONTRAST * size
    return np.where(is_judged, slope / np.maximum(contrast, 1), 1.0)


def _range(picture: Picture, side: int) -> Mask:
    """The largest difference between pixels in a square around each, of any colour: (h, w)."""
    square = np.ones((side, side), np.uint8)
    ranges = cv2.split(cv2.subtract(cv2.dilate(picture, square), cv2.erode(picture, square)))
    return np.asarray(reduce(cv2.max, ranges), np.uint8)
