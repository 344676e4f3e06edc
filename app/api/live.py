"""POST /api/live: reads a drawing while the pen moves, for the page in a visitor's browser.

A request names its page by a token, and carries only the strokes since the page's last run. Live
reads have a thread and limits of their own, so that they neither starve programs nor evade the
limits on programs.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Annotated, Final, Protocol

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from app.api import body
from app.api.client import client_of
from app.api.errors import ApiError, json_response
from app.api.in_flight import InFlightLimiter
from app.api.json_errors import reason
from app.api.limits import Limits
from app.api.observed import note
from app.api.rate_limiter import RateLimiter
from app.api.schemas import Coordinate
from app.reading import UnreadableInput
from app.recognizer import CostlyInk

MAX_BYTES: Final = 16 << 10  # of a request's body
MAX_POINTS: Final = 800  # of the strokes since the last run
MAX_BODY_SECONDS: Final = 5  # for the body to arrive
MAX_IN_FLIGHT: Final = 64  # requests of all pages; each page may have one at a time
RATE: Final = 3_600  # reads a minute of a page
BURST: Final = 60  # reads of a page at once

Strokes = Sequence[NDArray[np.float64]]


class LivePage(Protocol):
    """The open page that has a token."""

    def read(self, run: int, strokes: Strokes, is_drawing: bool) -> str | None:
        """See `app.page.live_pages.LivePage.read`."""


Point = tuple[Coordinate, Coordinate]  # canvas pixels
FindPage = Callable[[str], LivePage | None]  # the open page that has this token
LimitRate = Callable[
    [Request, str], Mapping[str, str]
]  # counts a client's request; raises ApiError


class LiveInk(Struct, forbid_unknown_fields=True):
    """A request: the strokes since the page's run `base`. number: repeated in the answer."""

    token: Annotated[str, Meta(min_length=1, max_length=64)]
    base: Annotated[int, Meta(ge=1)]
    number: Annotated[int, Meta(ge=0, lt=1 << 53)]
    strokes: Annotated[list[Annotated[list[Point], Meta(min_length=1)]], Meta(min_length=1)]
    is_drawing: bool


class LiveAnswer(Struct):
    """The headline's HTML for the request with this number.

    html: null where reading would take too long; the page then reads it once the pen is lifted.
    """

    number: int
    html: str | None


_DECODER: Final = msgspec.json.Decoder(LiveInk)


class LiveReads:
    """The endpoint. find_page: the page that has a token. limit_rate: for unknown tokens."""

    def __init__(self, limits: Limits, find_page: FindPage, limit_rate: LimitRate) -> None:
        self._limits = replace(
            limits, ink_bytes=MAX_BYTES, body_bytes=MAX_BYTES, body_seconds=MAX_BODY_SECONDS
        )
        self._find_page, self._limit_rate = find_page, limit_rate
        self._in_flight = InFlightLimiter(MAX_IN_FLIGHT)
        self._rate_limiter = RateLimiter(RATE, BURST)
        self._busy: set[str] = set()  # tokens of pages that are being read
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")

    async def read(self, request: Request) -> Response:
        """Answers one request."""
        if body.media_type_of(request) != body.JSON:
            raise ApiError("unsupported_media_type", f"Send strokes as {body.JSON}.")
        client = client_of(request, self._limits.proxies)
        with self._in_flight.admit(client) as is_admitted:
            if not is_admitted:
                raise _later("concurrency_limited", "Too many pages are being read.")
            content, _ = await body.read_body(request, body.JSON, self._limits)
            ink = _decode(content)
            page = self._find_page(ink.token)
            if page is None:
                self._limit_rate(request, client)
                raise ApiError("not_found", "No open page has this token. Reload the page.")
            note(request, kind="live")
            html = await self._read(page, ink)
        return json_response(msgspec.json.encode(LiveAnswer(ink.number, html)))

    async def _read(self, page: LivePage, ink: LiveInk) -> str | None:
        """The headline's HTML, within the limits of this page; None for costly ink.

        Raises ApiError.
        """
        if ink.token in self._busy:
            raise _later("concurrency_limited", "This page is being read already.")
        if self._rate_limiter.take(ink.token):
            raise _later("rate_limited", "This page asks too often.")
        self._busy.add(ink.token)
        strokes = [np.array(points, np.float64) for points in ink.strokes]
        work = partial(page.read, ink.base, strokes, ink.is_drawing)
        try:
            html = await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except CostlyInk:
            return None  # no error, as browsers show those to whoever opens their console
        except UnreadableInput as error:
            raise ApiError("unprocessable", f"The strokes cannot be read: {error}.") from error
        finally:
            self._busy.discard(ink.token)
        if html is None:
            message = "This page has run again since. Send strokes for its last run."
            raise ApiError("unprocessable", message)
        return html


def _decode(content: bytes) -> LiveInk:
    """The request in a body. Raises ApiError for another body, and for too many points."""
    try:
        ink = _DECODER.decode(content)
    except msgspec.ValidationError as error:
        raise ApiError(
            "unprocessable", f"The body is not what the page sends: {reason(error)}."
        ) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ApiError("invalid_request", f"The body is not JSON: {error}.") from error
    if (num_points := sum(map(len, ink.strokes))) > MAX_POINTS:
        message = f"The strokes have {num_points:,} points. Send at most {MAX_POINTS}."
        raise ApiError("too_many_points", message)
    return ink


def _later(code: str, reason: str) -> ApiError:
    return ApiError(code, f"{reason} Try again in 1 s.", {"Retry-After": "1"})
