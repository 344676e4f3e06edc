"""Numbers whose line slopes: how much, and how to read them level.

Both networks have seen slopes of some degrees. A steeper line is levelled before it is read. Of
several lines less is enough, because the end of a sloping line lies beside another one.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.reading import Digit

MIN_DEGREES: Final = 12.0  # a flatter line is read as it is
MAX_DEGREES: Final = 55.0  # a steeper line is rather a column, or the picture lies on its side
MIN_MARKS: Final = 3  # in a line; two lie at any angle to each other
MIN_SIZE: Final = 0.4  # share of the usual mark's; smaller marks do not show where the line is
MIN_SPAN: Final = 1.5  # usual sizes from the first mark to the last; a digit's strokes are closer
MAX_RESIDUAL: Final = 0.4  # usual sizes: root mean square distance of the marks from the line
MIN_DEGREES_OF_LINES: Final = 5.0
MIN_MARKS_OF_LINES: Final = 6
TRIED_DEGREES: Final = np.arange(-8.0, 9.0)  # around the slope from marks to their nearest ones
SPREAD: Final = 0.2  # usual sizes: deviation of the middles of one line's marks from the line
MIN_LEVEL_GAIN: Final = 1.2  # times as many pairs of marks that are level as without a slope
MIN_ROUGH_DEGREES: Final = 8.0  # of all points' principal axis, checked before marks are found
MIN_LENGTHENED: Final = 0.5  # share of the points' variance: along that axis minus across it
DRAWN_SIDE: Final = 240  # pixels of the drawing in which strokes that touch are found
DRAWN_PEN: Final = 3  # pixels: the width of its pen
MARGIN: Final = 0.6  # usual sizes of the picture that are kept around the writing

Boxes = NDArray[np.float64]  # (n, 4): left, top, right, bottom
Transform = NDArray[np.float64]  # (2, 3), affine


def degrees_of(boxes: Boxes) -> float:
    """The degrees by which a line of marks descends to the right; 0 where it is not steep.

    Its marks' upper ends, middles and lower ends must all descend: the zeros of 1000 may be low, or
    a number may begin with a tall digit.
    """
    marks, usual = _large_marks(boxes)
    if len(marks) < MIN_MARKS:
        return 0.0
    x = (marks[:, 0] + marks[:, 2]) / 2
    levels = marks[:, 1], (marks[:, 1] + marks[:, 3]) / 2, marks[:, 3]
    slopes = []
    for y in levels:
        across, down = x - x.mean(), y - y.mean()
        if np.ptp(across) ** 2 + np.ptp(down) ** 2 < (MIN_SPAN * usual) ** 2:
            return 0.0
        # The principal axis, as a steep line has no small error along y alone.
        angle = 0.5 * np.arctan2(2 * (across @ down), across @ across - down @ down)
        residual = down * np.cos(angle) - across * np.sin(angle)
        if np.sqrt((residual**2).mean()) > MAX_RESIDUAL * usual:
            return 0.0
        slopes.append(float(np.degrees(angle)))
    is_steep = min(np.abs(slopes)) >= MIN_DEGREES and max(np.abs(slopes)) <= MAX_DEGREES
    is_one_way = len(set(np.sign(slopes))) == 1
    return float(np.median(slopes)) if is_steep and is_one_way else 0.0


def degrees_of_lines(boxes: Boxes) -> float:
    """The degrees by which several parallel lines descend to the right; 0 where it is not steep.

    It is about the slope from marks to their nearest ones, at which most pairs of marks are level.
    """
    marks, usual = _large_marks(boxes)
    if len(marks) < MIN_MARKS_OF_LINES:
        return 0.0
    x, y = (marks[:, 0] + marks[:, 2]) / 2 / usual, (marks[:, 1] + marks[:, 3]) / 2 / usual
    across, down = x - x[:, None], y - y[:, None]
    distances = across**2 + down**2
    np.fill_diagonal(distances, np.inf)
    nearest = (np.arange(len(marks)), distances.argmin(axis=1))
    across, down = across[nearest], down[nearest]
    slopes = np.degrees(np.arctan2(np.where(across < 0, -down, down), np.abs(across)))
    is_beside = np.abs(slopes) <= MAX_DEGREES
    rough = float(np.median(slopes[is_beside])) if is_beside.any() else 0.0
    if abs(rough) < MIN_DEGREES_OF_LINES / 2:  # it is less exact than what is found below
        return 0.0
    tried = np.radians(np.append(rough + TRIED_DEGREES, 0.0))
    levels = np.outer(np.cos(tried), y) - np.outer(np.sin(tried), x)
    offsets = (levels[:, :, None] - levels[:, None]) / SPREAD
    num_level = np.exp(-(offsets**2) / 2).sum(axis=(1, 2)) - len(marks)
    best = int(num_level[:-1].argmax())
    degrees = float(np.degrees(tried[best]))
    is_clear = num_level[best] >= MIN_LEVEL_GAIN * num_level[-1]
    is_steep = MIN_DEGREES_OF_LINES <= abs(degrees) <= MAX_DEGREES
    return degrees if is_clear and is_steep else 0.0


def _large_marks(boxes: Boxes) -> tuple[Boxes, float]:
    """The marks that show where their line is, and the usual size of all marks; 0 without any."""
    sizes = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    usual = float(np.median(sizes)) if len(sizes) else 0.0
    return boxes[sizes >= MIN_SIZE * usual], usual


def levelled(
    pixels: NDArray[np.uint8], boxes: Boxes, degrees: float
) -> tuple[NDArray[np.uint8], Transform]:
    """The part of a picture (h, w, ...) with these marks, turned so that their line is level.

    Returns it with the inverse transform, which maps its pixels to the picture's.
    """
    margin = MARGIN * float(np.median(np.maximum(*(boxes[:, 2:] - boxes[:, :2]).T)))
    corners = np.array([boxes[:, :2].min(axis=0) - margin, boxes[:, 2:].max(axis=0) + margin])
    corners = np.clip(np.round(corners), 0, pixels.shape[1::-1])
    (left, top), (right, bottom) = corners.astype(int)
    part = pixels[top:bottom, left:right]
    turn = cv2.getRotationMatrix2D((0, 0), degrees, 1.0)
    height, width = part.shape[:2]
    outline = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ turn[:, :2].T
    turn[:, 2] = -outline.min(axis=0)
    size = np.ceil(np.ptp(outline, axis=0)).astype(int).tolist()
    rim = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
    paper = np.median(rim.reshape(len(rim), -1), axis=0).tolist()
    level = cv2.warpAffine(
        part, turn, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=paper
    )
    inverse = cv2.invertAffineTransform(turn)
    inverse[:, 2] += (left, top)
    return np.asarray(level, np.uint8), np.asarray(inverse, np.float64)


def level_strokes(strokes: glyph.Strokes) -> tuple[glyph.Strokes, Transform | None]:
    """Strokes turned so that their line is level, and the inverse; None where it is not steep."""
    if len(strokes) < MIN_MARKS or not _is_long_and_steep(np.concatenate(strokes)):
        return strokes, None
    boxes = _touching_boxes(strokes)
    degrees = degrees_of(boxes)
    if not degrees:
        return strokes, None
    middle = ((boxes[:, :2].min(axis=0) + boxes[:, 2:].max(axis=0)) / 2).tolist()
    turn = cv2.getRotationMatrix2D(middle, degrees, 1.0)
    level = [stroke @ turn[:, :2].T + turn[:, 2] for stroke in strokes]
    return level, np.asarray(cv2.invertAffineTransform(turn), np.float64)


def _is_long_and_steep(points: NDArray[np.float64]) -> bool:
    """Whether points (n, 2) lie along a slope rather than beside each other or in a heap."""
    across, down = (points - points.mean(axis=0)).T
    variance, covariance = across @ across - down @ down, 2 * (across @ down)
    degrees = abs(np.degrees(0.5 * np.arctan2(covariance, variance)))
    longer = np.hypot(variance, covariance) / max(across @ across + down @ down, 1e-9)
    return bool(longer > MIN_LENGTHENED and MIN_ROUGH_DEGREES < degrees <= MAX_DEGREES)


def _touching_boxes(strokes: glyph.Strokes) -> Boxes:
    """The boxes of strokes that touch each other, as a digit's do: (n, 4)."""
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    scale = DRAWN_SIDE / max(float(np.ptp(points, axis=0).max()), 1e-9)
    size = np.ceil((points.max(axis=0) - low) * scale).astype(int) + 1
    canvas = np.zeros((size[1], size[0]), np.uint8)
    lines = [np.round((stroke - low) * scale).astype(np.int32) for stroke in strokes]
    cv2.polylines(canvas, lines, False, 255, DRAWN_PEN)
    _, _, stats, _ = cv2.connectedComponentsWithStats(canvas)
    corners = stats[1:, :2]
    boxes = np.concatenate([corners, corners + stats[1:, 2:4]], axis=1) / scale + np.tile(low, 2)
    return np.asarray(boxes, np.float64)


def scaled(way: Transform | None, factor: float) -> Transform:
    """A transform, or none, followed by a scaling of both coordinates."""
    return factor * (np.eye(2, 3) if way is None else way)


def moved(
    digits: Sequence[Digit], way: Transform, size: tuple[int, int] | None = None
) -> list[Digit]:
    """The digits with their boxes moved and scaled by a transform; the boxes do not turn.

    size: (height, width) of a picture, within which they stay.
    """
    scale = float(np.hypot(way[0, 0], way[1, 0]))
    moved_digits = []
    for digit in digits:
        x, y, width, height = digit.box
        middle = way @ np.array([x + width / 2, y + height / 2, 1.0])
        width, height = width * scale, height * scale
        left, top = middle - np.array([width, height]) / 2
        right, bottom = left + width, top + height
        if size is not None:
            left, right = np.clip((left, right), 0, size[1])
            top, bottom = np.clip((top, bottom), 0, size[0])
        box = (float(left), float(top), float(right - left), float(bottom - top))
        moved_digits.append(replace(digit, box=box))
    return moved_digits
