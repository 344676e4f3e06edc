"""Finds the lines of squared and of ruled paper in a picture, all of them together.

The lines may be as dark as the pen, so that no line by itself can be told from a stroke. All of
them can: they go through the whole picture, bend alike, and are as far apart as their neighbours.
A line that writing hides is found where its neighbours say that it should be.
"""

from itertools import count
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import pen_width
from app.ink.marked.pen_lines import Line, long_lines

MIN_LENGTH: Final = 0.4  # of a line, as a share of the picture's width
MIN_CURVED: Final = 0.7  # the same, from which a line tells how it bends
MIN_LINES: Final = 3  # in one direction
MIN_PAIR: Final = 2  # in the other one, if they are about as far apart as those
MAX_OBLONG: Final = 1.25  # ratio between both distances
MAX_NUMBER: Final = 100  # lines from the first one to one that is looked for
MAX_UNEVEN: Final = 0.2  # distances between neighbours: how far a line is from where it should be
MIN_NEIGHBOURS: Final = 0.5  # share of the lines that are followed by their neighbour
MAX_MISSING: Final = 5  # lines between two neighbours that are not traced
MIN_EVEN: Final = 0.7  # share of the long lines that are in their places
REACH: Final = 0.2  # distances between neighbours: how far around a line's place it is looked for
MIN_SEEN: Final = 0.6  # share of a line that is dark
MIN_INSIDE: Final = 0.5  # of such a share, how much of the line is in the picture
ALIKE: Final = 0.95  # of that share, in all of a broad line's rows
MAX_TABLE: Final = 12  # lines in each direction; fewer, which end in the picture, are a table
MIN_GOING_ON: Final = 0.5  # share of squares' lines that is dark beyond the outermost ones across
MIN_ACROSS: Final = 0.92  # of the picture's width, along which most lines of paper are traced
BESIDE: Final = 2.0  # thicknesses of a line: how far beyond it others have left it

Mask = NDArray[np.uint8]  # (h, w)


class RulingLine(NamedTuple):
    """A line of squared or ruled paper that goes from left to right, or down in a turned picture.

    place, slope, bend: its row is place + slope * u + bend * u ** 2, where u is -1 at the picture's
    left edge and 1 at its right one. thickness: pixels. share: of the picture's width, along which
    the line was traced.
    """

    place: float
    slope: float
    bend: float
    thickness: float
    share: float = 0.0

    def rows(self, width: int) -> NDArray[np.float64]:
        """Its row in each column of a picture that is so wide: (width,)."""
        along = _along(np.arange(width), width)
        return np.asarray(self.place + (self.slope + self.bend * along) * along, np.float64)


class RulingLines(NamedTuple):
    """The lines of ruled paper; the columns and rows of upright ones are swapped."""

    levels: list[RulingLine]
    uprights: list[RulingLine]


def find_ruling_lines(darkness: Mask, min_darkness: int) -> RulingLines | None:
    """The lines of a picture's squared or ruled paper; None where there is none.

    Those of a table are none: it ends in the picture, and its cells are apart. darkness: (h, w), of
    each pixel, see `ruling`. min_darkness: of a line.
    """
    mask = np.where(darkness > min_darkness, 255, 0).astype(np.uint8)
    if not mask.any():
        return None
    pen = pen_width(mask)
    masks = mask, np.ascontiguousarray(mask.T)
    traced = [_long(each, pen) for each in masks]
    even = [_in_places(each) for each in traced]
    if min(map(len, even)) >= MIN_PAIR:
        if not _are_squares(*even):
            return None
        completed = [_completed(*each) for each in zip(even, masks, strict=True)]
        found = RulingLines(*completed)
        is_table = max(map(len, found)) <= MAX_TABLE and _end_at_lines(found, masks)
        if is_table or not all(map(_go_across, even)):
            return None
    else:
        axis = int(len(even[1]) > len(even[0]))
        if len(even[axis]) < MIN_LINES:
            return None
        if not _go_across(even[axis]):
            return None
        completed = [[], []]
        completed[axis] = _completed(even[axis], masks[axis])
    margins = [_margins(*each) for each in zip(traced, completed, strict=True)]
    return RulingLines(completed[0] + margins[0], completed[1] + margins[1])


def _margins(traced: list[RulingLine], found: list[RulingLine]) -> list[RulingLine]:
    """The lines from edge to edge that are not in the places of others, as those of margins."""
    return [
        line
        for line in traced
        if line.share >= MIN_ACROSS
        and all(abs(line.place - other.place) > line.thickness for other in found)
    ]


def _go_across(lines: dict[int, RulingLine]) -> bool:
    """Whether most lines go from one edge of the picture to the other, unlike those of tables."""
    return float(np.median([line.share for line in lines.values()])) >= MIN_ACROSS


def _are_squares(levels: dict[int, RulingLine], uprights: dict[int, RulingLine]) -> bool:
    """Whether there are enough lines; few must be as far apart as those across."""
    if max(len(levels), len(uprights)) < MIN_LINES:
        return False
    gaps = sorted(_usual_gap(each) for each in (levels, uprights))
    return min(len(levels), len(uprights)) >= MIN_LINES or gaps[1] <= MAX_OBLONG * gaps[0]


def _long(mask: Mask, pen: float) -> list[RulingLine]:
    """The long straight level lines in a mask of all that is dark, from the uppermost one on."""
    fitted = [_fitted(line, mask.shape) for line in long_lines(mask, pen)]
    lines = sorted(line for line in fitted if line is not None)
    return [
        line
        for line, before in zip(lines, [None, *lines], strict=False)
        if before is None or line.place - before.place > 2 * pen + 1
    ]


def _in_places(lines: list[RulingLine]) -> dict[int, RulingLine]:
    """Those lines that are evenly spaced, by their numbers; none where most are not."""
    if len(lines) < MIN_PAIR:
        return {}
    numbers = _numbered([line.place for line in lines])
    if len(numbers) < max(MIN_PAIR, MIN_EVEN * len(lines)):
        return {}
    return {number: lines[index] for index, number in numbers.items()}


def _usual_gap(lines: dict[int, RulingLine]) -> float:
    """The usual distance between neighbours in pixels."""
    numbers, places = np.array(list(lines)), np.array([line.place for line in lines.values()])
    return float(np.median(np.diff(places) / np.diff(numbers)))


def _end_at_lines(lines: RulingLines, masks: tuple[Mask, Mask]) -> bool:
    """Whether all outermost lines are in the picture and the others end there, as in a table.

    masks: of all that is dark, (h, w) and (w, h).
    """
    beyond = []
    for axis, mask in enumerate(masks):
        height, width = mask.shape
        along, across = lines[axis], lines[1 - axis]
        rows = np.array([line.rows(width) for line in along])
        edge = max(line.thickness for line in along) / 2 + 1
        if rows.min() < edge or rows.max() > height - 1 - edge:
            return False
        places = [line.place for line in across]
        apart = BESIDE * max(line.thickness for line in across)
        columns = np.arange(width)
        is_beyond = (columns < min(places) - apart) | (columns > max(places) + apart)
        beyond.append(mask[rows[:, is_beyond].round().astype(int), columns[is_beyond]] > 0)
    return max((float(each.mean()) for each in beyond if each.size), default=0.0) < MIN_GOING_ON


def _fitted(line: Line, shape: tuple[int, ...]) -> RulingLine | None:
    """A traced line as one of squared paper; None where it is short or not straight.

    None too where the picture's edge cuts it, so that its middle is not known. shape: (h, w).
    """
    height, width = shape
    share = len(line.middles) / width
    if share < MIN_LENGTH:
        return None
    along = _along(np.arange(line.start, line.end), width)
    *bend, slope, place = np.polyfit(along, line.middles, 2 if share >= MIN_CURVED else 1)
    fit = RulingLine(place, slope, float(sum(bend)), line.thickness, share)
    apart = line.middles - fit.rows(width)[line.start : line.end]
    is_straight = np.sqrt(np.mean(apart**2)) <= max(1.0, line.thickness)
    edge = line.thickness / 2 + 1
    is_whole = line.middles.min() > edge and line.middles.max() < height - 1 - edge
    return fit if is_straight and is_whole else None


def _numbered(places: list[float]) -> dict[int, int]:
    """The numbers of evenly spaced lines by their indices, of those that are in their places.

    places: sorted. The distance may change slowly, as in a photograph from aside.
    """
    gaps = np.diff(places)
    best: dict[int, int] = {}
    for first in range(max(len(places) - MIN_PAIR, 0) + 1)[:MIN_LINES]:
        for pitch in np.percentile(gaps, (25, 50)).tolist():
            numbers, last = {first: 0}, first
            for index in range(first + 1, len(places)):
                gap = places[index] - places[last]
                steps = round(gap / pitch)
                if not 1 <= steps <= MAX_MISSING + 1 or abs(gap / pitch - steps) > MAX_UNEVEN:
                    continue
                numbers[index] = numbers[last] + steps
                pitch = (pitch + gap / steps) / 2
                last = index
            if len(numbers) > len(best):
                best = numbers
    neighbours = np.diff(list(best.values())) == 1
    return best if neighbours.mean() >= MIN_NEIGHBOURS else {}


def _completed(lines: dict[int, RulingLine], mask: Mask) -> list[RulingLine]:
    """Lines by their numbers, with those that were not traced between and beyond them."""
    height, width = mask.shape
    numbers = list(lines)
    fits = np.array(list(lines.values()))  # (n, 5)
    of_place = np.polyfit(numbers, fits[:, 0], 2 if len(numbers) > MIN_LINES + 1 else 1)
    of_slope = np.polyfit(numbers, fits[:, 1], 1 if len(numbers) > MIN_PAIR else 0)
    bend, thickness = np.median(fits[:, 2:4], axis=0).tolist()
    pitch = (fits[-1, 0] - fits[0, 0]) / (numbers[-1] - numbers[0])
    reach = max(int(REACH * pitch), 1)
    offsets = np.arange(-reach, reach + 1)
    found = list(lines.values())
    between = [number for number in range(numbers[0], numbers[-1]) if number not in lines]
    for tried in (between, count(numbers[-1] + 1), count(numbers[0] - 1, -1)):
        for number in tried:
            place, slope = (float(np.polyval(each, number)) for each in (of_place, of_slope))
            middles = RulingLine(place, slope, bend, thickness).rows(width)
            columns = np.flatnonzero((middles > -1) & (middles < height))
            if not len(columns) or abs(number - numbers[0]) > MAX_NUMBER:
                break
            rows = np.round(middles[columns]).astype(int) + offsets[:, None]
            is_inside = (rows >= 0) & (rows < height)
            is_seen = is_inside & (mask[rows.clip(0, height - 1), columns] > 0)
            num_inside = np.maximum(is_inside.sum(axis=1), MIN_INSIDE * len(columns))
            seen = is_seen.sum(axis=1) / num_inside
            if seen.max() >= MIN_SEEN:
                offset = float(offsets[seen >= ALIKE * seen.max()].mean())
                found.append(RulingLine(place + offset, slope, bend, thickness))
    return found


def _along(columns: NDArray[np.int64], width: int) -> NDArray[np.float64]:
    """Where columns are between -1, the left edge, and 1, the right one."""
    return 2 * columns / width - 1
