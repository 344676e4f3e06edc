"""Strokes as the JSON of a request's body."""

import json
from collections.abc import Sequence
from itertools import chain
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.api.errors import ApiError
from app.api.limits import Limits
from app.api.schemas import Ink, Point, Position

EXAMPLE: Final = 'Send {"strokes": [[[x, y], ...], ...]}'
_DECODER: Final = msgspec.json.Decoder(Ink)


def decode_ink(content: bytes, limits: Limits) -> list[NDArray[np.float64]]:
    """The strokes of a JSON body, float64 arrays (n, 2) in pixels, x right and y down.

    Raises ApiError for what is not JSON, for JSON that is not `app.api.schemas.Ink`, and for more
    strokes or points than the limits allow.
    """
    try:
        # JSON in UTF-16 or UTF-32 is read too, as Python's own parser does.
        text = content.decode(json.detect_encoding(content), "surrogatepass")
        strokes = _DECODER.decode(text).strokes
    except msgspec.ValidationError as error:
        reason = str(error).replace(" - at", " at")
        message = f"The body is not a drawing: {reason[0].lower() + reason[1:]}. {EXAMPLE}."
        raise ApiError("unprocessable", message) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        message = f"The body is not JSON: {reason}. JSON has no NaN and no Infinity. {EXAMPLE}."
        raise ApiError("invalid_request", message) from error
    num_points = sum(map(len, strokes))
    if len(strokes) > limits.strokes or num_points > limits.points:
        message = (
            f"The drawing has {len(strokes):,} strokes and {num_points:,} points. Send at most"
            f" {limits.strokes:,} strokes and {limits.points:,} points."
        )
        raise ApiError("too_many_points", message)
    return [_as_array(stroke) for stroke in strokes]


def _as_array(stroke: Sequence[Point]) -> NDArray[np.float64]:
    """A stroke's points, float64 (n, 2)."""
    pairs = [(point.x, point.y) if isinstance(point, Position) else point for point in stroke]
    return np.fromiter(chain.from_iterable(pairs), np.float64, 2 * len(pairs)).reshape(-1, 2)
