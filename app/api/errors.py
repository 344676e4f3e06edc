"""Errors, which the service always answers as {"error": {"code": ..., "message": ...}}."""

import logging
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from app.api.codes import CODES
from app.api.observed import note
from app.api.schemas import Error, ErrorBody

LOG: Final = logging.getLogger("digits")


class ApiError(Exception):
    """A request that is refused.

    code: one of `app.api.codes`. message: sentences that say what to do. headers: of the answer.
    """

    def __init__(self, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.headers = code, message, dict(headers or {})


class ModelUnavailable(RuntimeError):
    """The model, or the one that finds ink in photographs, cannot be used; the message says why."""


def json_response(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response whose content is JSON already."""
    return Response(content, status, headers, "application/json")


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    headers = error.headers
    is_endless = error.code == "payload_too_large" and "content-length" not in request.headers
    if is_endless or error.code == "request_timeout":
        headers["Connection"] = "close"  # else the server would wait for the rest of the body
    return _error_response(request, error.code, error.message, headers)


async def _not_found(request: Request, _: Exception) -> Response:
    path = request.app.url_path_for("openapi")
    message = f"Nothing is served at this path. GET {path} lists the paths that are."
    return _error_response(request, "not_found", message)


async def _method_not_allowed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # Sorted, because Starlette keeps them in a set, in no fixed order.
    methods = sorted((error.headers or {})["Allow"].split(", "))
    message = f"This path does not take {request.method[:20]}. Use {' or '.join(methods)}."
    return _error_response(request, "method_not_allowed", message, {"Allow": ", ".join(methods)})


async def _model_unavailable(request: Request, error: Exception) -> Response:
    LOG.error("The model cannot be used: %s", error)
    message = "The model cannot be used, so nothing can be read. The server's log says why."
    return _error_response(request, "model_unavailable", message)


async def _internal_error(request: Request, _: Exception) -> Response:
    # The exception is kept from the client. Starlette raises it again, for the server to log.
    LOG.error("%s %s failed", request.method, request.url.path)
    return _error_response(request, "internal_error", "The server failed. Its log says why.")


# Keyed by exception, or by the status of an exception that Starlette's routing raises.
HANDLERS: Final[dict[int | type[Exception], ExceptionHandler]] = {
    ApiError: _refuse,
    404: _not_found,
    405: _method_not_allowed,
    ModelUnavailable: _model_unavailable,
    Exception: _internal_error,
}


def _error_response(
    request: Request, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    note(request, code=code)
    content = msgspec.json.encode(Error(ErrorBody(code, message)))
    return json_response(content, CODES[code][0], headers)
