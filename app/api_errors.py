"""The one shape of every refusal: {"error": {"code": ..., "message": ...}} and its status."""

import logging
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

LOG: Final = logging.getLogger("digits")

# Every code, its status and what it means: the OpenAPI description is made from this.
CODES: Final = {
    "malformed": (400, "The body is not what its content type says."),
    "not_found": (404, "There is nothing at this path."),
    "wrong_method": (405, "The path is there, for another method."),
    "too_slow": (408, "The body did not arrive in time."),
    "too_large": (413, "The body has too many bytes."),
    "unsupported": (415, "The content type is none that is read."),
    "unreadable": (422, "The picture, the strokes or a parameter cannot be read."),
    "too_many_pixels": (422, "The picture has too many pixels."),
    "too_much_ink": (422, "The drawing has too many strokes or points."),
    "too_often": (429, "This client has asked too often; see Retry-After."),
    "busy": (429, "Too many requests are being served; see Retry-After."),
    "failed": (500, "The server failed; its log says why."),
    "not_ready": (503, "The model cannot be used; the server's log says why."),
}
_OF_STATUS: Final = {404: "not_found", 405: "wrong_method"}


class Refusal(Exception):
    """A request that is refused.

    code: of CODES. wait: seconds after which to try again, where that helps.
    """

    def __init__(self, code: str, message: str, wait: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.wait = code, message, wait


def answer(code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The refusal as a response."""
    content = {"error": {"code": code, "message": message}}
    return JSONResponse(content, CODES[code][0], headers)


async def on_refusal(request: Request, error: Exception) -> JSONResponse:
    """Answers a Refusal."""
    if not isinstance(error, Refusal):
        raise error
    headers = {} if error.wait is None else {"Retry-After": str(error.wait)}
    endless = error.code == "too_large" and "content-length" not in request.headers
    if endless or error.code == "too_slow":
        headers["Connection"] = "close"  # else the rest of the body would be waited for
    return answer(error.code, error.message, headers)


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """Answers what Starlette itself refuses: an unknown path, a wrong method."""
    if not isinstance(error, HTTPException):
        raise error
    code = _OF_STATUS.get(error.status_code, "malformed")
    if code == "wrong_method":
        came = f"expected {(error.headers or {}).get('Allow', '')}, came {request.method}"
    elif code == "not_found":
        came = "expected a path of /api/openapi.json, came another"
    else:
        came = error.detail
    return answer(code, came, error.headers)


async def on_failure(request: Request, error: Exception) -> JSONResponse:
    """Answers what should not have happened; the traceback goes to the log, not to the client."""
    LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    # Starlette answers a failure outside of all middleware, which else adds this.
    return answer("failed", CODES["failed"][1], {"X-Content-Type-Options": "nosniff"})
