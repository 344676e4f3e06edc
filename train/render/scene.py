"""Places ink in a rendered photograph: size of the picture, position, rotation, perspective."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.glyph import opencv_line
from train.augment.strokes import rotation

Random = np.random.Generator
Map = NDArray[np.float32]  # (h, w) in [0, 1]

SIZE: Final = (20.0, 600.0)  # pixels: the picture's longer side; all octaves are equally likely
LARGE: Final = (0.02, 1500.0)  # share of pictures that may be larger, and their maximum
MAX_ASPECT: Final = 1.4  # ratio of the picture's sides
FILL: Final = (0.28, 1.0)  # share of the picture that the digit spans along its tighter axis
MIN_EXTENT: Final = 17.0  # pixels: the digit's longer side; people cannot read smaller digits
MIN_PEN: Final = 1.1  # pixels; a thinner line is lost between a sensor's pixels
TOUCHING_SHARE: Final = 0.08  # share of pictures with ink that touches the edge
ROTATION: Final = 6.0  # degrees: standard deviation
SLANT: Final = 0.15  # sideways per unit of height: standard deviation
MAX_PERSPECTIVE: Final = 0.2  # relative change of scale across the picture, along each axis

_DRAWN_PIXELS: Final = 224  # smaller pictures are drawn at up to this size and reduced
_MAX_OVERSAMPLING: Final = 8
_BITS: Final = 4  # fractional bits of the coordinates that OpenCV draws


class Scene:
    """Positions in a picture of `size` (width, height), drawn `oversampling` times as large.

    ink: points (n, 2) that span it. share: of its longer side that one character takes.
    matrix: (3, 3), from the ink's coordinates to the drawing, with perspective.
    extent: one character's longer side; box: left, top, right and bottom of all ink; both in
    picture pixels. unit: `extent` in the ink's coordinates.
    """

    def __init__(self, ink: NDArray[np.float64], random: Random, share: float = 1.0) -> None:
        largest = LARGE[1] if random.random() < LARGE[0] else SIZE[1]
        longest = np.exp(random.uniform(np.log(SIZE[0]), np.log(largest)))
        sides = np.array([longest, longest / random.uniform(1, MAX_ASPECT)])
        sides = np.maximum(np.round(sides), SIZE[0])[:: 1 if random.random() < 0.5 else -1]
        fill = random.uniform(*FILL)
        warp = _warp(ink, fill, random)
        warped = cv2.perspectiveTransform(ink[None], warp)[0]
        low, span = warped.min(axis=0), np.maximum(np.ptp(warped, axis=0), 1e-3)
        scale = max(fill * (sides / span).min(), MIN_EXTENT / (share * span.max()))
        sides = np.maximum(sides, np.ceil(scale * span))
        room = sides - scale * span
        position = random.uniform(0, 1, 2)
        if random.random() < TOUCHING_SHARE:
            position[random.integers(2)] = random.integers(2)
        corner = room * position
        self.size = int(sides[0]), int(sides[1])
        self.extent = float(share * scale * span.max())
        self.box = (*corner, *(corner + scale * span))
        self.oversampling = int(np.clip(_DRAWN_PIXELS // max(self.size), 1, _MAX_OVERSAMPLING))
        self.drawn = self.size[0] * self.oversampling, self.size[1] * self.oversampling
        move = np.diag([scale, scale, 1.0])
        move[:2, 2] = corner - low * scale
        self.matrix = np.diag([self.oversampling, self.oversampling, 1.0]) @ move @ warp
        self.unit = share * float(np.ptp(ink, axis=0).max())
        self.middle = (ink.max(axis=0) + ink.min(axis=0)) / 2

    def pen(self, share: float) -> float:
        """A line's width in picture pixels. share: of the digit's longer side."""
        return max(share * self.extent, MIN_PEN)

    def lines(
        self,
        lines: Sequence[NDArray[np.float64]],
        width: float,
        matrix: NDArray[np.float64] | None = None,
    ) -> Map:
        """The share of each pixel that lines cover.

        width: in picture pixels. matrix: from the lines' coordinates to those of the drawing; None
        for lines in the ink's coordinates.
        """
        matrix = self.matrix if matrix is None else matrix
        canvas = np.zeros(self.drawn[::-1], np.uint8)
        thickness, _ = opencv_line(width * self.oversampling)
        for line in lines:
            points = cv2.perspectiveTransform(line[None], matrix)[0]
            fixed = np.round(points * (1 << _BITS)).astype(np.int32)
            if (fixed == fixed[0]).all():
                fixed = np.concatenate([fixed[:1], fixed[:1] + 1])  # a lone point is a dot
            cv2.polylines(canvas, [fixed], False, 255, thickness, cv2.LINE_AA, _BITS)
        return self.reduced(canvas.astype(np.float32) / np.float32(255))

    def picture_lines(self, lines: Sequence[NDArray[np.float64]], width: float) -> Map:
        """The share of each pixel that lines in picture pixels cover. width: in picture pixels.

        Lines that are finer than OpenCV can draw are drawn paler instead.
        """
        matrix = np.diag([self.oversampling, self.oversampling, 1.0])
        finest = opencv_line(0)[1] / self.oversampling
        return self.lines(lines, width, matrix) * np.float32(min(width / finest, 1))

    def reduced(self, drawing: NDArray[np.float32]) -> Map:
        """A drawing reduced to the picture's size."""
        if self.oversampling == 1:
            return drawing
        return cv2.resize(drawing, self.size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _warp(ink: NDArray[np.float64], fill: float, random: Random) -> NDArray[np.float64]:
    """The matrix (3, 3) of rotation, slant and perspective around the ink's middle.

    The middle becomes (0, 0).
    """
    angle, slant = np.deg2rad(ROTATION) * random.standard_normal(), SLANT * random.standard_normal()
    turn = rotation(angle)
    warp = np.eye(3)
    warp[:2, :2] = turn @ np.array([[1, slant], [0, 1]])
    warp[2, :2] = MAX_PERSPECTIVE * fill * random.uniform(-1, 1, 2)  # the ink spans `fill` of it
    unit = np.eye(3)
    span = max(float(np.ptp(ink, axis=0).max()), 1e-3)
    unit[:2] = np.column_stack([np.eye(2), -(ink.max(axis=0) + ink.min(axis=0)) / 2]) / span
    return warp @ unit
