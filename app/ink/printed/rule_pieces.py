"""Drops pieces of printed lines that the segmenter takes for writing: of tables, and of margins.

It sees only a piece of such a line, an upright one as a 1 and a level one as a minus. In the
picture, the line goes on beyond the piece.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, InkMap, Mask
from app.ink.parts import MIN_PART
from app.ink.printed.dividers import upright_rule

MAX_SLIMNESS: Final = 0.3  # ratio of a piece's width to its length
MAX_TRIED: Final = 24  # slim components of a map that are examined; only clutter has more
# In usual heights of the writing.
MIN_UPRIGHT: Final = 0.5  # length of a piece
MIN_LEVEL: Final = 0.2
MIN_MEASURE: Final = 0.2  # of a line's length: lower pieces do not tell how high writing is
# Of the highest writing: a longer upright line is an edge or a rule.
MAX_HEIGHT: Final = 3.0
MAX_HEIGHT_BESIDE_LINES: Final = 1.8
MAX_FOOT_GAP: Final = 0.5  # heights of writing between its foot and that of a much higher 1
REACH: Final = 0.5  # how far beyond a piece the line is looked for
MARGIN: Final = 0.15  # of paper to both sides of it there
MIN_GAP: Final = 0.3  # between writing and an upright piece that need go on at one end only
MAX_SEEN: Final = 0.3  # share of the length in which the line goes on that may be in the map too
MIN_OFF: Final = 2.0  # pixels of the picture: how far beside it a thin line may seem to go on
MIN_CONTRAST: Final = 0.6  # of a line to that of a piece of it
MIN_ALIKE: Final = 0.9  # cosine of the angle between their colours, as differences from the paper

Area = tuple[float, float, float, float]  # left, top, right and bottom in pixels of the picture


def without_rule_pieces(ink: InkMap, image: NDArray[np.uint8]) -> Mask:
    """A map's mask without pieces of lines that go on in the picture, beside writing.

    image: uint8 (h, w, channels). A 1 ends where the writing beside it does. Where another 1 is
    below it, the map shows that one too.
    """
    parts = ink.parts
    _, _, width, height = parts.boxes.T
    is_upright, is_level = width < MAX_SLIMNESS * height, height < MAX_SLIMNESS * width
    is_large = parts.areas > MIN_PART * parts.areas.max()
    is_writing = is_large & ~is_upright & ~is_level
    is_writing[0] = False
    if not is_writing.any():
        return ink.mask
    usual = float(np.median(height[is_writing]))
    upright = np.flatnonzero(is_large & is_upright & (height > MIN_UPRIGHT * usual))
    level = np.flatnonzero(is_large & is_level & (width > MIN_LEVEL * usual))
    if not 0 < len(upright) + len(level) <= MAX_TRIED:
        return ink.mask
    is_kept = np.ones(len(height), np.bool_)
    for index in upright:
        box = parts.boxes[index]
        if _is_edge(box, parts.boxes[is_writing], len(ink.mask)):
            is_kept[index] = False
            continue
        ends = _ends_that_go_on(ink, image, box, usual)
        is_apart = _gap(box, parts.boxes[is_writing]) > MIN_GAP * usual
        is_kept[index] = not ends or (ends == 1 and not is_apart)
    lying = replace(ink, mask=ink.mask.T, left=ink.top, top=ink.left)
    for index in level:
        box = parts.boxes[index][[1, 0, 3, 2]]
        is_kept[index] = not _ends_that_go_on(lying, image.swapaxes(0, 1), box, usual)
    return ink.mask if is_kept.all() else parts.mask(is_kept)


def _is_edge(box: NDArray[np.int32], writing: Boxes, high: int) -> bool:
    """Whether an upright line is too long for a 1: beside several lines of writing, or by itself.

    A 1 may be much higher than the zeros after it if it ends on their foot line, and dots and
    dashes are no measure for it. high: pixels from the map's upper to its lower edge.
    """
    top, bottom = int(box[1]), int(box[1] + box[3])
    feet = writing[:, 1] + writing[:, 3]
    is_on_foot_line = (np.abs(feet - bottom) <= MAX_FOOT_GAP * writing[:, 3]).all()
    if is_on_foot_line and top > 1 and bottom < high - 1:
        return False
    writing = writing[writing[:, 3] >= MIN_MEASURE * box[3]]
    if not len(writing):
        return False
    ratio = box[3] / writing[:, 3].max()
    tops, feet = writing[:, 1], writing[:, 1] + writing[:, 3]
    is_beside = (feet > top) & (tops < bottom)
    spans_lines = is_beside.any() and tops[is_beside].max() > feet[is_beside].min()
    return bool(ratio > MAX_HEIGHT or (spans_lines and ratio > MAX_HEIGHT_BESIDE_LINES))


def _ends_that_go_on(
    ink: InkMap, image: NDArray[np.uint8], box: NDArray[np.int32], usual: float
) -> int:
    """At how many ends of an upright piece the line goes on in the picture."""
    return sum(_goes_on(ink, image, box, usual, is_above) for is_above in (True, False))


def _goes_on(
    ink: InkMap, image: NDArray[np.uint8], box: NDArray[np.int32], usual: float, is_above: bool
) -> bool:
    """Whether a line goes on above or below a piece of it where the map shows nothing."""
    x, y, width, height = (int(value) for value in box)
    reach, margin = round(REACH * usual), round(MARGIN * usual)
    top, bottom = (y - reach, y - 1) if is_above else (y + height + 1, y + height + reach)
    left, right = x - margin, x + width + margin
    seen = ink.mask[max(top, 0) : max(bottom, 0), max(left, 0) : right]
    if seen.size and (seen > 0).any(axis=1).mean() > MAX_SEEN:
        return False
    beyond = _in_picture(ink, left, top, right, bottom)
    line = upright_rule(image, beyond)
    if line is None or not _is_in_line(ink, box, line, (top + bottom) / 2):
        return False
    return _are_alike(image, _in_picture(ink, left, y, right, y + height), beyond)


def _is_in_line(ink: InkMap, box: NDArray[np.int32], line: float, row: float) -> bool:
    """Whether an upright line is where a piece of it would go on, and not beside a 1.

    line: its x in pixels of the picture at a row of the map.
    """
    x, y, width, height = (int(value) for value in box)
    seen = ink.mask[y : y + height, x : x + width] > 0
    thickness = float(np.median(seen.sum(axis=1)))
    rows = np.flatnonzero(seen.any(axis=1))
    middles = (seen @ np.arange(width))[rows] / seen.sum(axis=1)[rows]
    slope, start = np.polyfit(rows, middles, 1)
    place = x + start + slope * (row - y)
    off = abs((line - ink.left) * ink.scale - place)
    return bool(off <= max(thickness / 2, MIN_OFF * ink.scale))


def _in_picture(ink: InkMap, left: float, top: float, right: float, bottom: float) -> Area:
    """A box of a map in pixels of the picture."""
    x, y, scale = ink.left, ink.top, ink.scale
    return left / scale + x, top / scale + y, right / scale + x, bottom / scale + y


def _are_alike(image: NDArray[np.uint8], piece: Area, beyond: Area) -> bool:
    """Whether an upright line beyond a piece is as dark as it and of its colour.

    A 1 beside a margin is not a piece of it.
    """
    of_piece, of_line = _colour(image, piece), _colour(image, beyond)
    strength, of_rest = float(np.linalg.norm(of_piece)), float(np.linalg.norm(of_line))
    is_alike = float(of_piece @ of_line) >= MIN_ALIKE * strength * of_rest
    return is_alike and of_rest >= MIN_CONTRAST * strength


def _colour(image: NDArray[np.uint8], area: Area) -> NDArray[np.float64]:
    """How the upright line in an area differs from the paper: (channels,), of the median row."""
    left, top, right, bottom = (max(round(edge), 0) for edge in area)
    part = image[top : max(bottom, top + 1), left:right].astype(np.float64)
    differences = part - np.median(part, axis=1, keepdims=True)
    place = np.abs(differences).sum(axis=2).argmax(axis=1)
    return np.asarray(np.median(differences[np.arange(len(part)), place], axis=0), np.float64)


def _gap(box: NDArray[np.int32], writing: Boxes) -> float:
    """The pixels between a piece and the nearest writing beside it; infinite without any."""
    x, y, width, height = writing.T
    is_beside = (y < box[1] + box[3]) & (y + height > box[1])
    gaps = np.maximum(x - box[0] - box[2], box[0] - x - width)[is_beside]
    return float(max(gaps.min(), 0)) if len(gaps) else np.inf
