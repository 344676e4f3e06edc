"""Lines of possible digits: the glyph of each, and which of them are the best reading."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app import glyph, layout, pieces, segment
from app.marks import Ink
from app.reading import UnreadableInput

APART: Final = 1.2  # line heights between two numbers on one line
MOST_PARTS: Final = 600  # strokes or pieces of ink in one input; a sheet of 100 digits has 200


@dataclass(frozen=True, eq=False)
class Line:
    """parts: boxes (n, 4) of strokes or pieces from left to right: left, top, right, bottom.

    sliced, crossing: see `segment.best_path`. runs: the candidates. glyphs: uint8 (runs, 28, 28).
    """

    parts: NDArray[np.float64]
    sliced: NDArray[np.bool_] | None
    runs: list[segment.Run]
    glyphs: NDArray[np.uint8]
    crossing: NDArray[np.bool_] | None = None

    @property
    def boxes(self) -> NDArray[np.float64]:
        """Of the runs, (n, 4)."""
        return np.array(
            [
                (*self.parts[first:last, :2].min(axis=0), *self.parts[first:last, 2:].max(axis=0))
                for first, last in self.runs
            ]
        )

    def best_path(self, logits: NDArray[np.float32]) -> list[int]:
        """The runs that make the best reading; logits (runs, 11), divided by the temperature."""
        return segment.best_path(self.parts, self.runs, logits, self.sliced, self.crossing)

    def numbers(self, path: list[int]) -> NDArray[np.int64]:
        """Which number of the line each digit of a path belongs to, from 0 on."""
        boxes = self.boxes[path]
        height = float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0))
        gaps = boxes[1:, 0] - boxes[:-1, 2]
        return np.concatenate([[0], np.cumsum(gaps > APART * height)]).astype(np.int64)


def of_strokes(strokes: glyph.Strokes) -> list[Line]:
    """Strokes (see `ink.checked`), at least one, in lines; lines from top to bottom."""
    _check(len(strokes), "strokes")
    boxes = np.array([(*stroke.min(axis=0), *stroke.max(axis=0)) for stroke in strokes])
    found = []
    for line in layout.lines(boxes):
        runs = segment.runs(boxes[line])
        glyphs = [
            glyph.from_strokes([strokes[part] for part in line[first:last]]) for first, last in runs
        ]
        crossing = layout.crossings([strokes[part] for part in line], boxes[line])
        found.append(Line(boxes[line], None, runs, np.stack(glyphs), crossing))
    return found


def of_picture(ink: Ink) -> list[Line]:
    """The ink of a picture in lines; boxes are in pixels of the picture."""
    labels, boxes = pieces.connected(ink.mask)
    _check(len(boxes), "pieces of ink")
    found = []
    for line in layout.lines(boxes):
        parts = pieces.cut(ink, labels, boxes, line)
        runs = segment.runs(parts.boxes, parts.sliced)
        glyphs = [glyph.from_ink(parts.crop(ink, first, last)) for first, last in runs]
        places = parts.boxes / ink.scale + np.array([ink.left, ink.top] * 2)
        found.append(Line(places, parts.sliced, runs, np.stack(glyphs)))
    return found


def single(boxes: NDArray[np.float64], normal: NDArray[np.uint8]) -> Line:
    """Everything as one character; boxes: (n, 4) of its parts; normal: uint8 (28, 28)."""
    return Line(boxes, None, [(0, len(boxes))], normal[None])


def _check(count: int, what: str) -> None:
    if count > MOST_PARTS:
        raise UnreadableInput(f"expected at most {MOST_PARTS} {what}, came {count}")
