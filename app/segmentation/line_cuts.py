"""Cuts components of a picture that reach from one line of text into the next.

The tail of a 9 may touch a digit below. Both are one component then, and no line holds it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.segmentation import components
from app.segmentation.text_lines import MIN_BODY_HEIGHT, Boxes, usual_height

# In usual heights of the picture's components.
MIN_SPANNING: Final = 1.6  # height of a component that may reach into another line
REACH: Final = 1.5  # how far to its sides other components show where the lines are
MIN_PITCH: Final = 0.9  # from the middle of one line to the middle of the next
MARGIN: Final = 0.25  # how far from the space between the lines a cut may be
MAX_LINES: Final = 4  # that one component is cut into
MIN_NEIGHBOURS: Final = 4  # components of usual height; among fewer a tall one may be a bracket


def connected_components(ink: InkMap) -> tuple[NDArray[np.int32], Boxes]:
    """The components of a map, cut between lines; see `components.connected_components`."""
    labels, boxes = components.connected_components(ink)
    for _ in range(MAX_LINES - 1):
        cuts = list(_cuts(boxes))
        if not cuts:
            break
        mask = ink.mask.copy()
        for part, top, bottom in cuts:
            left, right = boxes[part, [0, 2]].astype(int)
            window = labels[top:bottom, left:right] == part + 1
            row = _thinnest(window)
            mask[top + row, left:right][window[row]] = 0
        ink = replace(ink, mask=mask)
        labels, boxes = components.connected_components(ink)
    return labels, boxes


def _thinnest(window: NDArray[np.bool_]) -> int:
    """The row with the fewest pixels, and of several the one that is nearest to the middle."""
    counts = window.sum(axis=1)
    rows = np.flatnonzero(counts == counts.min())
    return int(rows[np.abs(rows - len(counts) / 2).argmin()])


def _cuts(boxes: Boxes) -> Iterator[tuple[int, int, int]]:
    """Each component that is too tall for its line, and the rows between which it is cut.

    The rows lie between components beside its upper part and such beside its lower part.
    """
    if len(boxes) <= MIN_NEIGHBOURS:
        return
    usual = usual_height(boxes)
    left, top, right, bottom = boxes.T
    heights, middles = bottom - top, (top + bottom) / 2
    is_tall = heights > MIN_SPANNING * usual
    is_usual = ~is_tall & (heights >= MIN_BODY_HEIGHT * usual)
    if is_usual.sum() < MIN_NEIGHBOURS:
        return
    for part in np.flatnonzero(is_tall):
        aside = np.maximum(left - right[part], left[part] - right)
        is_near = is_usual & (aside < REACH * usual)
        is_beside = is_near & (middles > top[part]) & (middles < bottom[part])
        upper = is_beside & (middles < middles[part])
        lower = is_beside & ~upper
        if not upper.any() or not lower.any():
            continue
        pitch = np.median(middles[lower]) - np.median(middles[upper])
        if pitch < MIN_PITCH * usual:
            continue
        edges = np.sort([np.median(bottom[upper]), np.median(top[lower])])
        first = max(edges[0] - MARGIN * usual, top[part] + 1)
        last = min(edges[1] + MARGIN * usual, bottom[part] - 1)
        if last - first >= 1:
            yield int(part), int(first), int(np.ceil(last))
