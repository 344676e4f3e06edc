"""Takes the squares or rules of paper out of a picture before writing is looked for in it.

The segmenter takes strong ones for ink, and loses the ink that crosses them.

How dark a line is shows along all of its length. What is darker than that is ink on it, and so is
what joins ink on both sides of it and is as dark as that ink.
"""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.printed.ruling_lines import RulingLine, RulingLines, find_ruling_lines
from app.ink.resize import reduce_to_side

SIDE: Final = 1000  # pixels: the longer side of the picture in which lines are erased
SMALL_SIDE: Final = 480  # the same of the reduced picture in which they are looked for
MIN_SIDE: Final = 160  # pixels; smaller pictures show hardly a square
PAPER: Final = 21  # reduced pixels: lines and strokes are thinner, and light changes more slowly
# Darkness is the share of the paper's light that is missing, in levels of 255.
MIN_DARKNESS: Final = 26  # of a line's pixel
MIN_STRENGTH: Final = 50  # of the middles of all lines; the segmenter knows paler ones
MIN_APART: Final = 0.5  # share of the lines beside which the paper is pale; not in millimetre paper
MIN_DARKER: Final = 20  # of ink that is darker than the line on which it is
MIN_DARKER_SHARE: Final = 0.15  # the same, as a share of the line's darkness
MAX_PALER: Final = 25  # of what joins ink, below the darkness of that ink
STRETCH: Final = 75  # reduced pixels of a line that are about equally dark and broad
PIECE: Final = 12  # reduced pixels of a line that is straight
MAX_BENDS: Final = 3  # degree of the curve by which a line departs from its place
PIECES: Final = 4  # of a line, for each degree
MIN_FREE: Final = 0.6  # share of a line's pieces that no writing hides
EDGE: Final = 0.1  # of a line's darkness, which its soft edge has
MAX_DARKER_STRETCH: Final = 1.2  # of a line's usual darkness, in a stretch of it
MAX_APART: Final = 0.4  # pixels by which a line's middle may be elsewhere
SAMPLES: Final = 24  # columns of a piece or a stretch that are examined

Plane = NDArray[np.uint8]  # (h, w)
Picture = NDArray[np.uint8]  # (h, w, channels)


class _Drawn(NamedTuple):
    """How dark a line is, how broad in pixels, and whether there is pale paper at both sides."""

    strength: float
    width: int
    is_apart: bool


def without_ruling(picture: Picture, but_squares: bool = False) -> Picture:
    """The picture without its strongly printed squares or rules; itself where there are none.

    It is uint8 (h, w, channels), with dark ink on light paper. but_squares: leave squares.
    """
    if min(picture.shape[:2]) < MIN_SIDE:
        return picture
    # Most pixels of a large picture tell nothing about its lines.
    step = max(max(picture.shape[:2]) // SIDE, 1)
    sample = np.ascontiguousarray(picture[::step, ::step])
    small = reduce_to_side(sample, SMALL_SIDE)
    darkest = _darkest(small)
    lines = find_ruling_lines(_darkness(darkest, _paper(darkest)), MIN_DARKNESS)
    if lines is None or (but_squares and all(lines)):
        return picture
    scale = min(SIDE, max(sample.shape[:2])) / max(small.shape[:2])
    views = []
    for reduce in (_darkest, _mean)[: picture.shape[2]]:
        plane = reduce_to_side(reduce(sample), SIDE)
        views.append(_darkness(plane, _resized(_paper(reduce(small)), plane.shape)))
    erased = _printed(views, lines, scale)
    if erased is None:
        return picture
    high, wide = picture.shape[:2]
    is_erased = cv2.resize(erased, (wide, high), interpolation=cv2.INTER_NEAREST) > 0
    unruled = picture.copy()
    for channel in range(small.shape[2]):
        level = _resized(_paper(np.ascontiguousarray(small[..., channel])), picture.shape)
        unruled[..., channel][is_erased] = level[is_erased]
    return unruled


def _resized(plane: Plane, shape: tuple[int, ...]) -> Plane:
    """A plane that changes slowly, as large as a picture of a shape (h, w, ...)."""
    return np.asarray(cv2.resize(plane, shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def _darkest(picture: Picture) -> Plane:
    """The darkest channel of each pixel, in which lines and ink of any colour are dark."""
    first, *others = cv2.split(picture)
    for plane in others:
        first = cv2.min(first, plane)
    return np.asarray(first, np.uint8)


def _mean(picture: Picture) -> Plane:
    """The mean of the channels of each pixel, in which black ink is darker than coloured lines."""
    channels = picture.shape[2]
    return np.asarray(cv2.transform(picture, np.full((1, channels), 1 / channels)), np.uint8)


def _paper(plane: Plane) -> Plane:
    """The level of the paper around each pixel of a reduced picture."""
    square = np.ones((PAPER, PAPER), np.uint8)
    light = cv2.morphologyEx(plane, cv2.MORPH_CLOSE, square)
    return np.asarray(cv2.blur(light, (PAPER, PAPER)), np.uint8)


def _darkness(plane: Plane, paper: Plane) -> Plane:
    """See MIN_DARKNESS."""
    left = cv2.divide(plane, np.maximum(paper, 1), scale=255)
    return np.asarray(cv2.bitwise_not(left), np.uint8)


def _printed(views: list[Plane], lines: RulingLines, scale: float) -> Plane | None:
    """Which pixels are of lines and not of ink: 255 there, (h, w); None where lines are pale.

    views: the darkness of each pixel, (h, w), in some ways to see colours. Ink is darker than a
    line in one of them. scale: pixels to one of the reduced picture.
    """
    darkness = views[0]
    expected, is_line, drawn = _expected(darkness, lines, scale)
    strength = np.median([line.strength for line in drawn]) if drawn else 0.0
    if strength < MIN_STRENGTH or np.mean([line.is_apart for line in drawn]) < MIN_APART:
        return None
    is_ink = _is_darker(darkness, expected)
    for view in views[1:]:
        is_ink |= _is_darker(view, _expected(view, lines, scale)[0])
    is_line[is_ink] = 0
    beside = np.where(is_line, 0, darkness).astype(np.uint8)
    side = 2 * round(float(np.median([line.width for line in drawn])) / 2) + 3
    joined = cv2.morphologyEx(beside, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    is_pale = joined < MIN_DARKNESS
    is_line[~is_pale & (darkness.astype(np.int16) + MAX_PALER >= joined)] = 0
    return is_line


def _expected(
    darkness: Plane, lines: RulingLines, scale: float
) -> tuple[Plane, Plane, list[_Drawn]]:
    """The darkness of all lines by themselves, which pixels are theirs, and what they are like."""
    expected, is_line = np.zeros_like(darkness), np.zeros_like(darkness)
    maps = darkness, expected, is_line
    drawn = [
        _draw(line, scale, *([each.T for each in maps] if axis else maps))
        for axis, of_axis in enumerate(lines)
        for line in of_axis
    ]
    return expected, is_line, [line for line in drawn if line is not None]


def _is_darker(darkness: Plane, expected: Plane) -> NDArray[np.bool_]:
    """Where there is something darker than lines by themselves: (h, w)."""
    least = cv2.addWeighted(expected, 1 + MIN_DARKER_SHARE, expected, 0, MIN_DARKER)
    is_darker = np.where(darkness > least, 255, 0).astype(np.uint8)
    return np.asarray(cv2.medianBlur(is_darker, 3) > 0, np.bool_)  # without specks


def _draw(
    line: RulingLine, scale: float, darkness: Plane, expected: Plane, is_line: Plane
) -> _Drawn | None:
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
    return _Drawn(strength, 2 * half + 1, half <= reach)


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
