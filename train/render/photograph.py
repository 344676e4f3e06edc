"""Renders digits on paper as a phone photographs them, to train on the ink that serving finds.

One Generator decides everything in a picture. Ink, ruling and desk are masks that `exposure` mixes
by colour; `camera` adds light, lens, sensor and JPEG. 250 x 250 pixels take about a millisecond.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.render.exposure import Surroundings, expose
from train.render.scene import Map, Random, Scene
from train.render.screen import draw_clean
from train.render.stationery import Pen, choose

PLAIN: Final = Surroundings()
_SOFTNESS: Final = 0.25  # range of a bitmap pixel's coverage that is an enlarged edge


@dataclass(frozen=True, eq=False)
class Photograph:
    """A picture uint8 (h, w, 3) RGB. ink: float32 (h, w), the share of each pixel that is ink."""

    picture: NDArray[np.uint8]
    ink: Map


def photograph(
    strokes: Sequence[NDArray[np.floating]],
    random: Random,
    share: float = 1.0,
    around: Surroundings = PLAIN,
) -> Photograph:
    """A photograph of digits given as strokes, float (n, 2), x right and y down, at any scale.

    share: of the longer side of all ink that one digit takes; 1 for a single digit.
    """
    pen = choose(random)
    smooth = [_smooth(np.asarray(stroke, np.float64)) for stroke in strokes]
    scene = Scene(np.concatenate(smooth), random, share)
    width = scene.pen(random.uniform(*pen.width))
    cover = scene.lines(smooth, width)
    return Photograph(_picture(scene, pen, width, cover, around, random), cover)


def photograph_line(
    strokes: Sequence[NDArray[np.floating]], random: Random, around: Surroundings = PLAIN
) -> Photograph:
    """A photograph of a line, which is about as high as one digit; see `photograph`."""
    span = np.ptp(np.concatenate(strokes), axis=0)
    return photograph(strokes, random, float(span[1] / max(float(span.max()), 1e-6)), around)


def photograph_glyph(
    glyph: NDArray[np.uint8], random: Random, around: Surroundings = PLAIN
) -> Photograph:
    """A photograph of a digit given as a bitmap, uint8 (28, 28), ink 255 on 0, not empty.

    The width of the pen is that in the bitmap, whichever pen is chosen.
    """
    x, y, width, height = cv2.boundingRect(glyph)
    corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)
    scene = Scene(corners, random)
    edge = random.uniform(0.35, 0.6)  # coverage where the enlarged pen ends
    wide, high = scene.drawn
    to_centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(to_centres) @ scene.matrix @ to_centres
    large = cv2.warpPerspective(
        glyph.astype(np.float32) / 255, matrix, (wide, high), flags=cv2.INTER_CUBIC
    )
    sharp = np.clip((large - np.float32(edge)) / np.float32(_SOFTNESS) + np.float32(0.5), 0, 1)
    coverage = scene.reduced(np.asarray(sharp, np.float32))
    ink = (glyph > 127).astype(np.uint8)
    # The pen's width is twice the area of the ink divided by the length of its outline.
    outline = max(1, int((ink - cv2.erode(ink, np.ones((3, 3), np.uint8))).sum()))
    share = 2 * ink.sum() / outline / max(width, height)
    picture = _picture(scene, choose(random), scene.pen(share), coverage, around, random)
    return Photograph(picture, coverage)


def photograph_nothing(random: Random, around: Surroundings = PLAIN) -> Photograph:
    """A photograph of paper without writing, which may be ruled, in shadow or on a desk."""
    scene = Scene(np.array([(0.0, 0.0), (1.0, 1.0)]), random)
    pen = choose(random)
    nothing = np.zeros(scene.size[::-1], np.float32)
    width = scene.pen(random.uniform(*pen.width))
    return Photograph(_picture(scene, pen, width, nothing, around, random), nothing)


def _picture(
    scene: Scene, pen: Pen, width: float, cover: Map, around: Surroundings, random: Random
) -> NDArray[np.uint8]:
    take = draw_clean if around.is_clean else expose
    return take(scene, pen, width, cover, around, random)


def _smooth(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    """A stroke (n, 2) with its corners cut at a quarter of each segment (Chaikin's algorithm)."""
    if len(stroke) < 3:
        return stroke
    start, end = stroke[:-1], stroke[1:]
    cut = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1)
    return np.concatenate([stroke[:1], cut.reshape(-1, 2), stroke[-1:]])
