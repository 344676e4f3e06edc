"""Where ink lies in a rendered photograph: size of the picture, place, turn and perspective."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Random = np.random.Generator
Map = NDArray[np.float32]  # (h, w) in [0, 1]

SIZE: Final = (20.0, 600.0)  # pixels, the picture's longer side; each octave as likely
LARGE: Final = (0.02, 1500.0)  # share of pictures that are larger, and up to what
ASPECT: Final = 1.4  # of the picture's sides at most
FILL: Final = (0.28, 1.0)  # share of the picture that the digit spans along its tighter axis
MIN_EXTENT: Final = 17.0  # pixels along the digit's longer side, else people cannot read it
MIN_PEN: Final = 1.1  # pixels; a thinner line is lost between a sensor's pixels
TOUCHES: Final = 0.08  # share whose ink touches the picture's edge
TURN: Final = 6.0  # degrees, standard deviation
SLANT: Final = 0.15  # standard deviation, sideways for a unit of height
PERSPECTIVE: Final = 0.2  # largest relative change of scale across the picture, each axis

_FINEST: Final = 224  # pixels: smaller pictures are drawn this large and reduced
_FINER: Final = 8  # times at most
_BITS: Final = 4  # fixed-point bits OpenCV draws with


class Scene:
    """Where things lie: a picture of `size` (width, height), drawn `finer` times as large.

    ink: points (n, 2) that span it. share: of its longer side, what one character takes.
    matrix: (3, 3), from the ink's own coordinates to the drawing, perspective and all.
    extent: one character's longer side; box: all ink's left, top, right and bottom; both in
    picture pixels.
    """

    def __init__(self, ink: NDArray[np.float64], random: Random, share: float = 1.0) -> None:
        largest = LARGE[1] if random.random() < LARGE[0] else SIZE[1]
        longest = np.exp(random.uniform(np.log(SIZE[0]), np.log(largest)))
        sides = np.array([longest, longest / random.uniform(1, ASPECT)])
        sides = np.maximum(np.round(sides), SIZE[0])[:: 1 if random.random() < 0.5 else -1]
        fill = random.uniform(*FILL)
        warp = _warp(ink, fill, random)
        warped = cv2.perspectiveTransform(ink[None], warp)[0]
        low, span = warped.min(axis=0), np.maximum(np.ptp(warped, axis=0), 1e-3)
        scale = max(fill * (sides / span).min(), MIN_EXTENT / (share * span.max()))
        sides = np.maximum(sides, np.ceil(scale * span))
        room = sides - scale * span
        place = random.uniform(0, 1, 2)
        if random.random() < TOUCHES:
            place[random.integers(2)] = random.integers(2)
        corner = room * place
        self.size = int(sides[0]), int(sides[1])
        self.extent = float(share * scale * span.max())
        self.box = (*corner, *(corner + scale * span))
        self.finer = int(np.clip(_FINEST // max(self.size), 1, _FINER))
        self.drawn = self.size[0] * self.finer, self.size[1] * self.finer
        move = np.diag([scale, scale, 1.0])
        move[:2, 2] = corner - low * scale
        self.matrix = np.diag([self.finer, self.finer, 1.0]) @ move @ warp
        self.unit = share * float(np.ptp(ink, axis=0).max())  # `extent` in the ink's own measure
        self.middle = (ink.max(axis=0) + ink.min(axis=0)) / 2

    def pen(self, share: float) -> float:
        """A line's width in picture pixels from its share of the digit's longer side."""
        return max(share * self.extent, MIN_PEN)

    def lines(self, lines: list[NDArray[np.float64]], width: float) -> Map:
        """How much of each pixel is covered by lines of a width in picture pixels."""
        canvas = np.zeros(self.drawn[::-1], np.uint8)
        thick = 2 * max(0, round((width * self.finer - 1.4) / 2)) + 1  # OpenCV: 2k + 1 is 2k + 2.4
        for line in lines:
            points = cv2.perspectiveTransform(line[None], self.matrix)[0]
            fixed = np.round(points * (1 << _BITS)).astype(np.int32)
            if (fixed == fixed[0]).all():
                fixed = np.concatenate([fixed[:1], fixed[:1] + 1])  # a lone point is a dot
            cv2.polylines(canvas, [fixed], False, 255, thick, cv2.LINE_AA, _BITS)
        return self.reduced(canvas.astype(np.float32) / np.float32(255))

    def reduced(self, drawing: NDArray[np.float32]) -> Map:
        """A drawing at the picture's own size."""
        if self.finer == 1:
            return drawing
        return cv2.resize(drawing, self.size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _warp(ink: NDArray[np.float64], fill: float, random: Random) -> NDArray[np.float64]:
    """Turn, slant and perspective about the ink's middle, which becomes (0, 0): (3, 3)."""
    angle, slant = np.deg2rad(TURN) * random.standard_normal(), SLANT * random.standard_normal()
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    warp = np.eye(3)
    warp[:2, :2] = turn @ np.array([[1, slant], [0, 1]])
    warp[2, :2] = PERSPECTIVE * fill * random.uniform(-1, 1, 2)  # the ink spans `fill` of it
    unit = np.eye(3)
    span = max(float(np.ptp(ink, axis=0).max()), 1e-3)
    unit[:2] = np.column_stack([np.eye(2), -(ink.max(axis=0) + ink.min(axis=0)) / 2]) / span
    return warp @ unit
