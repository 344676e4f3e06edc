"""How dark the ink of a photograph is: a second view of what the segmenter found.

The segmenter says where the pen was, and where it is wrong, strokes are broken or run together. The
photograph itself, made even near that ink, shows the same strokes with other faults. So who reads
both views errs less than who reads one.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_STRENGTH: Final = 2  # of 255; where nothing near is as likely as that, there is surely no ink
HALF: Final = 127
# In pen widths.
REACH: Final = 1.5  # around the ink that was found, within which there may be more of it
RIM: Final = 1.0  # in which what is shown fades
EDGE: Final = 0.4  # around ink, which is no paper yet
BESIDE: Final = 3.0  # around ink, where its paper is
PAPER_REACH: Final = 6.0  # within which the paper has the same shade
MARGIN: Final = BESIDE  # around some ink, of what is needed to show it
NEAR_SHARE: Final = 0.05  # that paper counts within REACH, where ink may be that was not found
MAX_PAPER_SHADE: Final = 0.3  # of the way from paper to ink; what is darker there is no paper
MIN_WEIGHT: Final = 1e-3  # of paper, so that nothing is divided by zero
REDUCTION: Final = 4  # pixels to one of the paper's shade, which changes slowly


def darkness(
    photo: NDArray[np.uint8], strength: NDArray[np.uint8], wanted: NDArray[np.uint8], pen: float
) -> NDArray[np.uint8]:
    """How far from paper to ink the colours of some ink are: uint8 (h, w), 0 to 255.

    It is 0 far from that ink, where other ink was found, and where there is surely none, as on
    rules. photo: uint8 (h, w, 3). strength: (h, w), of all ink that was found, see `InkMap`.
    wanted: (h, w), 255 for the pixels of some of it, 0 elsewhere. pen: its width in pixels.
    """
    ink = np.where(strength > HALF, 255, wanted).astype(np.uint8)
    away, away_from_all = _distance(wanted), _distance(ink)
    is_beside = (away_from_all > EDGE * pen) & (away < BESIDE * pen)
    if not is_beside.any():
        return np.zeros_like(strength)
    towards_ink, bright = _colours(photo[wanted > 0], photo[is_beside])
    shade = np.asarray((photo - bright) @ towards_ink, np.float32)
    may_be_paper = np.full(shade.shape, NEAR_SHARE, np.float32)
    may_be_paper[away_from_all > REACH * pen] = 1
    may_be_paper[away_from_all <= EDGE * pen] = 0
    darker = shade - _mean_near(shade, may_be_paper, pen)
    may_be_paper[darker > MAX_PAPER_SHADE] = 0
    darker -= _mean_near(darker, may_be_paper, pen)
    level = float(np.median(darker[wanted > 0]))
    shown = np.clip(darker * (255 / max(level, 1e-3)), 0, 255)
    shown *= np.clip((REACH - away / pen) / RIM + 0.5, 0, 1)
    shown[away_from_all < np.minimum(away, 2)] = 0  # other ink, with its soft edge
    shown[cv2.dilate(strength, np.ones((3, 3), np.uint8)) < MIN_STRENGTH] = 0
    return np.asarray(shown, np.uint8)


def _colours(
    ink: NDArray[np.uint8], beside: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The direction from paper to ink in units of their difference, and the paper's colour.

    ink, beside: colours (n, 3). Paper is the half beside the ink that differs more from it, because
    there may be rules of the same colour.
    """
    dark = np.median(ink, axis=0)
    contrast = np.abs(beside - dark).sum(axis=1)
    bright = np.median(beside[contrast >= np.median(contrast)], axis=0)
    difference = dark - bright
    towards_ink = difference / max(float((difference**2).sum()), 1.0)
    return towards_ink.astype(np.float32), bright.astype(np.float32)


def _distance(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How far each pixel is from a mask's pixels, which are 255: float32 (h, w)."""
    return np.asarray(cv2.distanceTransform(255 - mask, cv2.DIST_L2, cv2.DIST_MASK_3), np.float32)


def _mean_near(
    values: NDArray[np.float32], weights: NDArray[np.float32], pen: float
) -> NDArray[np.float32]:
    """The weighted mean of the values around each pixel: (h, w); values, weights: (h, w)."""
    height, width = values.shape
    small = max(width // REDUCTION, 1), max(height // REDUCTION, 1)
    reach = max(PAPER_REACH * pen / REDUCTION, 1.0)
    total, weight = (
        cv2.GaussianBlur(cv2.resize(each, small, interpolation=cv2.INTER_AREA), (0, 0), reach)
        for each in (values * weights, weights)
    )
    mean = total / (weight + MIN_WEIGHT)
    return np.asarray(cv2.resize(mean, (width, height)), np.float32)
