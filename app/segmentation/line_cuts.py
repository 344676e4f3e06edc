"""Cuts components of a picture that reach from one line of text into the next.

The tail of a 9 may touch a digit below. Both are one component then, and no line holds it. Where
the lines are shows in the components beside it, or in the level rules of squared and ruled paper.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.printed.dividers import upright_rule
from app.segmentation import components
from app.segmentation.boxes import MIN_BODY_HEIGHT, Boxes, usual_height

# In usual heights of the picture's components.
MIN_SPANNING: Final = 1.6  # height of a component that may reach into another line
REACH: Final = 1.5  # how far to its sides other components show where the lines are
MIN_PITCH: Final = 0.9  # from the middle of one line to the middle of the next
MARGIN: Final = 0.25  # how far from the space between the lines a cut may be
MAX_LINES: Final = 4  # that one component is cut into
MIN_NEIGHBOURS: Final = 4  # components of usual height; among fewer a tall one may be a bracket
# Where rules show the lines, many components may reach into the next.
MAX_COMPONENTS: Final = 600  # only clutter has more
LOW_SHARE: Final = 0.3  # of all height that is in components up to the usual one
MIN_PIECE: Final = 0.5  # from the end of a component to the rule that it crosses
MAX_PIECE: Final = 1.6  # the same to the first rule
ASIDE: Final = 0.5  # how far to both sides of a component a rule is looked for
MAX_RISE: Final = 0.25  # of a rule from one side to the other, in pixels to a pixel
MIN_WHOLE: Final = 0.6  # height of a component that is a digit of a line
MAX_GAP: Final = 0.3  # between two of them that a rule divides, or how far they share rows


class Components(NamedTuple):
    """The components of a map. labels, boxes: see `components.connected_components`.

    apart: pairs of those that are on different lines, however near they are.
    """

    labels: NDArray[np.int32]
    boxes: Boxes
    apart: list[tuple[int, int]]


def connected_components(ink: InkMap, image: NDArray[np.uint8]) -> Components:
    """The components of a map of an image, uint8 (h, w) or (h, w, channels), cut between lines."""
    labels, boxes = components.connected_components(ink)
    if len(boxes) <= MIN_NEIGHBOURS:
        return Components(labels, boxes, [])
    cut_rows: list[tuple[int, slice]] = []
    for _ in range(MAX_LINES - 1):
        cuts = dict(_cuts_at_rules(ink, image, boxes)) | dict(_cuts(boxes))
        if not cuts:
            break
        mask = ink.mask.copy()
        for part, (top, bottom) in cuts.items():
            left, right = boxes[part, [0, 2]].astype(int).tolist()
            window = labels[top:bottom, left:right] == part + 1
            row = _thinnest(window)
            mask[top + row, left:right][window[row]] = 0
            cut_rows.append((top + row, slice(left, right)))
        ink = replace(ink, mask=mask)
        labels, boxes = components.connected_components(ink)
    apart = {pair for row, columns in cut_rows for pair in _beside_cut(labels, row, columns)}
    apart |= set(_divided_by_rules(ink, image, boxes))
    return Components(labels, boxes, sorted(apart))


def _thinnest(window: NDArray[np.bool_]) -> int:
    """The row with the fewest pixels, and of several the one that is nearest to the middle."""
    counts = window.sum(axis=1)
    rows = np.flatnonzero(counts == counts.min())
    return int(rows[np.abs(rows - len(counts) / 2).argmin()])


def _beside_cut(labels: NDArray[np.int32], row: int, columns: slice) -> Iterator[tuple[int, int]]:
    """Which components above the row of a cut touched which below it."""
    above, below = labels[row - 1, columns], labels[row + 1, columns]
    near = np.maximum(np.maximum(below, np.append(below[1:], 0)), np.append(0, below[:-1]))
    touching = np.unique(np.stack([above, near])[:, (above > 0) & (near > 0)], axis=1)
    for first, second in (touching.T - 1).tolist():
        if first != second:
            yield first, second


def _cuts(boxes: Boxes) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each component that is too tall for its line, and the rows between which it is cut.

    The rows lie between components beside its upper part and such beside its lower part.
    """
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
            yield int(part), (int(first), int(np.ceil(last)))


def _cuts_at_rules(
    ink: InkMap, image: NDArray[np.uint8], boxes: Boxes
) -> Iterator[tuple[int, tuple[int, int]]]:
    """As `_cuts`, where a level rule of the paper goes on at both sides of a component."""
    if ink.is_plain or len(boxes) > MAX_COMPONENTS:
        return
    usual = usual_height(boxes, LOW_SHARE)
    heights = boxes[:, 3] - boxes[:, 1]
    is_tall = heights > MIN_SPANNING * usual
    if (~is_tall).sum() < MIN_NEIGHBOURS:
        return
    for part in np.flatnonzero(is_tall).tolist():
        left, top, right, bottom = boxes[part].tolist()
        if right - left > bottom - top:
            continue
        end = min(bottom - MIN_PIECE * usual, top + MAX_PIECE * usual)
        rule = _rule_at(ink, image, (left, top + MIN_PIECE * usual, right, end), ASIDE * usual)
        if rule is not None:
            first = max(rule - MARGIN * usual, top + 1)
            last = min(rule + MARGIN * usual, bottom - 1)
            if last - first >= 1:
                yield part, (int(first), int(np.ceil(last)))


def _divided_by_rules(
    ink: InkMap, image: NDArray[np.uint8], boxes: Boxes
) -> Iterator[tuple[int, int]]:
    """Pairs of components, one right above the other, between which a level rule goes."""
    if ink.is_plain or len(boxes) > MAX_COMPONENTS:
        return
    usual = usual_height(boxes, LOW_SHARE)
    left, top, right, bottom = boxes.T
    is_whole = bottom - top >= MIN_WHOLE * usual
    is_over = (left[:, None] < right) & (left < right[:, None]) & is_whole & is_whole[:, None]
    is_over &= np.abs(top - bottom[:, None]) < MAX_GAP * usual
    for upper, lower in np.argwhere(is_over).tolist():
        low, high = boxes[[upper, lower], :2].min(axis=0), boxes[[upper, lower], 2:].max(axis=0)
        first = max(min(bottom[upper], top[lower]) - MAX_GAP * usual, low[1])
        last = min(max(bottom[upper], top[lower]) + MAX_GAP * usual, high[1])
        if _rule_at(ink, image, (low[0], first, high[0], last), ASIDE * usual) is not None:
            yield upper, lower


def _rule_at(
    ink: InkMap, image: NDArray[np.uint8], box: tuple[float, float, float, float], aside: float
) -> float | None:
    """Where a level rule of an image goes on at both sides of a box: the row in the map, or None.

    box: left, top, right, bottom in pixels of the map, and aside, how far the rule is looked for.
    """
    left, top, right, bottom = box
    lying = image.swapaxes(0, 1)
    rows = []
    for start, end in ((left - aside, left - 1), (right + 1, right + aside)):
        low, high = np.array([[top, start], [bottom, end]]) / ink.scale + (ink.top, ink.left)
        place = upright_rule(lying, (*low.tolist(), *high.tolist()))
        if place is None:
            return None
        rows.append((place - ink.top) * ink.scale)
    is_level = abs(rows[0] - rows[1]) <= MAX_RISE * (right - left + aside)
    return float(np.mean(rows)) if is_level else None
