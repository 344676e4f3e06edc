"""Lines of possible digits: the glyph of each, and which of them are the best reading."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app import glyph
from app.ink import image as picture
from app.ink import strokes as ink
from app.ink.ink_map import InkMap
from app.reading import UnreadableInput
from app.segmentation import components, lattice, text_lines

APART: Final = 1.2  # line heights between two numbers on one line
# A narrower gap parts them too where the others on the line are all the narrower.
SPACE: Final = 0.7  # line heights, of such a gap
WIDER: Final = 3.0  # times the usual gap
MOST_PARTS: Final = 600  # strokes or pieces of ink in one input; a sheet of 100 digits has 200
# In the possible digits of a line on a picture, which are many and large only in clutter; 0.3 s.
MOST_PIXELS: Final = 50_000_000
# Points of a stroke; one of more takes as long to draw as several, and counts as several.
USUAL: Final = 16


@dataclass(frozen=True, eq=False)
class Line:
    """parts: boxes (n, 4) of strokes or pieces from left to right: left, top, right, bottom.

    sliced, crossing: see `segment.best_path`. runs: the candidates. glyphs: uint8 (runs, 28, 28).
    """

    parts: NDArray[np.float64]
    sliced: NDArray[np.bool_] | None
    runs: list[lattice.Run]
    glyphs: NDArray[np.uint8]
    crossing: NDArray[np.bool_] | None = None

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """Of the runs, (n, 4)."""
        return lattice.boxes_of(self.parts, self.runs)

    def best_path(self, logits: NDArray[np.float32]) -> list[int]:
        """The runs that make the best reading; logits (runs, 11), divided by the temperature."""
        return lattice.best_path(self.parts, self.runs, logits, self.sliced, self.crossing)

    def numbers(self, path: list[int]) -> NDArray[np.int64]:
        """Which number of the line each digit of a path belongs to, from 0 on."""
        if len(path) == 1:
            return np.zeros(1, np.int64)
        boxes = self.boxes[path]
        height = float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0))
        gaps = boxes[1:, 0] - boxes[:-1, 2]
        usual = float(np.median(gaps)) if len(gaps) > 2 else np.inf
        apart = (gaps > APART * height) | (gaps > np.maximum(SPACE * height, WIDER * usual))
        return np.concatenate([[0], np.cumsum(apart)]).astype(np.int64)


def of_ink(strokes: Sequence[ArrayLike], single: bool = False) -> list[Line]:
    """Strokes, see `ink.checked`, in lines from top to bottom; none without a point of ink.

    single: all strokes are one character. Raises UnreadableInput.
    """
    found = ink.checked(strokes)
    if not found:
        return []
    if single:
        x, y, width, height = ink.bounds(found)
        return [_single((x, y, x + width, y + height), glyph.from_strokes(found))]
    return _of_strokes(found)


def of_image(image: NDArray[np.uint8], single: bool = False) -> Iterator[list[Line]]:
    """The ink of a picture, see `picture.checked`, in lines from top to bottom.

    A picture can be looked at in several ways, see `picture.looks`: yields the lines of each, the
    likeliest to be right first; nothing without ink. single: all ink is one character. Raises
    UnreadableInput.
    """
    for found in picture.ink_maps(image):
        if single:
            pixels, (x, y, width, height) = picture.cut_out(found, image.shape)
            yield [_single((x, y, x + width, y + height), glyph.from_ink(pixels))]
        else:
            yield _of_picture(found)


def _of_strokes(strokes: glyph.Strokes) -> list[Line]:
    _check(len(strokes), "strokes")
    boxes = np.array([(*stroke.min(axis=0), *stroke.max(axis=0)) for stroke in strokes])
    weight = max(len(strokes), sum(map(len, strokes)) // USUAL)
    found = []
    for line in text_lines.lines(boxes):
        parts, own = boxes[line], [strokes[part] for part in line]
        runs = lattice.runs(parts, parts=weight)
        glyphs = np.array([glyph.from_strokes(own[first:last]) for first, last in runs])
        crossing = text_lines.crossings(own, parts) if len(runs) > 1 else None
        found.append(Line(parts, None, runs, glyphs, crossing))
    return found


def _of_picture(found: InkMap) -> list[Line]:
    labels, boxes = components.connected(found.mask)
    _check(len(boxes), "pieces of ink")
    order = text_lines.lines(boxes)
    edges = [components.edges(found, labels, boxes, line) for line in order]
    count = sum(len(columns) - 1 for line in edges for columns in line)
    if count > MOST_PARTS:  # this is no writing, which would be cut in few places
        edges = [[[columns[0], columns[-1]] for columns in line] for line in edges]
        count = len(boxes)
    lines = []
    for line, columns in zip(order, edges, strict=True):
        parts = components.cut(labels, boxes, line, columns)
        runs = lattice.runs(parts.boxes, parts.sliced, count)
        excess = _area(lattice.boxes_of(parts.boxes, runs)) / MOST_PIXELS
        if excess > 1:
            runs = lattice.runs(parts.boxes, parts.sliced, math.ceil(count * excess))
        glyphs = [glyph.from_ink(parts.crop(found, first, last)) for first, last in runs]
        places = parts.boxes / found.scale + np.array([found.left, found.top] * 2)  # of the picture
        lines.append(Line(places, parts.sliced, runs, np.stack(glyphs)))
    return lines


def _single(box: tuple[float, float, float, float], normal: NDArray[np.uint8]) -> Line:
    """Everything as one character; box: left, top, right, bottom; normal: uint8 (28, 28)."""
    return Line(np.array([box], np.float64), None, [(0, 1)], normal[None])


def _area(boxes: NDArray[np.float64]) -> float:
    return float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())


def _check(count: int, what: str) -> None:
    if count > MOST_PARTS:
        raise UnreadableInput(f"expected at most {MOST_PARTS} {what}, came {count}")
