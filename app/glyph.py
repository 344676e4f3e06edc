"""The normal form: one character as a 28x28 glyph, independent of its pen, size and position.

MNIST's own digits were scaled into a 20-pixel box and moved so that their centre of mass is
the middle of a 28-pixel square. A glyph is normalised in the same way, and its pen is also redrawn
PEN pixels wide, about the mean width in MNIST, 2.4. Strokes and pixels both end in `settle`, which
works on a canvas SCALE times as fine, so that edges become as soft as MNIST's.
"""

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

NORMAL_FORM: Final = "2"  # version stored in the model; increase it with any constant below
SIDE: Final = 28  # pixels along a glyph
BOX: Final = 20  # pixels along the longer side of its ink
PEN: Final = 2.34  # pixels, the width of its pen; see `opencv_line`
SCALE: Final = 4  # pixels of the working canvas to one pixel of the glyph

FINE_SIDE: Final = SIDE * SCALE
FINE_BOX: Final = BOX * SCALE
FINE_PEN: Final = PEN * SCALE

_SUBPIXEL_BITS: Final = 6  # fixed-point bits OpenCV draws with
_SOFT_EDGES: Final = 1.36  # pixels that OpenCV's smooth lines are wider than an even number
_EDGE: Final = 2  # working pixels, the widest soft edge
_HALF_PIXEL: Final = 0.4  # pixels from a pixel's centre to the edge, on the mean of all directions
_DOT: Final = 0.5  # pen widths; ink whose centre line is shorter is a dot
_MAX_PEN: Final = 0.28  # of the ink's longer side; a broader pen fills loops, and is not redrawn
_MIN_ASPECT: Final = 0.45  # shorter to longer side of such ink; what is slimmer is a single line
_TAP: Final = 2.0  # pixels; strokes that together extend less are a tap, not a drawing

_BESIDE: Final = np.ones((3, 3), np.uint8)

Strokes = list[NDArray[np.float64]]


def from_strokes(strokes: Strokes, pen: float = PEN) -> NDArray[np.uint8]:
    """Draws strokes as a glyph.

    strokes: float arrays (n, 2) with n >= 1, finite, in pixels, x right and y down.
    pen: width in glyph pixels; serving always uses PEN, training varies it.
    Returns uint8 (28, 28), ink 255 on 0.
    """
    thickness, width = opencv_line(pen * SCALE)
    points = np.concatenate(strokes)
    low = np.minimum.reduce(points)
    extent = max((np.maximum.reduce(points) - low).tolist())
    # Drawn so large that `settle` makes this line as wide as the pen. A tap is drawn as a dot.
    scale = width * (BOX / pen - 1) / extent if extent >= _TAP else 0.0
    # All points at once and in place, because NumPy's calls cost more than the arithmetic.
    points -= low
    points *= scale
    points += width / 2 + 2  # room for the pen and its soft edge
    points *= 1 << _SUBPIXEL_BITS
    fine = np.rint(points, points).astype(np.int32)
    side = int(width * BOX / pen) + 6
    canvas = np.zeros((side, side), np.uint8)
    end = 0
    for stroke in strokes:
        start, end = end, end + len(stroke)
        line = fine[start:end]
        cv2.polylines(canvas, [line], False, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
        # OpenCV draws no line for a dot. A single stroke is a dot only if it is a tap.
        if (len(strokes) > 1 or not scale) and (line == line[0]).all():
            radius = round(width / 2 * (1 << _SUBPIXEL_BITS))
            cv2.circle(canvas, line[0].tolist(), radius, 255, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
    return settle(canvas, width * BOX / pen)


def from_ink(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Redraws the ink of a picture as a glyph.

    ink: uint8 (h, w), how far each pixel is from the paper (0 paper, 255 full ink), cropped
    to the character. Returns uint8 (28, 28), ink 255 on 0. Ink of a very broad pen keeps it: where
    loops are filled, its outline says more than its centre line.
    """
    fine = _refine(ink)
    inside = _distances(fine)
    ridge = inside >= cv2.dilate(inside, _BESIDE)
    ridge &= inside > 0.3 * inside.max()  # a rough edge has small ridges too
    width = _line_width(inside, _median(inside[ridge] - _HALF_PIXEL))
    length = _extent(fine) - width  # of the centre line along the longer side
    if length < _DOT * width:
        return from_strokes([np.zeros((1, 2))])
    if width > _MAX_PEN * _extent(fine) and min(ink.shape) > _MIN_ASPECT * max(ink.shape):
        return from_grey(ink)
    # `settle` will scale the centre line to FINE_BOX - FINE_PEN, and the pen with it.
    target = FINE_PEN * length / (FINE_BOX - FINE_PEN)
    edge = (width - target) / 2
    # Of each pixel below the edge of the ink; paper is seen only where the pen becomes broader.
    depth = inside - _distances(255 - fine) if edge < 0.5 - _HALF_PIXEL else inside.copy()
    depth -= np.copysign(np.float32(_HALF_PIXEL), depth)
    depth -= edge
    depth += 0.5
    redrawn = np.clip(depth, 0, 1, out=depth) * 255
    if edge > 0:  # where the pen was thinner than elsewhere, thinning must not break the line
        spine = (ridge & (inside > 0.35 * width)).astype(np.uint8) * 255
        redrawn = np.maximum(redrawn, cv2.dilate(spine, _disc(0.7 * target)))
    return settle(redrawn.astype(np.uint8), length + target)


def from_grey(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scales and moves the ink of a tiny picture, as MNIST's own digits were, without redrawing it.

    Its grey edges say more about the pen than a mask could. ink: uint8 (h, w), 0 paper, 255 full
    ink, cropped to the character. Returns uint8 (28, 28); a glyph that is cropped is itself again.
    """
    scale = BOX / max(ink.shape)
    if scale != 1:
        size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        ink = cv2.resize(ink, size, interpolation=method).astype(np.uint8)
    height, width = ink.shape
    moments = cv2.moments(ink)
    mass = max(moments["m00"], 1)
    # The middle that MNIST's digits have is the pixel after that of 28.
    left = min(max(round(SIDE / 2 - moments["m10"] / mass), 0), SIDE - width)
    top = min(max(round(SIDE / 2 - moments["m01"] / mass), 0), SIDE - height)
    glyph = np.zeros((SIDE, SIDE), np.uint8)
    glyph[top : top + height, left : left + width] = ink
    return glyph


def settle(canvas: NDArray[np.uint8], extent: float) -> NDArray[np.uint8]:
    """Scales ink into the box and moves its centre of mass to the middle.

    canvas: uint8 (h, w), ink 255 on 0, not empty. extent: pixels along the longer side of the ink
    to the middle of its soft edges. Returns uint8 (28, 28).
    """
    x, y, width, height = cv2.boundingRect(canvas)
    crop = canvas[y : y + height, x : x + width]
    longest = max(width, height)
    scale = FINE_BOX / max(extent, longest - 2 * _EDGE)
    # A dot keeps its size, and strokes have the right one already.
    if longest > 2 * FINE_PEN and abs(scale - 1) * longest > 0.5:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        crop = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    height, width = crop.shape
    moments = cv2.moments(crop)
    mass = moments["m00"]
    left = round(FINE_SIDE / 2 - moments["m10"] / mass - 0.5)
    top = round(FINE_SIDE / 2 - moments["m01"] / mass - 0.5)
    left = min(max(left, 0), FINE_SIDE - width)  # lopsided ink is not cut off
    top = min(max(top, 0), FINE_SIDE - height)
    fine = np.zeros((FINE_SIDE, FINE_SIDE), np.uint8)
    fine[top : top + height, left : left + width] = crop
    return np.asarray(cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def opencv_line(width: float) -> tuple[int, float]:
    """The thickness for OpenCV's nearest line to this width, and the width it has, in pixels.

    OpenCV draws a thickness of 2k as a soft line 2k + 1.36 wide, and 1 as one 1.36 wide.
    """
    half = max(0, round((width - _SOFT_EDGES) / 2))
    return max(1, 2 * half), 2 * half + _SOFT_EDGES


def _refine(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scales cropped ink to FINE_BOX along its longer side, with a margin: 0 or 255 (h, w)."""
    height, width = ink.shape
    scale = FINE_BOX / max(width, height)
    if scale < 0.5:  # a line thinner than a working pixel would fade, so broaden it to about two
        reach = int(np.ceil(1 / scale)) // 2 * 2 + 1
        ink = cv2.dilate(ink, _disc(reach)).astype(np.uint8)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    margin = int(FINE_PEN)
    scaled = cv2.copyMakeBorder(
        cv2.resize(ink, size, interpolation=method), *(margin,) * 4, cv2.BORDER_CONSTANT, value=0
    )
    edge = min(127, int(scaled.max()) // 2)  # a very fine line may reach half nowhere
    return np.where(scaled > edge, 255, 0).astype(np.uint8)


def _distances(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Each pixel's distance from the nearest one that is 0, in working pixels."""
    return cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5).astype(np.float32, copy=False)


def _line_width(inside: NDArray[np.float32], half: float) -> float:
    """The pen's width in pixels, from each pixel's distance to the paper.

    half: about half of it, to half a pixel; what is deeper is a blot.
    Across a line the mean depth is a quarter of its width w; two round ends take pi w^3 / 48 from
    the sum of depths.
    """
    depths = inside[inside > 0] - _HALF_PIXEL
    line = depths[depths <= half + 0.25]
    width = 4 * float(line.mean())
    width += np.pi * width**3 / (12 * len(line))
    return min(max(width, 2 * half - 0.5), 2 * half + 1)  # blots are no lines


def _median(values: NDArray[np.float32]) -> float:
    """The median of values (n,); NumPy's own takes three times as long for few of them."""
    middle = len(values) // 2
    low = middle - 1 + len(values) % 2
    ordered = np.partition(values, (low, middle))
    return float((ordered[low] + ordered[middle]) / 2)


def _extent(mask: NDArray[Any]) -> int:
    """The longer side of what is not 0, in pixels."""
    _, _, width, height = cv2.boundingRect(mask)
    return max(width, height)


def _disc(diameter: float) -> NDArray[np.uint8]:
    side = max(1, round(diameter))
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.uint8)
