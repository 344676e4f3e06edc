"""Finds the canvas of a drawing program in a screenshot, among palettes, toolbars and buttons."""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.screens.sheets import is_part_of_sheet
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
# A smaller canvas, as on a web page, is known by what is drawn on it.
MIN_SMALL_SHARE: Final = 0.05  # of the screenshot that it covers
MIN_SMALL_SIDE: Final = 100  # pixels: its shorter side
MAX_SMALL_ASPECT: Final = 2.5  # ratio of its sides; a bar is longer
MAX_SIBLING: Final = 0.3  # of its least area: of another rectangle of its colour
MIN_DRAWN: Final = 1.5  # heights of what is around it: of the ink on it

Box = tuple[int, int, int, int]


class _Area:
    """The pixels of one colour, bool (h, w), and their connected parts, which are found once."""

    def __init__(self, is_even: NDArray[np.bool_]) -> None:
        mask = is_even.view(np.uint8)
        _, self.labels, self.stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        self.is_even = is_even


def find_canvas(image: NDArray[np.uint8]) -> Box | None:
    """Left, top, right and bottom of the canvas, an even rectangle among other colours.

    image: uint8 (h, w, channels). None where there is no such rectangle, as in photographs. The
    window around the canvas may be such a rectangle too, and so may a toolbar, which is smaller.
    """
    if min(image.shape[:2]) < MIN_SIDE:
        return None
    step = -(-max(image.shape[:2]) // SAMPLE_SIDE)
    sample = np.ascontiguousarray(image[::step, ::step])
    areas = [_Area(is_even) for is_even in _areas_of_colour(sample)]
    boxes = [_rectangle(area) for area in areas]
    rectangles = [box for box in boxes if box is not None]
    inner = [box for box in rectangles if not any(_contains(box, other) for other in rectangles)]
    if not inner:
        return _find_small(areas, sample, step)
    x, y, width, height = max(inner, key=lambda box: box[2] * box[3])
    canvas = x * step, y * step, (x + width - 1) * step + 1, (y + height - 1) * step + 1
    return None if is_part_of_sheet(image, canvas) else canvas


def _contains(outer: Box, inner: Box) -> bool:
    """Whether a box, x, y, width and height, contains another one."""
    is_across = outer[0] <= inner[0] and inner[0] + inner[2] <= outer[0] + outer[2]
    is_down = outer[1] <= inner[1] and inner[1] + inner[3] <= outer[1] + outer[3]
    return outer != inner and is_across and is_down


def _find_small(areas: list[_Area], sample: NDArray[np.uint8], step: int) -> Box | None:
    """As `find_canvas`, a canvas that covers little of a page, with only lower things around it.

    sample: every step-th pixel of the screenshot, (h, w, channels).
    """
    found = [
        box
        for area in areas
        if (box := _lone_rectangle(area, MIN_SMALL_SIDE / step)) is not None
        and _is_drawn_on(sample, area.is_even, box)
    ]
    if len(found) != 1:
        return None
    x, y, width, height = found[0]
    return x * step, y * step, (x + width - 1) * step + 1, (y + height - 1) * step + 1


def _lone_rectangle(area: _Area, min_side: float) -> Box | None:
    """x, y, width and height of a small rectangle of a colour that has no like.

    min_side: the least length of its sides.
    """
    labels, stats = area.labels, area.stats
    sizes = stats[:, cv2.CC_STAT_WIDTH] * stats[:, cv2.CC_STAT_HEIGHT] / labels.size
    sizes[0] = 0
    likely = np.flatnonzero(sizes >= MAX_SIBLING * MIN_SMALL_SHARE).tolist()
    likely = [index for index in likely if _is_filled(labels == index, stats[index])]
    if len(likely) != 1 or not MIN_SMALL_SHARE <= sizes[likely[0]] < MIN_SHARE:
        return None
    x, y, width, height = stats[likely[0], :4].tolist()
    short, long = sorted((width, height))
    return (x, y, width, height) if min_side <= short and long <= MAX_SMALL_ASPECT * short else None


def _is_filled(area: NDArray[np.bool_], stats: NDArray[np.int32]) -> bool:
    """Whether a connected area (h, w) has straight sides, and only ink within them."""
    x, y, width, height, size = stats.tolist()
    shape = area[y : y + height, x : x + width]
    sides = shape[0], shape[-1], shape[:, 0], shape[:, -1]
    are_straight = all(side.mean() >= MIN_RECTANGULAR_SHARE for side in sides)
    return bool(are_straight and size >= MIN_EVEN_SHARE * width * height)


def _is_drawn_on(sample: NDArray[np.uint8], is_even: NDArray[np.bool_], box: Box) -> bool:
    """Whether the ink in a box of one colour is higher than all there is around it."""
    x, y, width, height = box
    rim = np.concatenate([sample[0], sample[-1], sample[:, 0], sample[:, -1]])
    page = np.median(rim, axis=0)
    around = cv2.bitwise_not(cv2.inRange(sample, page - EVEN_LEVELS, page + EVEN_LEVELS))
    around[max(y - 2, 0) : y + height + 2, max(x - 2, 0) : x + width + 2] = 0
    ink = (~is_even[y : y + height, x : x + width]).astype(np.uint8)
    drawn, other = (
        cv2.connectedComponentsWithStats(each)[2][1:, cv2.CC_STAT_HEIGHT].max(initial=0)
        for each in (ink, around.astype(np.uint8))
    )
    return bool(drawn >= MIN_DRAWN * other and drawn > 0)


def _areas_of_colour(image: NDArray[np.uint8]) -> Iterator[NDArray[np.bool_]]:
    """Which pixels (h, w) have one of the most frequent colours, for each of these colours."""
    colours = np.zeros(image.shape[:2], np.int32)
    for channel in np.moveaxis(image >> 3, 2, 0):  # eight neighbouring levels are one
        colours = colours << 5 | channel
    counts = np.bincount(colours.ravel())
    for colour in np.argsort(counts)[: -NUM_COLOURS - 1 : -1].tolist():
        is_colour = colours == colour
        if counts[colour] > MIN_SMALL_SHARE * MIN_EVEN_SHARE * is_colour.size:
            level = np.median(image[is_colour], axis=0)
            yield cv2.inRange(image, level - EVEN_LEVELS, level + EVEN_LEVELS) > 0


def _rectangle(area: _Area) -> Box | None:
    """x, y, width and height of a rectangle of this colour; None for any other shape."""
    is_even, stats = area.is_even, area.stats
    if len(stats) < 2:
        return None
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
