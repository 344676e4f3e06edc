"""The OpenAPI 3.1 description of the service; tests check the service against it.

The types of its bodies come from `app.api.schemas`, the errors from `app.api.codes`.
"""

from typing import Any, Final

import msgspec

from app.api.codes import CODES
from app.api.limits import Limits
from app.api.schemas import (
    Error,
    Ink,
    Model,
    PictureUrl,
    QuickDraw,
    Reading,
    Status,
)
from app.reading import SIGNS

Schema = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{name}"
_FILE: Final = {"type": "string", "format": "binary"}  # as client generators expect it
_FORM: Final = {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
_JSON: Final = [
    {"$ref": _REFERENCE.format(name=name)} for name in ("Ink", "QuickDraw", "PictureUrl")
]
_BODIES: Final = {
    "application/json": {"schema": {"oneOf": _JSON}},
    "application/inkml+xml": {"schema": {"type": "string", "description": "InkML"}},
    "application/octet-stream": {"schema": _FILE},
    "application/pdf": {"schema": _FILE},
    "image/*": {"schema": _FILE},
    "multipart/form-data": {"schema": _FORM},
    "text/plain": {"schema": {"type": "string", "description": "a data URL of base64"}},
}
_EXAMPLES: Final = {
    "operationId": "examples",
    "summary": "Examples of curl, Python and JavaScript, to read",
    "responses": {
        "200": {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}}
    },
}
# Headers of answers to clients whose reads are counted.
_QUOTA: Final = {
    name: {"description": meaning, "schema": {"type": "string"}}
    for name, meaning in {
        "RateLimit-Policy": "q reads in w seconds are allowed",
        "RateLimit": "r reads are left, and in t seconds all of them again",
    }.items()
}


def description(limits: Limits, prefix: str) -> Schema:
    """The description of a service with these limits below this path."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Handwritten digits",
            "version": "1",
            "description": "Reads handwritten digits from pen strokes and pictures.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": prefix or "/"}],
        "paths": {
            "/api/read": {"post": _read(limits)},
            "/api": {"get": _EXAMPLES},
            "/api/model": {"get": _get("model", "The model's contract and figures", "Model", True)},
            "/api/openapi.json": {"get": _get("openapi", "This description", None)},
            "/healthz": _probe(_get("healthz", "Whether the process lives", "Status")),
            "/readyz": _probe(_get("readyz", "Whether it can read", "Status", True)),
        },
        "components": {"schemas": _schemas(limits)},
    }


def _schemas(limits: Limits) -> Schema:
    """The types of all bodies, with the limits of this server."""
    types = (Ink, QuickDraw, PictureUrl, Reading, Model, Status, Error)
    _, schemas = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    signature = schemas["SignatureStroke"]  # without x and y, which are described in words
    points_alone = {"points": signature["properties"]["points"]}
    schemas["SignatureStroke"] = {**signature, "properties": points_alone, "required": ["points"]}
    strokes = schemas["Ink"]["properties"]["strokes"]
    points, _ = strokes["items"]["anyOf"]
    strokes["maxItems"], points["maxItems"] = limits.strokes, limits.points
    for point in points["items"]["anyOf"]:
        if point.get("type") == "array":
            point["prefixItems"] = [schemas["Position"]["properties"]["x"]] * 2
    return schemas


def _read(limits: Limits) -> Schema:
    """The one operation that takes a body."""
    errors = [400, 408, 413, 415, 422, 429, 500, 503]
    responses = {"200": {**_answer("What was read", _reference("Reading")), "headers": _QUOTA}}
    responses |= {str(status): _refusal(status) for status in errors}
    return {
        "operationId": "read",
        "summary": "Reads a picture or pen strokes",
        "description": (
            f"At most {limits.body_bytes:,} bytes and {limits.pixels:,} pixels of a PNG, JPEG,"
            " WebP, BMP, GIF or TIFF (half of that where they may be transparent or have 16 bits),"
            " and of a HEIC or PDF where the server has their decoders; of a file of"
            f" several pictures the first is read. Or {limits.ink_bytes:,} bytes of ink with"
            f" {limits.strokes:,} strokes and {limits.points:,} points: JSON as described, also the"
            " list of strokes alone, as a signature pad has it, or a stroke's object alone, or"
            " InkML. Digits and the signs of"
            f" numbers ({SIGNS}) are read; a mark that is a sign has no value, and says its sign."
            + (f" A client may read {limits.rate} times a minute." if limits.rate else "")
        ),
        "parameters": [
            {
                "name": "single",
                "in": "query",
                "description": "Take all ink for one digit: read a digit or nothing, and no sign",
                "schema": {"type": "boolean", "default": False},
            }
        ],
        "requestBody": {
            "required": True,
            "content": _BODIES,
        },
        "responses": responses,
    }


def _get(name: str, summary: str, schema: str | None, may_fail: bool = False) -> Schema:
    """An operation without a body. schema: the answer's type; None for any object."""
    content = _reference(schema) if schema else {"type": "object"}
    failures = [500, 503] if may_fail else [500]
    responses = {"200": _answer(summary, content)}
    responses |= {str(status): _refusal(status) for status in failures}
    return {"operationId": name, "summary": summary, "responses": responses}


def _probe(operation: Schema) -> Schema:
    """A path to which no prefix is added."""
    return {"servers": [{"url": "/"}], "get": operation}


def _refusal(status: int) -> Schema:
    """The answer with this error status, described by all codes that have it."""
    meanings = [f"`{code}`: {text}" for code, (each, text) in CODES.items() if each == status]
    answer = _answer(" ".join(meanings), _reference("Error"))
    if status == 429:
        seconds = {"type": "integer", "minimum": 1}
        header = {"description": "seconds to wait", "required": True, "schema": seconds}
        answer["headers"] = {"Retry-After": header, **_QUOTA}
    return answer


def _answer(summary: str, schema: Schema) -> Schema:
    return {"description": summary, "content": {"application/json": {"schema": schema}}}


def _reference(name: str) -> Schema:
    return {"$ref": _REFERENCE.format(name=name)}
