"""Estimates how long a drawing takes to read, so that a caller can refuse what costs too much."""

from itertools import accumulate
from typing import Final

from app.glyph import Strokes
from app.segmentation.runs import Candidate

# Points; a stroke of twice as many takes twice as long to draw, so it counts as two.
USUAL_POINTS: Final = 16
# For each candidate, to draw and classify its glyph; for each point of a stroke; and for each line,
# to read it as a whole.
CANDIDATE_SECONDS: Final = 200e-6
POINT_SECONDS: Final = 4e-6
LINE_SECONDS: Final = 400e-6


class CostlyInk(Exception):
    """A drawing that would take longer to read than the caller allows."""


def usual_strokes(strokes: Strokes) -> int:
    """The number of strokes, or of usual strokes that have as many points if that is more."""
    return max(len(strokes), sum(map(len, strokes)) // USUAL_POINTS)


def seconds_to_read_line(strokes: Strokes) -> float:
    """The estimated seconds in which the line reader reads these strokes."""
    return LINE_SECONDS + POINT_SECONDS * sum(map(len, strokes))


def seconds_to_classify(candidates: list[Candidate], strokes: Strokes) -> float:
    """The estimated seconds in which the candidates of a line are drawn and classified."""
    ends = [0, *accumulate(map(len, strokes))]
    num_points = sum(ends[last] - ends[first] for first, last in candidates)
    return CANDIDATE_SECONDS * len(candidates) + POINT_SECONDS * num_points


def check(seconds: float, max_seconds: float) -> None:
    """Raises CostlyInk if a drawing takes longer than allowed."""
    if seconds > max_seconds:
        raise CostlyInk(f"expected a drawing that is read in {max_seconds} s, got a costly one")
