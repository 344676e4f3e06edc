"""Traces long lines that a hand has drawn, which waver and slope, and other ink covers them."""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

# In widths of the pen.
RUN: Final = 3.0  # the shortest level run of a line's pixels
MIN_PIECE: Final = 4.0  # of a line between other ink that hides it
MAX_GAP: Final = 3.0  # between two pieces of a line
MAX_STEP: Final = 1.5  # from one piece of it to the next, up or down
MIN_LENGTH: Final = 8.0  # of a line
MAX_SLOPE: Final = 0.25  # of a whole line
MIN_COVERED: Final = 0.7  # share of a line's length that is seen in its pieces
MAX_PIECES: Final = 400  # in a picture; only clutter has more
MAX_LINES: Final = 48  # that are returned, the longest first

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


class Line(NamedTuple):
    """A line from left to right; the columns and rows of an upright one are swapped.

    start: its first column. middles: its row in each column. thickness: pixels.
    """

    start: int
    middles: NDArray[np.float64]
    thickness: float

    @property
    def end(self) -> int:
        return self.start + len(self.middles)


def long_lines(ink: Mask, pen: float) -> list[Line]:
    """The lines in ink that go from left to right, the longest first.

    Strokes of large digits are among them. pen: the width of lines in pixels.
    """
    run = max(round(RUN * pen), 3)
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    stats[0, cv2.CC_STAT_WIDTH] = 0
    long = np.flatnonzero(stats[:, cv2.CC_STAT_WIDTH] >= MIN_PIECE * pen)
    if not 0 < len(long) <= MAX_PIECES:
        return []
    pieces = []
    for index in long[np.argsort(stats[long, 0], kind="stable")].tolist():
        x, y, width, height = stats[index, :4].tolist()
        part = labels[y : y + height, x : x + width] == index
        counts = part.sum(axis=0)
        middles = y + (part * np.arange(height)[:, None]).sum(axis=0) / counts
        thin = np.flatnonzero(counts <= np.median(counts) + 1)  # elsewhere, other strokes touch it
        if len(thin):
            middles = np.interp(np.arange(width), thin, middles[thin])
            pieces.append(Line(x, middles, float(np.median(counts[thin]))))
    lines = filter(None, map(_joined, _chains(pieces, pen)))
    long_ones = [line for line in lines if len(line.middles) >= MIN_LENGTH * pen]
    return sorted(long_ones, key=lambda line: -len(line.middles))[:MAX_LINES]


def _chains(pieces: list[Line], pen: float) -> list[list[Line]]:
    """Pieces, sorted by their starts, that go on where others end."""
    chains: list[list[Line]] = []
    for piece in pieces:
        before = [
            chain
            for chain in chains
            if -pen <= piece.start - chain[-1].end <= MAX_GAP * pen
            and abs(piece.middles[0] - chain[-1].middles[-1]) <= MAX_STEP * pen
        ]
        if before:
            level = piece.middles[0]
            min(before, key=lambda chain: abs(chain[-1].middles[-1] - level)).append(piece)
        else:
            chains.append([piece])
    return chains


def _joined(chain: list[Line]) -> Line | None:
    """The line of a chain's pieces; None where it is too steep or hardly seen."""
    places = np.concatenate([np.arange(piece.start, piece.end) for piece in chain])
    middles = np.concatenate([piece.middles for piece in chain])
    columns = np.arange(places[0], places.max() + 1)
    is_steep = abs(middles[-1] - middles[0]) > MAX_SLOPE * len(columns)
    if is_steep or len(places) < MIN_COVERED * len(columns):
        return None
    order = np.argsort(places, kind="stable")
    thickness = float(np.median([piece.thickness for piece in chain]))
    return Line(int(places[0]), np.interp(columns, places[order], middles[order]), thickness)


def rows_at(lines: list[Line], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The row of each line in some columns, or in the nearest ones that it has: (lines, n).

    places: (lines, n).
    """
    return np.array(
        [
            line.middles[np.clip(np.round(row).astype(int) - line.start, 0, len(line.middles) - 1)]
            for line, row in zip(lines, places, strict=True)
        ]
    )


def ends_of(lines: list[Line]) -> NDArray[np.int64]:
    """Where lines begin and end: (2, lines)."""
    return np.array([[line.start, line.end] for line in lines]).T
