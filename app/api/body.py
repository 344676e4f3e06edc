"""A request's body: taken in a stream up to its limit, and made strokes where it is JSON.

What is here costs little for any input.
"""

import asyncio
import json
import math
from collections.abc import AsyncGenerator
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from app.api.errors import ApiError
from app.api.limits import Limits

INK: Final = "application/json"
FORM: Final = "multipart/form-data"
BYTES: Final = "application/octet-stream"
PICTURE: Final = "image/"
ENVELOPE: Final = 16 << 10  # bytes that a form may take beside its file
KINDS: Final = "an image type, application/octet-stream, multipart/form-data or application/json"
SHAPE: Final = 'expected {"strokes": [[[x, y], ...], ...]}'

Strokes = list[NDArray[np.float64]]


def _no_number(name: str) -> float:
    raise ValueError(f"{name}, which JSON does not have")


# Numbers all become floats: one of 400 digits is infinite then, and refused as such.
_DECODER: Final = json.JSONDecoder(parse_int=float, parse_constant=_no_number)


def kind_of(request: Request) -> str:
    """The request's media type without its parameters. Raises ApiError for one not read here."""
    came = request.headers.get("content-type", "")
    kind = came.partition(";")[0].strip().lower()
    if kind in (INK, FORM, BYTES) or (kind.startswith(PICTURE) and len(kind) > len(PICTURE)):
        return kind
    raise ApiError("unsupported_media_type", f"expected {KINDS}, came {came[:100]!r}")


async def content_of(request: Request, kind: str, limits: Limits) -> bytes:
    """The picture or the JSON, of a form its one file. Raises ApiError."""
    most = limits.ink_bytes if kind == INK else limits.body_bytes
    try:
        async with asyncio.timeout(limits.body_seconds):
            body = await _taken(request, most + (ENVELOPE if kind == FORM else 0))
            content = await _file(request, body) if kind == FORM else body
    except TimeoutError as error:
        message = f"expected the body within {limits.body_seconds} s, came a part of it"
        raise ApiError("request_timeout", message) from error
    except ClientDisconnect as error:
        raise ApiError("invalid_request", "expected a whole body, came a part of it") from error
    if len(content) > most:
        raise _too_large(most, len(content))
    if not content:
        raise ApiError("invalid_request", "expected a picture or strokes, came an empty body")
    return content


async def _taken(request: Request, most: int) -> bytes:
    """The body; refused from its length, and again while it comes, as a length may be wrong."""
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and (len(said) > 12 or int(said) > most):
        raise ApiError("payload_too_large", f"expected at most {most:,} bytes, came {said[:30]}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most, len(body))
    return bytes(body)


def _too_large(most: int, came: int) -> ApiError:
    return ApiError("payload_too_large", f"expected at most {most:,} bytes, came {came:,} or more")


async def _file(request: Request, body: bytes) -> bytes:
    """The one file of a form whose body was taken already."""

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        request.headers, stream(), max_files=1, max_fields=4, max_part_size=ENVELOPE
    )
    parser.spool_max_size = len(body)  # in memory: no picture goes to the disk
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as error:
        message = f"expected a form with one file, came {error}"
        raise ApiError("invalid_request", message) from error
    files = [part for part in form.values() if isinstance(part, UploadFile)]
    content = await files[0].read() if files else None
    await form.close()
    if content is None:
        raise ApiError("invalid_request", "expected a form with one file, came a form without")
    return content


def strokes_of(content: bytes, limits: Limits) -> Strokes:
    """The strokes of a JSON body, pixels, x right and y down. Raises ApiError."""
    try:
        found = _DECODER.decode(content.decode(json.detect_encoding(content), "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise ApiError("invalid_request", f"expected JSON, came {error}") from error
    if not isinstance(found, dict) or set(found) != {"strokes"}:
        came = f"the keys {sorted(found)}"[:200] if isinstance(found, dict) else _name(found)
        raise ApiError("unprocessable", f"{SHAPE}, came {came}")
    strokes = found["strokes"]
    if not isinstance(strokes, list) or not all(isinstance(one, list) for one in strokes):
        raise ApiError("unprocessable", f"{SHAPE}, came no list of lists as strokes")
    points = sum(map(len, strokes))
    if len(strokes) > limits.strokes or points > limits.points:
        raise ApiError(
            "too_many_points",
            f"expected at most {limits.strokes:,} strokes and {limits.points:,} points,"
            f" came {len(strokes):,} and {points:,}",
        )
    return [_stroke(number, stroke) for number, stroke in enumerate(strokes)]


def _stroke(number: int, points: list[Any]) -> NDArray[np.float64]:
    # Looked at one by one, the points would take longer than reading them.
    if set(map(type, points)) <= {list} and set(map(len, points)) <= {2}:
        flat = list(chain.from_iterable(points))
        if set(map(type, flat)) <= {float}:
            stroke = np.array(flat, np.float64).reshape(-1, 2)
            if np.isfinite(stroke).all():
                return stroke
    (came, *_) = (f"{point!r:.100}" for point in points if not _is_point(point))
    message = f"stroke {number}: expected points [x, y] of finite numbers, came {came}"
    raise ApiError("unprocessable", message)


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(isinstance(one, float) and math.isfinite(one) for one in point)
    )


def _name(found: object) -> str:
    return type(found).__name__
