"""Finds the canvas of a drawing program in a screenshot, among palettes, toolbars and buttons."""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.sheets import is_part_of_sheet
from app.ink.threshold import EVEN_LEVELS

MIN_SIDE: Final = 160  # pixels: the shorter side of a screenshot
SAMPLE_SIDE: Final = 400  # pixels; of a larger screenshot, every second pixel is examined, or fewer
MIN_SHARE: Final = 0.25  # of the screenshot that the canvas covers
MAX_SHARE: Final = 0.98  # of the same; what covers more is the whole picture
MIN_EVEN_SHARE: Final = 0.5  # of the canvas that has its colour; the rest is ink
MIN_EVEN_SIDE: Final = 0.7  # of each side of the canvas; ink and buttons may reach over it
MIN_RECTANGULAR_SHARE: Final = 0.95  # of an even area's bounding box that has such sides
# Paper goes on behind a frame, on all its sides or on most of what is around it.
MAX_SAME_AROUND: Final = 0.5  # of what is around the canvas; a window has bars of its colour
NUM_COLOURS: Final = 3  # the most frequent ones, which are examined

Box = tuple[int, int, int, int]


def find_canvas(image: NDArray[np.uint8]) -> Box | None:
    """Left, top, right and bottom of the canvas, an even rectangle among other colours.

    image: uint8 (h, w, channels). None where there is no such rectangle, as in photographs. The
    window around the canvas may be such a rectangle too, and so may a toolbar, which is smaller.
    """
    if min(image.shape[:2]) < MIN_SIDE:
        return None
    step = -(-max(image.shape[:2]) // SAMPLE_SIDE)
    sample = np.ascontiguousarray(image[::step, ::step])
    boxes = [_rectangle(is_even) for is_even in _areas_of_colour(sample)]
    rectangles = [box for box in boxes if box is not None]
    inner = [box for box in rectangles if not any(_contains(box, other) for other in rectangles)]
    if not inner:
        return None
    x, y, width, height = max(inner, key=lambda box: box[2] * box[3])
    canvas = x * step, y * step, (x + width - 1) * step + 1, (y + height - 1) * step + 1
    return None if is_part_of_sheet(image, canvas) else canvas


def _contains(outer: Box, inner: Box) -> bool:
    """Whether a box, x, y, width and height, contains another one."""
    is_across = outer[0] <= inner[0] and inner[0] + inner[2] <= outer[0] + outer[2]
    is_down = outer[1] <= inner[1] and inner[1] + inner[3] <= outer[1] + outer[3]
    return outer != inner and is_across and is_down


def _areas_of_colour(image: NDArray[np.uint8]) -> Iterator[NDArray[np.bool_]]:
    """Which pixels (h, w) have one of the most frequent colours, for each of these colours."""
    colours = np.zeros(image.shape[:2], np.int32)
    for channel in np.moveaxis(image >> 3, 2, 0):  # eight neighbouring levels are one
        colours = colours << 5 | channel
    counts = np.bincount(colours.ravel())
    for colour in np.argsort(counts)[: -NUM_COLOURS - 1 : -1].tolist():
        is_colour = colours == colour
        if counts[colour] > MIN_SHARE * MIN_EVEN_SHARE * is_colour.size:
            level = np.median(image[is_colour], axis=0)
            yield cv2.inRange(image, level - EVEN_LEVELS, level + EVEN_LEVELS) > 0


def _rectangle(is_even: NDArray[np.bool_]) -> Box | None:
    """x, y, width and height of a rectangle of these pixels (h, w); None for any other shape."""
    if not is_even.any():
        return None
    mask = is_even.astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    largest = stats[1:, cv2.CC_STAT_AREA].argmax() + 1
    x, y, width, height = stats[largest, :4].tolist()
    shape = is_even[y : y + height, x : x + width]
    rows = np.flatnonzero(shape.mean(axis=1) >= MIN_EVEN_SIDE)
    columns = np.flatnonzero(shape.mean(axis=0) >= MIN_EVEN_SIDE)
    if not len(rows) or not len(columns):
        return None
    part = shape[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    num_even, num_around = np.count_nonzero(part), is_even.size - part.size
    is_canvas = (
        part.size >= MIN_RECTANGULAR_SHARE * shape.size
        and MIN_SHARE <= part.size / is_even.size <= MAX_SHARE
        and num_even >= MIN_EVEN_SHARE * part.size
        and np.count_nonzero(is_even) - num_even <= MAX_SAME_AROUND * num_around
    )
    box = (x + int(columns[0]), y + int(rows[0]), part.shape[1], part.shape[0])
    others: list[Box] = np.delete(stats[1:, :4], largest - 1, axis=0).tolist()
    return box if is_canvas and not any(_contains(other, box) for other in others) else None
