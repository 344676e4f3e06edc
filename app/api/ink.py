"""Decodes strokes from the JSON or InkML of a request's body."""

import json
import re
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.api.errors import ApiError
from app.api.json_errors import reason
from app.api.limits import Limits
from app.api.picture_body import PICTURE
from app.api.schemas import (
    Ink,
    Point,
    Position,
    QuickDraw,
    SignatureStroke,
    check_columns,
    of_columns,
)
from app.ink.files import inkml
from app.reading import UnreadableInput

EXAMPLE: Final = 'Send {"strokes": [[[x, y], ...], ...]}'
_LIST: Final = re.compile(r"\s*\[")
_DRAWING: Final = re.compile(r'\s*\{[^\[{]*"drawing"\s*:')
_INK_DECODER: Final = msgspec.json.Decoder(Ink)
_LIST_DECODER: Final = msgspec.json.Decoder(list[list[Point] | SignatureStroke])
_DRAWING_DECODER: Final = msgspec.json.Decoder(QuickDraw)
_STROKE_DECODER: Final = msgspec.json.Decoder(SignatureStroke)

Stroke = NDArray[np.float64]


def decode_ink(content: bytes, limits: Limits) -> list[Stroke]:
    """The strokes of a body, float64 arrays (n, 2) in pixels, x right and y down.

    Raises ApiError for a body that is neither JSON nor InkML, for JSON that is none of the drawings
    of `app.api.schemas`, and for more strokes or points than the limits allow.
    """
    if inkml.is_inkml(content):
        return _from_inkml(content, limits)
    try:
        # JSON in UTF-16 or UTF-32 is accepted too, as by Python's own parser.
        text = content.decode(json.detect_encoding(content), "surrogatepass")
        strokes = _decode(text)
    except msgspec.ValidationError as error:
        problem = reason(error)
        # An object of other names may be meant as a picture.
        example = EXAMPLE if problem.startswith("at ") else f"{EXAMPLE}, or for a picture {PICTURE}"
        message = f"The body is not a drawing: {problem}. {example}."
        raise ApiError("unprocessable", message) from error
    except UnicodeError as error:  # a picture whose client declares JSON by habit, for example
        problem = "expected text in UTF-8, got other bytes"
        message = f"The body is not JSON: {problem}. {EXAMPLE}, or a picture with its own type."
        raise ApiError("invalid_request", message) from error
    except (msgspec.DecodeError, RecursionError) as error:
        problem = str(error).removeprefix("JSON is malformed: ")
        if problem.startswith("trailing characters"):
            problem += ", where a request is one drawing"
        message = f"The body is not JSON: {problem}. JSON has no NaN and no Infinity. {EXAMPLE}."
        raise ApiError("invalid_request", message) from error
    _check_size(len(strokes), sum(map(len, strokes)), limits)
    return [_as_array(stroke) for stroke in strokes]


def _decode(text: str) -> Sequence[Sequence[Point]]:
    """The strokes of a drawing in any of the JSON forms. Raises msgspec's exceptions."""
    if _DRAWING.match(text):
        return [_of_quick_draw(stroke) for stroke in _DRAWING_DECODER.decode(text).drawing]
    is_list = _LIST.match(text)
    if not is_list and '"strokes"' not in text and '"x"' in text:  # one stroke's object alone
        return [_STROKE_DECODER.decode(text).positions()]
    strokes = _LIST_DECODER.decode(text) if is_list else _INK_DECODER.decode(text).strokes
    return [each.positions() if isinstance(each, SignatureStroke) else each for each in strokes]


def _of_quick_draw(stroke: list[list[float]]) -> list[Point]:
    """The points of a stroke of Quick, Draw!"""
    xs, ys = stroke[:2]
    try:
        check_columns(xs, ys)
    except ValueError as error:
        raise msgspec.ValidationError(str(error)) from error
    return of_columns(xs, ys)


def _from_inkml(content: bytes, limits: Limits) -> list[Stroke]:
    # A comma follows each point but the last of a trace, so that too many points are refused
    # before any is parsed. The decoder also counts commas that are written as numbers.
    _check_size(0, content.count(b","), limits)
    try:
        strokes = inkml.decode(content, limits.points)
    except UnreadableInput as error:
        raise ApiError("unprocessable", f"The body is not a drawing: {error}.") from error
    _check_size(len(strokes), sum(map(len, strokes)), limits)
    return strokes


def _check_size(num_strokes: int, num_points: int, limits: Limits) -> None:
    """Raises ApiError for more than the limits allow."""
    if num_strokes > limits.strokes or num_points > limits.points:
        message = (
            f"The drawing has {num_strokes:,} strokes and {num_points:,} points. Send at most"
            f" {limits.strokes:,} strokes and {limits.points:,} points."
        )
        raise ApiError("too_many_points", message)


def _as_array(stroke: Sequence[Point]) -> Stroke:
    """A stroke's points, float64 (n, 2)."""
    pairs: Any = [
        (point.x, point.y) if isinstance(point, Position) else point[:2] for point in stroke
    ]
    return np.fromiter(chain.from_iterable(pairs), np.float64, 2 * len(pairs)).reshape(-1, 2)
