"""Reads strokes from ink files: JSON in several shapes, and InkML."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.ink import inkml
from app.ink.input_file import read_bytes
from app.ink.strokes import checked
from app.reading import UnreadableInput

INK_SUFFIXES: Final = (".json", ".inkml")
SHAPES: Final = (
    'strokes [[[x, y], ...], ...] or [[{"x": x, "y": y}, ...], ...], alone or as {"strokes": ...},'
    ' [{"points": [...]}, ...] of a signature pad, {"drawing": [[xs, ys], ...]} of Quick, Draw!,'
    " or InkML"
)


def load(path: Path) -> glyph.Strokes:
    """The strokes of an ink file, see `decode`. Raises UnreadableInput, which names the path."""
    content = read_bytes(path)
    try:
        return decode(content)
    except UnreadableInput as error:
        raise UnreadableInput(f"{path}: {error}") from error


def decode(content: bytes) -> glyph.Strokes:
    """The strokes in JSON or InkML as float64 arrays (n, 2), x right and y down.

    Other values of a point, such as time and pressure, are left out. Raises UnreadableInput.
    """
    if inkml.is_inkml(content):
        return checked(inkml.decode(content))
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        message = f"expected {SHAPES}, got text that is not JSON"
        raise UnreadableInput(f"{message} ({error})") from error
    return from_json(value)


def from_json(value: object) -> glyph.Strokes:
    """The strokes in a JSON value of one of the SHAPES. Raises UnreadableInput."""
    if isinstance(value, Mapping):
        if "drawing" in value:
            return checked([_of_columns(index, each) for index, each in _listed(value["drawing"])])
        if set(value) != {"strokes"}:
            raise UnreadableInput(f"expected {SHAPES}, got an object with {_keys(value)}")
        value = value["strokes"]
    if not _is_list(value):
        raise UnreadableInput(f"expected {SHAPES}, got {type(value).__name__}")
    return checked([_of_points(index, each) for index, each in _listed(value)])


def _listed(value: object) -> list[tuple[int, Any]]:
    """The entries of a list with their indices."""
    if not isinstance(value, list):
        raise UnreadableInput(f"expected a list of strokes, got {type(value).__name__}")
    return list(enumerate(value))


def _of_columns(index: int, stroke: Any) -> NDArray[np.float64]:
    """A stroke of Quick, Draw!, [xs, ys] or [xs, ys, times], as float64 (n, 2)."""
    expected = f"stroke {index}: expected lists xs and ys of equal length"
    if not (_is_list(stroke) and len(stroke) >= 2 and all(map(_is_list, stroke[:2]))):
        raise UnreadableInput(f"{expected}, got another value")
    xs, ys = stroke[:2]
    if len(xs) != len(ys):
        raise UnreadableInput(f"{expected}, got {len(xs):,} and {len(ys):,} numbers")
    return _numbers(index, list(zip(xs, ys, strict=True)))


def _of_points(index: int, stroke: Any) -> NDArray[np.float64]:
    """A stroke of points as float64 (n, 2); a signature pad puts them into an object."""
    if isinstance(stroke, Mapping) and "points" in stroke:
        stroke = stroke["points"]
    if not _is_list(stroke):
        name = type(stroke).__name__
        raise UnreadableInput(f"stroke {index}: expected a list of points, got {name}")
    return _numbers(index, [_position(index, point) for point in stroke])


def _position(index: int, point: Any) -> tuple[Any, Any]:
    """x and y of a point, which is a list that begins with them, or an object with these keys."""
    if isinstance(point, Mapping) and "x" in point and "y" in point:
        return point["x"], point["y"]
    if _is_list(point) and len(point) >= 2:
        return point[0], point[1]
    shown = f"{len(point)} values" if _is_list(point) else repr(point)[:50]
    expected = 'expected points [x, y] or {"x": x, "y": y}'
    raise UnreadableInput(f"stroke {index}: {expected}, got {shown}")


def _numbers(index: int, points: list[tuple[Any, Any]]) -> NDArray[np.float64]:
    """Points as float64 (n, 2). Raises UnreadableInput unless all x and y are numbers."""
    for x, y in points:
        if type(x) not in (int, float) or type(y) not in (int, float):
            shown = f"{x!r:.20}, {y!r:.20}"
            raise UnreadableInput(f"stroke {index}: expected x and y to be numbers, got {shown}")
    try:
        return np.array(points, np.float64).reshape(-1, 2)
    except OverflowError as error:
        message = f"stroke {index}: expected numbers that a float64 can hold, got a larger one"
        raise UnreadableInput(message) from error


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _keys(value: Mapping[str, Any]) -> str:
    return ", ".join(f'"{key}"' for key in list(value)[:5])[:100] or "no keys"
