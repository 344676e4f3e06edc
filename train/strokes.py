"""The two formats that pen strokes come in: UNIPEN text and Omniglot's lists of points."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Strokes = list[NDArray[np.float32]]


@dataclass
class Segment:
    """One digit of a UNIPEN file; strokes (n, 2) in the file's units, x right and y down."""

    digit: int
    writer: int
    strokes: Strokes = field(default_factory=list)


def read_unipen(text: str) -> list[Segment]:
    """The digits of UCI's UNIPEN text, in the file's order.

    `.COMMENT digit writer sample` begins a digit, `.PEN_DOWN` a stroke, `.PEN_UP` ends one.
    Strokes without points are left out. Raises ValueError with the line that is anything else.
    """
    segments: list[Segment] = []
    points: list[tuple[float, float]] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        try:
            match words:
                case [".COMMENT", digit, writer, _]:
                    segments.append(Segment(int(digit), int(writer)))
                case [".PEN_DOWN"]:
                    points = []
                case [".PEN_UP"]:
                    if points:
                        segments[-1].strokes.append(np.array(points, np.float32))
                    points = None
                case [x, y] if points is not None:
                    points.append((float(x), -float(y)))
                case [name, *_] if not name.startswith("."):
                    raise ValueError("expected a keyword or a point of a stroke")
        except (ValueError, IndexError) as error:
            raise ValueError(f"line {number}: expected UNIPEN text, came {line!r}") from error
    if points is not None:
        raise ValueError("expected .PEN_UP after the last .PEN_DOWN, came the end of the file")
    return segments


def read_omniglot(text: str) -> Strokes:
    """The strokes of one Omniglot drawing, (n, 2) in pixels of its bitmap, x right and y down.

    Lines are `x,y,milliseconds` with y negative downwards, between START and BREAK. Raises
    ValueError with the line that is anything else.
    """
    return [np.array(points, np.float32) for points in _omniglot_strokes(text) if points]


def _omniglot_strokes(text: str) -> Iterator[list[tuple[float, float]]]:
    points: list[tuple[float, float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line == "BREAK":
            yield points
            points = []
        elif line != "START":
            try:
                x, y, _ = line.split(",")
                points.append((float(x), -float(y)))
            except ValueError as error:
                raise ValueError(f"line {number}: expected x,y,milliseconds, came {line!r}") from error
    if points:
        raise ValueError("expected BREAK after the last point, came the end of the file")
