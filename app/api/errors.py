"""The one shape of every refusal: {"error": {"code": ..., "message": ...}} and its status."""

import json
import logging
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

LOG: Final = logging.getLogger("digits")

# Every code, its status and what it means: the OpenAPI description is made from this.
CODES: Final = {
    "invalid_request": (400, "The body is not what its content type says."),
    "not_found": (404, "There is nothing at this path."),
    "method_not_allowed": (405, "The path is there, for another method."),
    "request_timeout": (408, "The body did not arrive in time."),
    "payload_too_large": (413, "The body has too many bytes."),
    "unsupported_media_type": (415, "The content type is none that is read."),
    "unprocessable": (422, "The picture, the strokes or a parameter cannot be read."),
    "too_many_pixels": (422, "The picture has too many pixels."),
    "too_many_points": (422, "The drawing has too many strokes or points."),
    "rate_limited": (429, "This client has asked too often; see Retry-After."),
    "concurrency_limited": (429, "Too many requests are being served; see Retry-After."),
    "internal_error": (500, "The server failed; its log says why."),
    "model_unavailable": (503, "The model cannot be used; the server's log says why."),
}


class ApiError(Exception):
    """A request that is refused.

    code: of CODES. headers: of the answer, as how long to wait.
    """

    def __init__(self, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.headers = code, message, dict(headers or {})


def json_response(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON that is bytes already as a response."""
    return Response(content, status, headers, "application/json")


def refused(request: Request, refusal: ApiError) -> Response:
    """The refusal of a request as a response."""
    headers = refusal.headers
    endless = refusal.code == "payload_too_large" and "content-length" not in request.headers
    if endless or refusal.code == "request_timeout":
        headers["Connection"] = "close"  # else the rest of the body would be waited for
    return _answer(refusal.code, refusal.message, headers)


def failed() -> Response:
    """The answer to what should not have happened: nothing of it, that is in the log."""
    return _answer("internal_error", CODES["internal_error"][1], {})


def _answer(code: str, message: str, headers: Mapping[str, str]) -> Response:
    content = {"error": {"code": code, "message": message}}
    return json_response(json.dumps(content).encode(), CODES[code][0], headers)
