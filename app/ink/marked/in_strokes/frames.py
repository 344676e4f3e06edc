"""Finds strokes that are drawn around a number, as a circle or a box around a result."""

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_FRAMED: Final = 2  # strokes; a single one in a loop may be the slash or the dot of a zero
MAX_OPEN: Final = 0.3  # diagonals of the frame between the stroke's two ends
MAX_SIDES: Final = 4  # strokes of which a frame is drawn
MAX_JOINT: Final = 0.25  # between the ends of two of them, in diagonals of the smaller one's box
NUM_SAMPLES: Final = 20  # points of a stroke that is to be inside a frame
MIN_INSIDE: Final = 0.9  # share of them that are

Stroke = NDArray[np.float64]  # (n, 2)


def are_frames(strokes: Sequence[Stroke], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which strokes go around several others that stand beside each other: (n,).

    One stroke is closed, or several are together, as the four sides of a box are. boxes: (n, 4),
    left, top, right, bottom of the strokes.
    """
    found = np.zeros(len(boxes), np.bool_)
    if len(boxes) <= MIN_FRAMED:
        return found
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    # Whether the stroke of each column lies in the box of the row's: (n, n).
    are_inside = np.all((boxes[:, :2] > low) & (boxes[:, 2:] < high), axis=2)
    for index in np.flatnonzero(are_inside.sum(axis=1) >= MIN_FRAMED).tolist():
        inside, stroke = boxes[are_inside[index]], strokes[index]
        diagonal = np.hypot(*(boxes[index, 2:] - boxes[index, :2]))
        is_closed = np.hypot(*(stroke[-1] - stroke[0])) < MAX_OPEN * diagonal
        are_side_by_side = inside[:, 0].max() > inside[:, 2].min()
        found[index] = bool(is_closed) and bool(are_side_by_side)
    for sides, outline in _closed_chains(strokes, boxes):
        low, high = boxes[sides, :2].min(axis=0), boxes[sides, 2:].max(axis=0)
        are_within = np.all((boxes[:, :2] > low) & (boxes[:, 2:] < high), axis=1)
        are_within[sides] = False
        inside = boxes[are_within]
        if not all(_is_in(stroke, outline) for stroke in compress(strokes, are_within)):
            continue  # as where two lines cross a number out
        # Nothing else is drawn of four strokes around a fifth one.
        if len(inside) and len(sides) == MAX_SIDES:
            found[sides] = True
        elif len(inside) >= MIN_FRAMED:
            found[sides] |= inside[:, 0].max() > inside[:, 2].min()
    return found


def _closed_chains(
    strokes: Sequence[Stroke], boxes: NDArray[np.float64]
) -> Iterator[tuple[list[int], Stroke]]:
    """The strokes, two to MAX_SIDES, that go on where another one ends, until they are closed.

    And the points of all, in their order. Each is as large as most other strokes, because it is
    larger than those that it goes around.
    """
    size = np.hypot(*(boxes[:, 2:] - boxes[:, :2]).T)
    large = np.flatnonzero(size >= np.sort(size)[max(len(size) - MAX_SIDES, 0) // 2])
    pairs = [strokes[index][[0, -1]] for index in large.tolist()]
    ends = np.concatenate(pairs)  # (ends, 2), two for each stroke
    gaps = np.hypot(*(ends[:, None] - ends).transpose(2, 0, 1))  # (ends, ends)
    sizes, owners = size[large].repeat(2), np.arange(len(large)).repeat(2)
    is_joint = gaps <= MAX_JOINT * np.minimum(sizes[:, None], sizes)
    is_joint &= owners[:, None] != owners
    may_be_sides = is_joint.any(axis=1).reshape(-1, 2).all(axis=1)
    if may_be_sides.sum() < 2:
        return
    beside = np.where(is_joint, gaps, np.inf).argmin(axis=1)
    for start in np.flatnonzero(may_be_sides).tolist():
        sides, end, outline = [start], 2 * start + 1, [strokes[large[start]]]
        while may_be_sides[end // 2]:
            end = int(beside[end])
            if end == 2 * start and len(sides) > 1:
                yield large[sides].tolist(), np.concatenate(outline)
            if end // 2 in sides or len(sides) == MAX_SIDES:
                break
            stroke = strokes[large[end // 2]]
            outline.append(stroke[::-1] if end % 2 else stroke)
            sides, end = [*sides, end // 2], end ^ 1


def _is_in(stroke: Stroke, outline: Stroke) -> bool:
    """Whether most points of a stroke are inside a closed line."""
    contour = outline.astype(np.float32)
    points = stroke[:: max(len(stroke) // NUM_SAMPLES, 1)].tolist()
    num_inside = sum(cv2.pointPolygonTest(contour, point, False) > 0 for point in points)
    return num_inside > MIN_INSIDE * len(points)
