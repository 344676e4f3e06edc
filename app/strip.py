"""The normal form of a line: a strip HEIGHT pixels high, for the network that reads lines.

Unlike a glyph, a line keeps the relative sizes and places of its characters: a small zero is
small, and a tail hangs below the line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

NORMAL_FORM: Final = "1"  # version stored in the line reader; increase it with any constant below
HEIGHT: Final = 48  # pixels along the strip's short side
MARGIN: Final = 4  # pixels above and below the ink
SIDE_MARGIN: Final = 8  # pixels left and right, so that the network sees where the line ends
MAX_WIDTH: Final = 1_536  # pixels; a longer line is made smaller, and 60 digits fit as they are
MAX_ASPECT: Final = 40  # width to height of what is enlarged; a flatter line is a dash
SCALE: Final = 2  # pixels of the working canvas to one pixel of the strip
THICKNESS: Final = 3  # of the pen on that canvas, which is about two pixels of the strip

_SUBPIXEL_BITS: Final = 6  # fixed-point bits OpenCV draws with


@dataclass(frozen=True, eq=False)
class Strip:
    """A line of ink as pixels uint8 (HEIGHT, w), ink 255 on 0.

    left: of the ink in the input. scale: pixels of the strip to one pixel of the input.
    """

    pixels: NDArray[np.uint8]
    left: float
    scale: float

    def x(self, column: float) -> float:
        """The x in the input of a column of the strip."""
        return self.left + (column - SIDE_MARGIN) / self.scale


def of_strokes(strokes: Sequence[NDArray[np.floating]], thickness: int = THICKNESS) -> Strip:
    """The strip of one line's strokes, float (n, 2) with n >= 1, x right and y down.

    thickness: odd, pixels of the working canvas.
    """
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    across, down = np.ptp(points, axis=0).tolist()
    scale = _scale(across, down)
    width = round(across * scale) + 2 * SIDE_MARGIN
    corner = np.array([SIDE_MARGIN, (HEIGHT - down * scale) / 2])
    canvas = np.zeros((HEIGHT * SCALE, width * SCALE), np.uint8)
    for stroke in strokes:
        fine = ((stroke - low) * scale + corner) * (SCALE << _SUBPIXEL_BITS)
        line = np.rint(fine).astype(np.int32)
        if (line == line[0]).all():  # OpenCV leaves out lines of no length
            line = np.concatenate([line[:1], line[:1] + 1])
        cv2.polylines(canvas, [line], False, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    pixels = cv2.resize(canvas, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    return Strip(np.asarray(pixels, np.uint8), float(low[0]), scale)


def of_ink(ink: NDArray[np.uint8], shown: NDArray[np.uint8] | None = None) -> Strip:
    """The strip of a line in a picture, with its own pen.

    ink: uint8 (h, w), 0 for paper, 255 for full ink, with at least one pixel above 127.
    shown: uint8 (h, w), another view of this ink, which is shown in its place.
    """
    left, top, across, down = cv2.boundingRect((ink > 127).astype(np.uint8))
    crop = (ink if shown is None else shown)[top : top + down, left : left + across]
    scale = _scale(across, down)
    width, height = max(round(across * scale), 1), max(round(down * scale), 1)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    above = (HEIGHT - height) // 2
    margins = above, HEIGHT - height - above, SIDE_MARGIN, SIDE_MARGIN
    scaled = cv2.resize(crop, (width, height), interpolation=method)
    pixels = cv2.copyMakeBorder(scaled, *margins, cv2.BORDER_CONSTANT, value=0)
    return Strip(np.asarray(pixels, np.uint8), float(left), scale)


def _scale(across: float, down: float) -> float:
    """Pixels of the strip to one of a line's extent."""
    scale = (HEIGHT - 2 * MARGIN) / max(down, across / MAX_ASPECT, 1e-6)
    return min(scale, (MAX_WIDTH - 2 * SIDE_MARGIN) / max(across, 1e-6))
