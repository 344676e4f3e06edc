"""Lines that are no writing in the segmenter's map of a whole picture, and how to erase them.

It takes frames, grids, borders, folds and underlines for writing, or sees only a part of them, such
as one side of a box. The rest of it is in the picture itself, among all that is about as dark as
the writing.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import BoxRow, Parts, pen_width
from app.ink.marked.frames import find_frames
from app.ink.marked.grids import Grid, find_grid
from app.ink.marked.underlines import find_underlines
from app.ink.paper.folds import find_folds
from app.ink.printed.cell_borders import find_borders
from app.ink.printed.rails import thin_lines

MIN_CONTRAST: Final = 0.3  # of a line with the paper, as a share of the writing's usual contrast
MIN_DEVIATIONS: Final = 3.0  # the same, in mean deviations of the paper from its usual level
MIN_LEVELS: Final = 4.0  # the same, in levels of 255
MAX_NEAR: Final = 0.8  # share of a component that lies at lines; with more, it is a rest of them
MIN_PEN_CONTRAST: Final = 0.5  # the same of a line that the writing's pen has drawn
PENS_HIGH: Final = 10.0  # of writing: about its height in widths of the pen
PAPER_WINDOW: Final = 8  # the paper around a pixel is the mean of this part of the longer side

Mask = NDArray[np.uint8]  # (h, w), 255 for ink
Probabilities = NDArray[np.float32]  # (h, w), of ink
_NEAR: Final = np.ones((3, 3), np.uint8)  # a line's soft edge is erased too
_BESIDE: Final = np.ones((5, 5), np.uint8)


def find_lines(
    image: NDArray[np.uint8], dark: Mask, likely: Mask, possible: Mask
) -> tuple[NDArray[np.bool_], tuple[BoxRow, ...]]:
    """Which pixels of a picture are of frames, grids, borders, folds and underlines: bool (h, w).

    Returns the rows of the grids' cells too.

    image: uint8 (h, w, 3). dark: see `dark_ink`. likely, possible: ink according to the segmenter.
    """
    if not likely.any():
        return np.zeros(dark.shape, np.bool_), ()
    pen = pen_width(likely)
    thin = thin_lines(image, likely, PENS_HIGH * pen, MIN_PEN_CONTRAST)
    grid = _grid_in(thin, possible, pen)
    lines = find_borders(np.asarray(cv2.bitwise_or(thin, dark), np.uint8), likely)
    if grid is not None:  # what is left may be a circle that touches it
        lines |= grid.lines
        is_beside = cv2.dilate(lines, _NEAR) == 0
        dark, likely, possible = dark * is_beside, likely * is_beside, possible * is_beside
    lines = lines | find_frames(dark, possible) | find_folds(dark, possible)
    lines = lines | find_underlines(dark, likely)
    return np.asarray(lines > 0, np.bool_), grid.rows if grid is not None else ()


def _grid_in(thin: Mask, possible: Mask, pen: float) -> Grid | None:
    """The grid that a hand has drawn, also near the edge of the paper, which is dark."""
    grid = find_grid(np.asarray(cv2.bitwise_or(thin, possible), np.uint8), pen)
    return grid if grid is not None and not grid.is_straight else None


def erased(
    probabilities: Probabilities, lines: NDArray[np.bool_], min_probability: float
) -> Probabilities:
    """The probabilities without those of lines, but with those of strokes that cross them.

    lines: bool (h, w), whose soft edges are erased too. min_probability: from which a pixel is ink.
    """
    if not lines.any():
        return probabilities
    lines = cv2.dilate(lines.view(np.uint8), _NEAR) > 0
    ink = np.where(probabilities > min_probability, 255, 0).astype(np.uint8)
    rest = np.where(lines, 0, ink).astype(np.uint8)
    depth = cv2.distanceTransform(lines.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    side = 2 * int(np.ceil(np.median(depth[lines]) * 2)) + 1
    closed = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    is_erased = lines & ((closed == 0) | (ink == 0))
    return np.where(is_erased, 0, probabilities).astype(np.float32)


def without_drawn(mask: Mask, lines: Mask) -> Mask:
    """The mask without lines and what is left of them, but with the strokes that cross them.

    lines: (h, w), 255 there, as they were drawn anew.
    """
    left = erased((mask > 0).astype(np.float32), lines > 0, 0.5) > 0
    rest = Parts(np.where(left, 255, 0).astype(np.uint8))
    return rest.mask(rest.shares(cv2.dilate(lines, _BESIDE) > 0) < MAX_NEAR)


def dark_ink(image: NDArray[np.uint8], likely: Mask, possible: Mask) -> Mask:
    """What is about as dark as the ink, or as light on dark paper; of any colour: (h, w).

    image: uint8 (h, w, 3). likely, possible: its ink according to the segmenter; all possible ink
    is among what is returned, and without likely ink there is none.
    """
    if not likely.any():
        return np.zeros_like(likely)
    return np.asarray(cv2.bitwise_or(_contrasting(image, likely), possible), np.uint8)


def _contrasting(image: NDArray[np.uint8], ink: Mask) -> Mask:
    """The pixels that differ from the paper about as much as the ink does: (h, w)."""
    side = max(image.shape[:2]) // PAPER_WINDOW * 2 + 1
    red, green, blue = cv2.split(image)
    darkest = cv2.min(cv2.min(red, green), blue)
    lightest = cv2.max(cv2.max(red, green), blue)
    contrasts = [
        cv2.subtract(cv2.blur(darkest, (side, side)), darkest),  # saturates at 0
        cv2.subtract(lightest, cv2.blur(lightest, (side, side))),
    ]
    usual, contrast = max(
        ((cv2.mean(each, ink)[0], each) for each in contrasts), key=lambda pair: pair[0]
    )
    # Half of the paper's deviations are cut off at 0.
    noise = 2 * cv2.mean(contrast, cv2.bitwise_not(ink))[0]
    faintest = max(MIN_CONTRAST * usual, MIN_DEVIATIONS * noise, MIN_LEVELS)
    return np.asarray(cv2.threshold(contrast, faintest, 255, cv2.THRESH_BINARY)[1], np.uint8)
