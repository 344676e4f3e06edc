"""Takes the squares or rules of paper out of a picture before writing is looked for in it.

The segmenter takes strong ones for ink, and loses the ink that crosses them.

How dark a line is shows along all of its length. What is darker than that is ink on it, and so is
what joins ink on both sides of it and is as dark as that ink.
"""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.paper.sheets import continued, find_sheet
from app.ink.printed.ruling_darkness import MIN_DARKER, DrawnLine, Plane, draw_line
from app.ink.printed.ruling_lines import RulingLines, find_ruling_lines
from app.ink.resize import reduce_to_side

SIDE: Final = 1000  # pixels: the longer side of the picture in which lines are erased
SMALL_SIDE: Final = 480  # the same of the reduced picture in which they are looked for
MIN_SIDE: Final = 160  # pixels; smaller pictures show hardly a square
PAPER: Final = 21  # reduced pixels: lines and strokes are thinner, and light changes more slowly
# Darkness is the share of the paper's light that is missing, in levels of 255.
MIN_DARKNESS: Final = 26  # of a line's pixel
MIN_STRENGTH: Final = 50  # of the middles of all lines; the segmenter knows paler ones
MIN_APART: Final = 0.5  # share of the lines beside which the paper is pale; not in millimetre paper
MIN_DARKER_SHARE: Final = 0.15  # the same, as a share of the line's darkness
MAX_PALER: Final = 25  # of what joins ink, below the darkness of that ink

Picture = NDArray[np.uint8]  # (h, w, channels)


class Bands(NamedTuple):
    """Where lines are, and what is surely ink on them, as it is beside their middles.

    All are planes with 255 there. thickness: of the lines, in pixels.
    """

    levels: Plane
    uprights: Plane
    ink: Plane
    thickness: int


class _Ruling(NamedTuple):
    """The lines of a picture, the picture reduced, in which they were found, and its darkness.

    views: the darkness of each pixel, (h, w), in some ways to see colours. scale: their pixels to
    one of the reduced picture.
    """

    lines: RulingLines
    small: Picture
    views: list[Plane]
    scale: float


def without_ruling(picture: Picture) -> Picture:
    """The picture without its strongly printed squares or rules; itself where there are none.

    It is uint8 (h, w, channels), with dark ink on light paper. Lines of a sheet that lies on a
    darker desk go from edge to edge of the sheet.
    """
    unruled = _without_ruling(picture, None)
    sheet = find_sheet(picture) if unruled is picture else None
    if sheet is None:
        return unruled
    part = picture[sheet.window]
    unruled_part = _without_ruling(part, sheet.mask)
    if unruled_part is not part:
        unruled = picture.copy()
        unruled[sheet.window] = unruled_part
    return unruled


def _without_ruling(picture: Picture, sheet: Plane | None) -> Picture:
    """As `without_ruling`, for a picture that shows nothing but paper.

    sheet: where it does, 255 there, reduced; None for everywhere.
    """
    ruling = _find_ruling(picture, sheet)
    erased = None if ruling is None else _printed(ruling)
    if ruling is None or erased is None:
        return picture
    is_erased = _enlarged(erased, picture.shape) > 0
    if sheet is not None:
        is_erased &= _enlarged(sheet, picture.shape) > 0
    unruled = picture.copy()
    for channel in range(picture.shape[2]):
        level = _resized(_paper(np.ascontiguousarray(ruling.small[..., channel])), picture.shape)
        unruled[..., channel][is_erased] = level[is_erased]
    return unruled


def find_bands(picture: Picture) -> Bands | None:
    """Where the strongly printed lines of a picture are, see `without_ruling`; None without any."""
    ruling = _find_ruling(picture)
    if ruling is None:
        return None
    darkness = ruling.views[0]
    expected, bands, drawn = _expected(darkness, ruling.lines, ruling.scale)
    if not _are_strong(drawn):
        return None
    is_ink = np.where(_is_darker(darkness, expected), 255, 0).astype(np.uint8)
    levels, uprights, ink = (_enlarged(each, picture.shape) for each in (*bands, is_ink))
    enlarged = len(picture) / len(darkness)
    return Bands(levels, uprights, ink, round(_usual_width(drawn) * enlarged))


def _find_ruling(picture: Picture, sheet: Plane | None = None) -> _Ruling | None:
    """The lines of a picture's paper; None where it has none that go through it.

    sheet: see `_without_ruling`.
    """
    if min(picture.shape[:2]) < MIN_SIDE:
        return None
    # Most pixels of a large picture tell nothing about its lines.
    step = max(max(picture.shape[:2]) // SIDE, 1)
    sample = np.ascontiguousarray(picture[::step, ::step])
    small = reduce_to_side(sample, SMALL_SIDE)
    if sheet is not None:
        small = continued(small, _enlarged(sheet, small.shape))
    darkest = _darkest(small)
    lines = find_ruling_lines(_darkness(darkest, _paper(darkest)), MIN_DARKNESS)
    if lines is None:
        return None
    scale = min(SIDE, max(sample.shape[:2])) / max(small.shape[:2])
    views = []
    for reduce in (_darkest, _mean)[: picture.shape[2]]:
        plane = reduce_to_side(reduce(sample), SIDE)
        views.append(_darkness(plane, _resized(_paper(reduce(small)), plane.shape)))
    return _Ruling(lines, small, views, scale)


def _enlarged(plane: Plane, shape: tuple[int, ...]) -> Plane:
    """Pixels of lines in a picture of a shape (h, w, ...)."""
    return np.asarray(cv2.resize(plane, shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8)


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


def _printed(ruling: _Ruling) -> Plane | None:
    """Which pixels are of lines and not of ink: 255 there, (h, w); None where lines are pale.

    Ink is darker than a line in one of the views.
    """
    lines, _, views, scale = ruling
    darkness = views[0]
    expected, bands, drawn = _expected(darkness, lines, scale)
    if not _are_strong(drawn):
        return None
    is_line = np.asarray(cv2.bitwise_or(*bands), np.uint8)
    is_ink = _is_darker(darkness, expected)
    for view in views[1:]:
        is_ink |= _is_darker(view, _expected(view, lines, scale)[0])
    is_line[is_ink] = 0
    beside = np.where(is_line, 0, darkness).astype(np.uint8)
    side = 2 * round(_usual_width(drawn) / 2) + 3
    joined = cv2.morphologyEx(beside, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    is_pale = joined < MIN_DARKNESS
    is_line[~is_pale & (darkness.astype(np.int16) + MAX_PALER >= joined)] = 0
    return is_line


def _are_strong(drawn: list[DrawnLine]) -> bool:
    """Whether lines are dark, with pale paper between most of them."""
    strength = np.median([line.strength for line in drawn]) if drawn else 0.0
    return bool(
        strength >= MIN_STRENGTH and np.mean([line.is_apart for line in drawn]) >= MIN_APART
    )


def _usual_width(drawn: list[DrawnLine]) -> float:
    return float(np.median([line.width for line in drawn]))


def _expected(
    darkness: Plane, lines: RulingLines, scale: float
) -> tuple[Plane, list[Plane], list[DrawnLine]]:
    """The darkness of all lines by themselves, which pixels are theirs, and what they are like."""
    expected = np.zeros_like(darkness)
    bands = [np.zeros_like(darkness) for _ in lines]
    drawn = []
    for axis, of_axis in enumerate(lines):
        maps = [each.T if axis else each for each in (darkness, expected, bands[axis])]
        drawn += [draw_line(line, scale, *maps) for line in of_axis]
    return expected, bands, [line for line in drawn if line is not None]


def _is_darker(darkness: Plane, expected: Plane) -> NDArray[np.bool_]:
    """Where there is something darker than lines by themselves: (h, w)."""
    least = cv2.addWeighted(expected, 1 + MIN_DARKER_SHARE, expected, 0, MIN_DARKER)
    is_darker = np.where(darkness > least, 255, 0).astype(np.uint8)
    return np.asarray(cv2.medianBlur(is_darker, 3) > 0, np.bool_)  # without specks
