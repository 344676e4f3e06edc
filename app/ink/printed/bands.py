"""Bands of rows or columns, and whether they are evenly spaced as printed rules are."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_UNEVENNESS: Final = 0.06  # share of the usual distance by which a rule may be off
MAX_CELLS: Final = 24  # in a row of boxes
MIN_EVEN: Final = 4  # rules of paper from which hidden ones are inferred


class Band(NamedTuple):
    """Adjacent rows or columns of a rule, from `start` up to, but not including, `end`."""

    start: int
    end: int

    @property
    def middle(self) -> float:
        return (self.start + self.end - 1) / 2

    @property
    def thickness(self) -> int:
        return self.end - self.start


def find_bands(is_covered: NDArray[np.bool_]) -> list[Band]:
    """The runs of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_covered, [False]]).astype(np.int8)))
    return [Band(start, end) for start, end in edges.reshape(-1, 2).tolist()]


def evenly_spaced(bands: list[Band], skews: tuple[float, ...] = (0.0,)) -> list[Band]:
    """The most bars among columns of ink that divide the whole evenly, with both ends; or [].

    skews: of photographs, by which share the first of many cells may be seen larger than the last.
    """
    middles = np.array([band.middle for band in bands])
    for cells in range(min(MAX_CELLS, len(bands) - 1), 0, -1):
        pitch = (middles[-1] - middles[0]) / cells
        even = np.arange(cells + 1) / cells
        for skew in skews:
            share = even + skew * even * (1 - even) / 2  # nearly a perspective
            wanted = middles[0] + (middles[-1] - middles[0]) * share
            nearest = np.abs(middles[:, None] - wanted).argmin(axis=0)
            if (np.abs(middles[nearest] - wanted) <= MAX_UNEVENNESS * pitch).all():
                return [bands[index] for index in sorted(set(nearest.tolist()))]
    return []


def with_missing(bands: list[Band]) -> list[Band]:
    """The rules of paper, with those added that ink hides if all are evenly spaced.

    More are seen than hidden. Any distance is nearly a multiple of a very small one, such as the
    gap between two boxes.
    """
    if len(bands) < MIN_EVEN or not are_even(bands):
        return bands
    middles = np.array([band.middle for band in bands])
    distances = np.diff(middles)
    steps = np.round(distances / usual_distance(distances))
    if steps.sum() + 1 > 2 * len(bands):
        return bands
    thickness = int(np.median([band.thickness for band in bands]))
    complete = list(bands)
    for first, last, count in zip(middles, middles[1:], steps.astype(int), strict=False):
        for middle in np.linspace(first, last, count + 1)[1:-1]:
            start = round(middle - (thickness - 1) / 2)
            complete.append(Band(start, start + thickness))
    return sorted(complete)


def are_even(bands: list[Band]) -> bool:
    """Whether the distances of rules are multiples of their usual one."""
    distances = np.diff([band.middle for band in bands])
    pitch = usual_distance(distances)
    steps = np.round(distances / pitch)
    return bool((np.abs(distances - steps * pitch) <= MAX_UNEVENNESS * pitch * steps).all())


def usual_distance(distances: NDArray[np.float64]) -> float:
    """The usual one of distances that may be multiples of it: the median of the small ones."""
    return float(np.median(distances[distances < 1.5 * distances.min()]))
