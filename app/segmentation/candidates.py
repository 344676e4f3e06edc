"""The lines of text in an input, each with its candidates for digits and their glyphs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app import glyph
from app.ink.image import cut_out, ink_maps
from app.ink.ink_map import InkMap
from app.ink.strokes import bounds, checked
from app.reading import UnreadableInput
from app.segmentation import components, lattice, text_lines

MIN_NUMBER_GAP: Final = 1.2  # line heights between two numbers on one line
# A narrower gap separates numbers too where the other gaps on the line are narrower still.
MIN_SPACE: Final = 0.7  # line heights, of such a gap
MIN_SPACE_RATIO: Final = 3.0  # such a gap to the line's usual gap
MAX_PARTS: Final = 600  # strokes or connected components in one input; 100 digits have 200
# In the candidates of a line on a picture; they are many and large only in clutter; 0.3 s.
MAX_CANDIDATE_PIXELS: Final = 50_000_000
# Points of a stroke; a longer one takes as long to draw as several, and counts as several.
USUAL_POINTS: Final = 16
# What a candidate of a drawing costs: to draw its glyph, with its points, and to classify it.
CANDIDATE_SECONDS: Final = 200e-6
POINT_SECONDS: Final = 4e-6


class CostlyInk(Exception):
    """A drawing that takes longer to read than is allowed where it was asked for."""


@dataclass(frozen=True, eq=False)
class TextLine:
    """One line of text, divided into parts that candidates for digits are made of.

    parts: boxes (n, 4) of strokes or parts of components, left to right: left, top, right, bottom.
    sliced, crossing: see `lattice.best_path`. candidates: runs of parts. glyphs: uint8
    (candidates, 28, 28).
    """

    parts: NDArray[np.float64]
    sliced: NDArray[np.bool_] | None
    candidates: list[lattice.Candidate]
    glyphs: NDArray[np.uint8]
    crossing: NDArray[np.bool_] | None = None

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """The boxes of the candidates, (n, 4)."""
        return lattice.boxes_of(self.parts, self.candidates)

    def best_path(self, logits: NDArray[np.float32]) -> list[int]:
        """Which candidates make the best reading; logits (n, 11), divided by the temperature."""
        return lattice.best_path(self.parts, self.candidates, logits, self.sliced, self.crossing)

    def number_indices(self, path: list[int]) -> NDArray[np.int64]:
        """Which number of the line each digit of a path belongs to, from 0 on."""
        if len(path) == 1:
            return np.zeros(1, np.int64)
        boxes = self.boxes[path]
        height = float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0))
        gaps = boxes[1:, 0] - boxes[:-1, 2]
        usual_gap = float(np.median(gaps)) if len(gaps) > 2 else np.inf
        is_wide = gaps > MIN_NUMBER_GAP * height
        is_space = gaps > np.maximum(MIN_SPACE * height, MIN_SPACE_RATIO * usual_gap)
        return np.concatenate([[0], np.cumsum(is_wide | is_space)]).astype(np.int64)


def find_in_strokes(
    strokes: Sequence[ArrayLike], single: bool = False, max_seconds: float = math.inf
) -> list[TextLine]:
    """The lines of a drawing (see `ink.strokes.checked`) from top to bottom; none without ink.

    single: all strokes are one character. max_seconds: what reading may cost, about. Raises
    UnreadableInput, and CostlyInk before most of that time is spent.
    """
    arrays = checked(strokes)
    if not arrays:
        return []
    if single:
        x, y, width, height = bounds(arrays)
        return [_single_character((x, y, x + width, y + height), glyph.from_strokes(arrays))]
    return _lines_of_strokes(arrays, max_seconds)


def find_in_image(image: NDArray[np.uint8], single: bool = False) -> Iterator[list[TextLine]]:
    """The lines of a picture (see `ink.image.checked`) from top to bottom, once for each ink map.

    The map that is most likely right comes first; nothing comes without ink. single: all ink is
    one character. Raises UnreadableInput.
    """
    for ink in ink_maps(image):
        if single:
            pixels, (x, y, width, height) = cut_out(ink, image.shape)
            yield [_single_character((x, y, x + width, y + height), glyph.from_ink(pixels))]
        else:
            yield _lines_of_map(ink)


def _lines_of_strokes(strokes: glyph.Strokes, max_seconds: float) -> list[TextLine]:
    _check_count(len(strokes), "strokes")
    boxes = np.array([(*stroke.min(axis=0), *stroke.max(axis=0)) for stroke in strokes])
    num_parts = max(len(strokes), sum(map(len, strokes)) // USUAL_POINTS)
    lines = []
    seconds = 0.0
    for members in text_lines.group_into_lines(boxes):
        parts, line_strokes = boxes[members], [strokes[member] for member in members]
        candidates = lattice.find_candidates(parts, num_parts=num_parts)
        seconds += _seconds_to_read(candidates, line_strokes)
        if seconds > max_seconds:
            raise CostlyInk(f"expected a drawing that is read in {max_seconds} s, got a costly one")
        glyphs = np.array([glyph.from_strokes(line_strokes[a:b]) for a, b in candidates])
        crossing = text_lines.find_crossings(line_strokes, parts) if len(candidates) > 1 else None
        lines.append(TextLine(parts, None, candidates, glyphs, crossing))
    return lines


def _seconds_to_read(candidates: list[lattice.Candidate], strokes: glyph.Strokes) -> float:
    """What drawing and classifying the candidates of a line costs, about."""
    ends = [0, *accumulate(map(len, strokes))]
    num_points = sum(ends[last] - ends[first] for first, last in candidates)
    return CANDIDATE_SECONDS * len(candidates) + POINT_SECONDS * num_points


def _lines_of_map(ink: InkMap) -> list[TextLine]:
    labels, boxes = components.connected_components(ink.mask)
    _check_count(len(boxes), "pieces of ink")
    grouped = text_lines.group_into_lines(boxes)
    edges = [components.find_edges(ink, labels, boxes, members) for members in grouped]
    num_parts = sum(len(columns) - 1 for line in edges for columns in line)
    if num_parts > MAX_PARTS:  # this is not writing, which would be cut in few places
        edges = [[[columns[0], columns[-1]] for columns in line] for line in edges]
        num_parts = len(boxes)
    lines = []
    for members, columns in zip(grouped, edges, strict=True):
        parts = components.slice_at(labels, boxes, members, columns)
        candidates = lattice.find_candidates(parts.boxes, parts.sliced, num_parts)
        excess = _area(lattice.boxes_of(parts.boxes, candidates)) / MAX_CANDIDATE_PIXELS
        if excess > 1:
            more = math.ceil(num_parts * excess)
            candidates = lattice.find_candidates(parts.boxes, parts.sliced, more)
        glyphs = np.stack([glyph.from_ink(parts.crop(ink, a, b)) for a, b in candidates])
        in_picture = parts.boxes / ink.scale + np.array([ink.left, ink.top] * 2)
        lines.append(TextLine(in_picture, parts.sliced, candidates, glyphs))
    return lines


def _single_character(
    box: tuple[float, float, float, float], normal: NDArray[np.uint8]
) -> TextLine:
    """Everything as one character; box: left, top, right, bottom; normal: uint8 (28, 28)."""
    return TextLine(np.array([box], np.float64), None, [(0, 1)], normal[None])


def _area(boxes: NDArray[np.float64]) -> float:
    return float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())


def _check_count(count: int, what: str) -> None:
    if count > MAX_PARTS:
        raise UnreadableInput(f"expected at most {MAX_PARTS} {what}, got {count}")
