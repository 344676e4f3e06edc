"""Completes the segmenter's closer look at writing with bare 1s and points that it misses.

It takes a 1 at the end of a number for the edge of something, and a point for dust. The whole
picture shows both, and so does a look from a little further away.
"""

from itertools import compress
from operator import and_
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.parts import MAX_PAIRS
from app.ink.photographs.overview import MIN_FAINT_PROBABILITY, MIN_INK_PROBABILITY, Overview
from app.ink.printed.lines_to_erase import dark_ink

# The share of a 1's rows in which the closer map sees ink.
MIN_PART_OF_ONE: Final = 0.2  # of a dark line that is surely drawn
MIN_WHOLE_ONE: Final = 0.9
MAX_UNSEEN_ONES: Final = 1 / 3  # of the pieces of writing; more lines that are not seen are printed
EDGE: Final = 0.12  # of the picture's width and height: how far from its edge a cell's sides are
MIN_ALIKE: Final = 0.7  # ratio of the contrasts of a line and of writing that one pen drew
MIN_SEEN_SHARE: Final = 1 / 3  # of a piece, from which the closer map sees it
MAX_POINT: Final = 0.3  # heights of the writing: the longer side of a point
PROBABILITY: Final = 0.9  # of ink that is completed

Picture = NDArray[np.uint8]  # (h, w, 3), the part that the closer map shows
Probabilities = NDArray[np.float32]  # (h, w), the closer map
Area = tuple[slice, slice]  # its rows and columns in the closer map


def with_missing_ink(
    close: Probabilities,
    distant: "DistantPoints | None",
    overview: Overview,
    image: Picture,
    window: tuple[float, ...],
) -> Probabilities:
    """The probabilities of a closer map, with 1s that it sees in part, and points it misses.

    distant: the points of the same part of the picture at a smaller scale; None where there can be
    none. window: see `Overview.seen_in`.
    """
    areas = overview.windows_of(overview.ones, close.shape, window)
    seen = [_seen_share(close[area]) for area in areas]
    parts = [
        area
        for area, share in zip(areas, seen, strict=True)
        if MIN_PART_OF_ONE <= share < MIN_WHOLE_ONE
    ]
    unseen = _unseen_ones(overview, areas, seen)
    points = [
        area
        for area in overview.windows_of(_points(overview.boxes), close.shape, window)
        if not _seen_share(close[area])
    ]
    points += [] if distant is None else distant.unseen_in(close)
    if not parts and not points and not unseen:
        return close
    likely, possible = (
        np.where(close > probability, 255, 0).astype(np.uint8)
        for probability in (MIN_INK_PROBABILITY, MIN_FAINT_PROBABILITY)
    )
    if not likely.any():
        return close  # nothing tells how dark the writing is
    dark = dark_ink(image, likely, possible) > 0
    if unseen:
        parts += _alike(image, dark, likely > 0, unseen)
    missing = np.zeros_like(dark)
    for area in parts:
        missing[area] = dark[area]
    for area in points:
        _add_piece(missing, dark, area)
    return np.where(missing, np.maximum(close, np.float32(PROBABILITY)), close)


class DistantPoints(NamedTuple):
    """The points that a more distant map shows, in the pixels of the closer one.

    areas: of each. likely: bool (h, w), all likely ink of the more distant map.
    """

    areas: list[Area]
    likely: NDArray[np.bool_]

    def is_at_one(self) -> NDArray[np.bool_]:
        """Which pixels of the closer map (h, w) are at such a point."""
        is_point = np.zeros(self.likely.shape, np.bool_)
        for area in self.areas:
            is_point[area] = True
        return is_point

    def unseen_in(self, close: Probabilities) -> list[Area]:
        """The areas of those of which the closer map sees little."""
        is_seen = (close > MIN_INK_PROBABILITY) & self.likely
        return [
            area
            for area in self.areas
            if np.count_nonzero(is_seen[area])
            < MIN_SEEN_SHARE * np.count_nonzero(self.likely[area])
        ]


def distant_points(distant: Probabilities, shape: tuple[int, ...]) -> DistantPoints:
    """The points in a more distant map, float32 (h, w); shape: of the closer one."""
    enlarged = cv2.resize(distant, shape[::-1], interpolation=cv2.INTER_LINEAR)
    likely = enlarged > MIN_INK_PROBABILITY
    possible = (enlarged > MIN_FAINT_PROBABILITY).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(possible)
    is_piece = np.bincount(labels[likely], minlength=count) > 0
    boxes = stats[is_piece, :4].astype(np.int32)
    areas = [
        (slice(max(y, 0), y + height), slice(max(x, 0), x + width))
        for x, y, width, height in _points(boxes).tolist()
    ]
    return DistantPoints(areas, np.asarray(likely, np.bool_))


def _unseen_ones(overview: Overview, areas: list[Area], seen: list[float]) -> list[Area]:
    """The areas of 1s of which nearly nothing is seen, unless they may be printed lines.

    Many of them are bars between the digits. seen: see `_seen_share`, for each area.
    """
    is_unseen = [share < MIN_PART_OF_ONE for share in seen]
    if sum(is_unseen) > max(MAX_UNSEEN_ONES * len(overview.boxes), 1):
        return []
    is_inside = [not each for each in _are_at_edge(overview)]
    return list(compress(areas, map(and_, is_unseen, is_inside)))


def _are_at_edge(overview: Overview) -> list[bool]:
    """Whether each of the ones is at the picture's edge, as a cell's sides are."""
    boxes = overview.ones
    size = np.array(overview.probabilities.shape[::-1])  # wide, high
    starts, ends = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    is_at_edge = np.any((starts <= EDGE * size) | (ends >= (1 - EDGE) * size), axis=1)
    return [bool(each) for each in is_at_edge]


def _points(boxes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Those boxes of ink, (n, 4), that are small and on a line of writing, with a margin."""
    if not len(boxes):
        return boxes
    height = float(np.percentile(boxes[:, 3], 75))
    is_small = boxes[:, 2:].max(axis=1) <= MAX_POINT * height
    points, writing = boxes[is_small], boxes[~is_small]
    if len(points) * len(writing) > MAX_PAIRS:
        return boxes[:0]
    middles = points[:, 1] + points[:, 3] / 2
    top, bottom = writing[:, 1], writing[:, 1] + writing[:, 3]
    is_level = (middles[:, None] >= top) & (middles[:, None] <= bottom + MAX_POINT * height)
    points = points[is_level.any(axis=1)]
    return np.concatenate([points[:, :2] - 1, points[:, 2:] + 2], axis=1)


def _alike(
    image: Picture, dark: NDArray[np.bool_], writing: NDArray[np.bool_], areas: list[Area]
) -> list[Area]:
    """Those areas in which a dark line is about as dark as the writing; dark, writing: (h, w)."""
    paper = np.median(image[~dark], axis=0) if not dark.all() else np.zeros(3)
    contrast = np.abs(image.astype(np.float32) - paper).sum(axis=2)
    usual = float(np.percentile(contrast[writing], 75))
    lines = [float(np.median(contrast[area].max(axis=1))) for area in areas]
    return [
        area
        for area, line in zip(areas, lines, strict=True)
        if MIN_ALIKE * usual <= line <= usual / MIN_ALIKE
    ]


def _add_piece(missing: NDArray[np.bool_], dark: NDArray[np.bool_], area: Area) -> None:
    """Adds the dark pieces in an area to what is missing, (h, w), unless they go on beyond it.

    A piece of a rule does, and a point does not.
    """
    rows, columns = (
        slice(max(2 * side.start - side.stop, 0), 2 * side.stop - side.start) for side in area
    )
    _, labels = cv2.connectedComponents(dark[rows, columns].astype(np.uint8))
    down, across = area[0].start - rows.start, area[1].start - columns.start
    high, wide = area[0].stop - area[0].start, area[1].stop - area[1].start
    inside = labels[down : down + high, across : across + wide]
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    missing[rows, columns] |= np.isin(labels, np.setdiff1d(inside, [0, *rim.tolist()]))


def _seen_share(probabilities: Probabilities) -> float:
    """The share of an area's rows in which ink is seen; 1 for an area outside the map."""
    if not probabilities.size:
        return 1.0
    return float((probabilities > MIN_INK_PROBABILITY).any(axis=1).mean())
