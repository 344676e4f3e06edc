"""Reads strokes from ink files: JSON in several shapes, JSON lines of drawings, and InkML."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.ink.files import inkml
from app.ink.files.input_file import read_bytes
from app.ink.strokes import checked
from app.reading import UnreadableInput

LINES_SUFFIX: Final = ".ndjson"  # of many drawings, one on each line, as Quick, Draw! publishes
INK_SUFFIXES: Final = (".json", ".inkml", LINES_SUFFIX)
SHAPES: Final = (
    'strokes [[[x, y], ...], ...] or [[{"x": x, "y": y}, ...], ...], alone or as {"strokes": ...},'
    ' [{"points": [...]}, ...] of a signature pad, columns {"x": xs, "y": ys} of a stroke or a list'
    ' of these, {"drawing": [[xs, ys], ...]} of Quick, Draw!, or InkML'
)


@dataclass(frozen=True)
class Drawing:
    """A drawing of a file of several.

    number: in the file, from 1 on. count: how many the file has. strokes: see `decode`, or the
    error that says why they cannot be read.
    """

    number: int
    count: int
    strokes: glyph.Strokes | UnreadableInput


def load_lines(path: Path) -> Iterator[Drawing]:
    """The drawings of a file of JSON lines, each decoded when it is asked for.

    Empty lines are passed over. A drawing that cannot be read does not affect the others. Raises
    UnreadableInput, which names the path, for a file that cannot be opened or has no drawing.
    """
    try:
        with path.open("rb") as file:
            count = sum(not line.isspace() for line in file)
            file.seek(0)
            lines = (line for line in file if not line.isspace())
            for number, line in enumerate(lines, 1):
                yield Drawing(number, count, _decode_line(line, number))
    except OSError as error:
        message = f"expected a readable file, got {error.strerror or error!r}"
        raise UnreadableInput(f"{path}: {message}") from error
    if not count:
        raise UnreadableInput(f"{path}: expected a drawing on each line, got an empty file")


def _decode_line(line: bytes, number: int) -> glyph.Strokes | UnreadableInput:
    try:
        return decode(line)
    except UnreadableInput as error:
        return UnreadableInput(f"drawing {number:,}: {error}")


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
        if getattr(error, "msg", "") == "Extra data":
            message = (
                f"expected one drawing, or a name that ends with {LINES_SUFFIX}, got more text"
            )
        raise UnreadableInput(f"{message} ({error})") from error
    return from_json(value)


def from_json(value: object) -> glyph.Strokes:
    """The strokes in a JSON value of one of the SHAPES. Raises UnreadableInput."""
    if isinstance(value, Mapping):
        if "drawing" in value:
            return checked([_of_columns(index, each) for index, each in _listed(value["drawing"])])
        if "points" in value or _is_columns(value):
            return checked([_of_points(0, value)])
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


def _is_columns(value: Mapping[str, Any]) -> bool:
    """Whether an object is a stroke with a list of x and one of y, and perhaps one of times."""
    return all(_is_list(value.get(name)) for name in ("x", "y"))


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
    """A stroke as float64 (n, 2): a list of points, or an object with that list or with columns."""
    if isinstance(stroke, Mapping) and "points" in stroke:
        stroke = stroke["points"]
    if isinstance(stroke, Mapping):
        if _is_columns(stroke):
            return _of_columns(index, [stroke["x"], stroke["y"]])
        expected = 'an object with "points", or with lists "x" and "y"'
        raise UnreadableInput(f"stroke {index}: expected {expected}, got one with {_keys(stroke)}")
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
