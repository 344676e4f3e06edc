"""The service described for programs, in OpenAPI 3.1; tests hold the service to it."""

from typing import Any, Final

from app.api.errors import CODES
from app.api.limits import Limits
from app.ink.strokes import MAX_COORDINATE

Schema = dict[str, Any]

_PROBABILITY: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}
_DIGIT: Final[Schema] = {
    "value": {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": 9,
        "description": "null for a mark that is no digit",
    },
    "confidence": {
        **_PROBABILITY,
        "description": "calibrated, that value is right; without a value, that it is no digit",
    },
    "probabilities": {
        "type": "array",
        "minItems": 10,
        "maxItems": 10,
        "items": _PROBABILITY,
        "description": "of 0 to 9, if it is a digit at all",
    },
    "box": {
        "type": "array",
        "minItems": 4,
        "maxItems": 4,
        "items": {"type": "number"},
        "description": "x, y, width and height in pixels of the input, y down",
    },
    "number_index": {
        "type": "integer",
        "minimum": 0,
        "description": "which of `numbers` it is part of",
    },
    "line_index": {
        "type": "integer",
        "minimum": 0,
        "description": "which line of the input it is on",
    },
}
_READING: Final[Schema] = {
    "text": {
        "type": "string",
        "pattern": "^[0-9? \\n]*$",
        "description": "? for a mark that is no digit, a space between numbers, a line for a line",
    },
    "numbers": {"type": "array", "items": {"type": "string", "pattern": "^[0-9?]+$"}},
    "digits": {"type": "array", "items": {"$ref": "#/components/schemas/Digit"}},
    "model_run": {"type": "string", "description": "id of the training run that made the model"},
}
_MODEL: Final[Schema] = {
    "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
    "figures": {"type": ["object", "null"], "description": "models/model.json"},
}
_ERROR: Final[Schema] = {
    "code": {"type": "string", "enum": list(CODES)},
    "message": {"type": "string", "description": "what was expected and what came"},
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
            "/api/model": {"get": _get("model", "The model's contract and figures", "Model", True)},
            "/api/openapi.json": {"get": _get("openapi", "This description", None)},
            "/healthz": _probe(_get("healthz", "Whether the process lives", "Status")),
            "/readyz": _probe(_get("readyz", "Whether it can read", "Status", True)),
        },
        "components": {
            "schemas": {
                "Reading": _object(_READING),
                "Digit": _object(_DIGIT),
                "Model": _object(_MODEL),
                "Status": _object({"status": {"type": "string", "enum": ["alive", "ready"]}}),
                "Error": _object({"error": _object(_ERROR)}),
                "Ink": _object({"strokes": _strokes(limits)}),
            }
        },
    }


def _read(limits: Limits) -> Schema:
    """The one operation that takes something."""
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    refused = [400, 408, 413, 415, 422, 429, 500, 503]
    responses = {"200": _answer("What was read", _reference("Reading"))}
    responses |= {str(status): _refusal(status) for status in refused}
    return {
        "operationId": "read",
        "summary": "Reads a picture or pen strokes",
        "description": (
            f"At most {limits.body_bytes:,} bytes and {limits.pixels:,} pixels of a PNG, JPEG,"
            " WebP, BMP, GIF or TIFF (a quarter of that for BMP, GIF, TIFF, transparent or"
            f" 16-bit ones), or {limits.ink_bytes:,} bytes of JSON with"
            f" {limits.strokes:,} strokes and {limits.points:,} points. Where `rate` is set, a"
            f" client may read {limits.rate} times a minute."
        ),
        "parameters": [
            {
                "name": "single",
                "in": "query",
                "description": "Take all ink for one character",
                "schema": {"type": "boolean", "default": False},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _reference("Ink")},
                "image/*": {},
                "application/octet-stream": {},
                "multipart/form-data": {
                    "schema": {"type": "object", "required": ["file"], "properties": {"file": file}}
                },
            },
        },
        "responses": responses,
    }


def _strokes(limits: Limits) -> Schema:
    number = {"type": "number", "minimum": -MAX_COORDINATE, "maximum": MAX_COORDINATE}
    point = {"type": "array", "minItems": 2, "maxItems": 2, "items": number}
    stroke = {"type": "array", "maxItems": limits.points, "items": point}
    return {
        "type": "array",
        "maxItems": limits.strokes,
        "items": stroke,
        "description": "points [x, y] in pixels, y down; the points of all strokes are limited",
    }


def _get(name: str, summary: str, schema: str | None, may_fail: bool = False) -> Schema:
    """An operation that takes nothing; schema: of its answer, any object for None."""
    content = _reference(schema) if schema else {"type": "object"}
    failures = [500, 503] if may_fail else [500]
    responses = {"200": _answer(summary, content)}
    responses |= {str(status): _refusal(status) for status in failures}
    return {"operationId": name, "summary": summary, "responses": responses}


def _probe(operation: Schema) -> Schema:
    """A path that is the same below any prefix."""
    return {"servers": [{"url": "/"}], "get": operation}


def _refusal(status: int) -> Schema:
    """A refusal, in the words of all codes that have this status."""
    meanings = [f"`{code}`: {means}" for code, (one, means) in CODES.items() if one == status]
    made = _answer(" ".join(meanings), _reference("Error"))
    if status == 429:
        wait = {"type": "integer", "minimum": 1}
        about = "seconds to wait"
        made["headers"] = {"Retry-After": {"description": about, "required": True, "schema": wait}}
    return made


def _answer(summary: str, schema: Schema) -> Schema:
    return {"description": summary, "content": {"application/json": {"schema": schema}}}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Schema) -> Schema:
    """An object that has all of these properties and no other."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }
