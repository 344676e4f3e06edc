"""Finds exactly where a line of squared or ruled paper is, and how dark it is by itself.

Where writing hides a piece of it, the line is as it is elsewhere.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.ink.printed.ruling_lines import RulingLine

STRETCH: Final = 75  # reduced pixels of a line that are about equally dark and broad
PIECE: Final = 12  # reduced pixels of a line that is straight
MAX_BENDS: Final = 3  # degree of the curve by which a line departs from its place
PIECES: Final = 4  # of a line, for each degree
MIN_FREE: Final = 0.6  # share of a line's pieces that no writing hides
EDGE: Final = 0.1  # of a line's darkness, which its soft edge has
MAX_DARKER_STRETCH: Final = 1.2  # of a line's usual darkness, in a stretch of it
MAX_APART: Final = 0.4  # pixels by which a line's middle may be elsewhere
SAMPLES: Final = 24  # columns of a piece or a stretch that are examined
MIN_DARKER: Final = 20  # of ink that is darker than the line on which it is

Plane = NDArray[np.uint8]  # (h, w)


class DrawnLine(NamedTuple):
    """How dark a line is, how broad in pixels, and whether there is pale paper at both sides."""

    strength: float
    width: int
    is_apart: bool


def draw_line(
    line: RulingLine, scale: float, darkness: Plane, expected: Plane, is_line: Plane
) -> DrawnLine | None:
    """Adds a line's own darkness to what is expected, and its pixels to those of lines.

    Returns None for a line outside the picture.
    """
    height, width = darkness.shape
    middles = (line.rows(width) + 0.5) * scale - 0.5
    reach = int(np.ceil((line.thickness + 3) * scale))
    half = int(np.ceil(line.thickness * scale / 2))
    columns = np.flatnonzero((middles > -half) & (middles < height - 1 + half))
    if len(columns) < reach:
        return None
    middles = middles[columns]
    middles += _shift(darkness, columns, middles, 2 * reach, max(round(PIECE * scale), 2))
    offsets = np.arange(-reach, reach + 1)
    rest = (np.round(middles) - middles).astype(np.float32)  # from a line's middle to its pixels'
    count = max(round(len(columns) / STRETCH / scale), 1)
    chosen = _spread(len(columns), count)  # (count, SAMPLES)
    rows = np.round(middles[chosen]).astype(int) + np.arange(-reach - 1, reach + 2)[:, None, None]
    strip = darkness[rows.clip(0, height - 1), columns[chosen]].astype(np.float32)
    profiles = np.median(_moved(strip, -rest[chosen]), axis=2)  # (offsets, count)
    usual = np.median(profiles, axis=1)
    strength = float(usual.max())
    half = int(np.abs(offsets[usual > EDGE * strength]).max(initial=0)) + 1
    # Writing along a stretch is not the line's own darkness.
    profiles = np.minimum(profiles, MAX_DARKER_STRETCH * usual[:, None] + MIN_DARKER)
    profiles += MAX_APART * np.abs(np.gradient(profiles, axis=0))
    near = np.flatnonzero(np.abs(offsets) <= half)
    around = np.pad(profiles, ((1, 1), (0, 0)))[near[0] : near[-1] + 3].astype(np.float32)
    which = np.minimum(np.arange(len(columns)) * count // len(columns), count - 1)
    new = _moved(around[:, which], rest).clip(0, 255).astype(np.int32)
    rows = np.round(middles).astype(int) + offsets[near, None]
    is_inside = (rows >= 0) & (rows < height)
    places = rows[is_inside], np.broadcast_to(columns, rows.shape)[is_inside]
    before, new = expected[places].astype(np.int32), new[is_inside]
    expected[places] = before + new - before * new // 255  # where lines cross, both are dark
    is_line[places] = 255
    return DrawnLine(strength, 2 * half + 1, half <= reach)


def _moved(strip: NDArray[np.float32], rest: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of a strip at places that are parts of a row further down: (n - 2, ...).

    strip: (n, ...), with one row more at both ends. rest: (...), in [-1, 1].
    """
    down, up = np.maximum(rest, 0), np.maximum(-rest, 0)
    return np.asarray(
        strip[1:-1] * (1 - down - up) + strip[2:] * down + strip[:-2] * up, np.float32
    )


def _shift(
    darkness: Plane,
    columns: NDArray[np.int64],
    middles: NDArray[np.float64],
    reach: int,
    piece: int,
) -> NDArray[np.float64]:
    """How many pixels a line is below where it was expected, in each of its columns."""
    count = max(len(columns) // piece, 1)
    offsets = np.arange(-reach, reach + 1)
    chosen = _spread(len(columns), count)[:, ::3]
    rows = np.round(middles[chosen]).astype(int) + offsets[:, None, None]
    level = np.median(darkness[rows.clip(0, len(darkness) - 1), columns[chosen]], axis=2)
    is_inside = ((rows >= 0) & (rows < len(darkness))).all(axis=2)
    weights = (level - 0.5 * level.max(axis=0)).clip(0) * is_inside + 1e-3
    shifts = (weights * offsets[:, None]).sum(axis=0) / weights.sum(axis=0)  # (count,)
    places = np.linspace(-1, 1, count)
    ends = middles[chosen].min(axis=1) - reach / 4, middles[chosen].max(axis=1) + reach / 4
    is_whole = (ends[0] > 0) & (ends[1] < len(darkness) - 1)  # the picture's edge cuts the others
    known, places = shifts[is_whole], places[is_whole]
    curve = np.array([np.median(known) if len(known) else 0.0])
    for degree in range(MAX_BENDS + 1):
        nearest = np.abs(known - np.polyval(curve, places)).argsort(kind="stable")
        free = nearest[: round(MIN_FREE * len(known))]  # no writing hides these pieces
        if len(free) < PIECES * (degree + 1):
            break
        curve = np.polyfit(places[free], known[free], degree)
    return np.polyval(curve, np.linspace(-1, 1, len(columns)))


def _spread(length: int, count: int) -> NDArray[np.int64]:
    """Indices up to a length in equal parts of it, spread evenly: (count, SAMPLES)."""
    every = (np.arange(count * SAMPLES) + 0.5) * length / (count * SAMPLES)
    return every.astype(np.int64).reshape(count, SAMPLES)
