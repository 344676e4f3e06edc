"""Erases shade of a hand or a phone over the paper, which the segmenter takes for broad strokes.

A pen's line is as sharp as the picture is, and the edges of shade are soft.
"""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.overview import MIN_FAINT_PROBABILITY, MIN_INK_PROBABILITY
from app.ink.resize import reduce_to_side

# The sharpness of a piece of ink is the share of its contrast that its edge has within 3 pixels of
# a picture of SIDE pixels. Lines of a pen have 0.7 to 1, in blurred photographs 0.45 and more, and
# shade has 0.1 to 0.34.
SIDE: Final = 480  # pixels along the longer side
MAX_SOFT: Final = 0.38
MIN_CONTRAST: Final = 12  # levels of 255; fainter pieces are not judged, because noise is sharp
RIM: Final = 5  # pixels around a piece of ink in which its contrast is measured
MAX_PIECES: Final = 48  # that are judged, the largest first; only clutter has more
MIN_SLOPE: Final = 0.5  # of the steepest slopes of the ink; what is so steep in shade is writing
REACH: Final = 9  # pixels: the width of a line around such a slope

Picture = NDArray[np.uint8]  # (h, w, 3)
Mask = NDArray[np.uint8]  # (h, w), 1 for ink
Probabilities = NDArray[np.float32]  # (h, w), of ink

_NEAR: Final = np.ones((3, 3), np.uint8)
_EDGE: Final = np.ones((5, 5), np.uint8)


class Unshaded(NamedTuple):
    """Probabilities of ink, float32 (h, w), without those of shade.

    has_shade: whether there was some, in which writing may be hidden. is_sharp: whether other ink
    is left. Where all ink is soft, nothing is erased, because the picture may be blurred.
    """

    probabilities: Probabilities
    has_shade: bool = False
    is_sharp: bool = True


def sample(image: Picture) -> Picture:
    """The image with SIDE pixels along its longer side, or fewer.

    Most pixels of a large image are left out, which hardly changes the sharpness of its edges: to
    average them all takes longer than to find the ink.
    """
    step = max(max(image.shape[:2]) // (2 * SIDE), 1)
    return reduce_to_side(image[::step, ::step], SIDE)


def without_shade(probabilities: Probabilities, picture: Picture) -> Unshaded:
    """The probabilities without those of shade; picture: see `sample`."""
    enlarged = cv2.resize(probabilities, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    possible = (enlarged > MIN_FAINT_PROBABILITY).astype(np.uint8)
    likely = (enlarged > MIN_INK_PROBABILITY).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(possible)
    largest = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:MAX_PIECES]
    slopes = cv2.subtract(cv2.dilate(picture, _NEAR), cv2.erode(picture, _NEAR)).max(axis=2)
    soft, num_sharp = [], 0
    for index in largest.tolist():
        x, y, width, height, _ = stats[index].tolist()
        window = slice(max(y - RIM, 0), y + height + RIM), slice(max(x - RIM, 0), x + width + RIM)
        piece = (labels[window] == index).astype(np.uint8)
        sure = piece & likely[window]
        is_likely = bool(sure.any())
        if _sharpness(sure if is_likely else piece, picture[window], slopes[window]) < MAX_SOFT:
            soft.append(index)
        else:
            num_sharp += is_likely
    if not soft:
        return Unshaded(probabilities)
    if not num_sharp:
        return Unshaded(probabilities, has_shade=True, is_sharp=False)
    steep = MIN_SLOPE * float(np.percentile(slopes[likely > 0], 95))
    lines = cv2.dilate((slopes > steep).astype(np.uint8), np.ones((REACH, REACH), np.uint8))
    shade = cv2.dilate((np.isin(labels, soft) & (lines == 0)).astype(np.uint8), _EDGE)
    shade = cv2.resize(shade, probabilities.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return Unshaded(np.where(shade > 0, 0, probabilities).astype(np.float32), has_shade=True)


def _sharpness(piece: Mask, picture: Picture, slopes: NDArray[np.uint8]) -> float:
    """How sharp the edge of a piece of ink is, see MAX_SOFT; 1 for a faint piece."""
    edge = (cv2.dilate(piece, _EDGE) > 0) & (cv2.erode(piece, _NEAR) == 0)
    around = cv2.dilate(piece, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)) > 0
    low, high = np.percentile(picture[around], [10, 90], axis=0)
    contrast = float((high - low).max())
    return float(np.percentile(slopes[edge], 75)) / contrast if contrast >= MIN_CONTRAST else 1.0
