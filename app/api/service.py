"""The HTTP service for programs: what is read, what the model is, and whether the server is well.

`create` makes a Starlette application, which `app.server` puts before the page. Nothing that takes
long happens on the event loop: strokes are read by one thread, pictures by a few.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from app.api import body, cross_origin, examples
from app.api.client import client_of, is_this_machine
from app.api.disconnect import turn, while_connected
from app.api.errors import HANDLERS, ApiError, json_response
from app.api.fair_places import FairPlaces
from app.api.in_flight import InFlightLimiter
from app.api.limits import PREFIX, Limits
from app.api.live import FindPage, LiveReads
from app.api.micro_batcher import MicroBatcher
from app.api.observed import note
from app.api.openapi import description
from app.api.rate_limiter import RateLimiter
from app.api.reader import InkRequest, Reader
from app.api.schemas import Status
from app.ink.decoding import Decoding
from app.recognizer import CostlyInk

RETRY_SECONDS: Final = 1  # after which a server that was full may be asked again
# Of a drawing that is read in a batch with others, which it would hold up: 800 points of JSON, and
# three times a number of ten digits.
MAX_BATCHED_BYTES: Final = 16 << 10
MAX_BATCHED_SECONDS: Final = 0.025

Result = TypeVar("Result")


def create(
    limits: Limits,
    reader: Reader | None = None,
    prefix: str = "",
    origins: tuple[str, ...] = (),
    find_page: FindPage | None = None,
) -> Starlette:
    """The service as an ASGI application, whose state has `num_in_flight` and the path `api`.

    reader: another than that of the committed model. prefix: of the paths for clients, as
    "/digits", where a proxy gives this server a part of a site; the probes are for the machine
    alone and have none. origins: of other sites' pages that may use it, see `cross_origin`.
    find_page: gives the open page that has a token, whose pen is read while it moves; without it,
    none is.
    """
    endpoints = Endpoints(limits, reader or Reader(limits), prefix, find_page)
    api = f"{prefix}/api"
    app = Starlette(
        routes=endpoints.routes(api),
        middleware=cross_origin.middleware(origins),
        exception_handlers=HANDLERS,
    )
    app.router.redirect_slashes = False  # programs lose a body where they are sent elsewhere
    app.state.num_in_flight, app.state.api = endpoints.num_in_flight, api
    return app


class Endpoints:
    """What answers requests, within limits."""

    def __init__(
        self, limits: Limits, reader: Reader, prefix: str, find_page: FindPage | None = None
    ) -> None:
        self._limits, self._reader, self._prefix = limits, reader, prefix
        self._live = LiveReads(limits, find_page, self._limit_rate) if find_page else None
        self._rate_limiter = RateLimiter(limits.rate, limits.burst)
        self._in_flight = InFlightLimiter(limits.in_flight)
        read_batch = partial(reader.read_ink_batch, max_seconds=MAX_BATCHED_SECONDS)
        self._batcher = MicroBatcher[InkRequest, bytes](read_batch)
        self._pool = ThreadPoolExecutor(limits.reads, thread_name_prefix="read")
        # One after the other: they need no memory to speak of, but the interpreter's lock.
        self._costly_ink = ThreadPoolExecutor(1, thread_name_prefix="costly-ink")
        # Threads serve requests as they arrive; before that, clients get these places in turn.
        self._picture_places = FairPlaces(limits.reads, share=1)
        self._costly_ink_places = FairPlaces(1, share=1)
        self._probe = ThreadPoolExecutor(1, thread_name_prefix="probe")  # not behind the readers
        self._description = msgspec.json.encode(description(limits, prefix))

    def num_in_flight(self) -> int:
        """Reads that upload, wait or run."""
        return self._in_flight.total

    def routes(self, api: str) -> list[BaseRoute]:
        """The paths of the service; api: the one that all but the probes are below."""
        routes: list[BaseRoute] = [
            Route(f"{api}/read", self.read, methods=["POST"]),
            Route(f"{api}/model", self.model),
            Route(f"{api}/openapi.json", self.openapi),
            Route(f"{api}/", self.root),
            Route(api, self.root),
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
        ]
        if self._live:
            routes.append(Route(f"{api}/live", self._live.read, methods=["POST"]))
        return routes

    async def read(self, request: Request) -> Response:
        """POST /api/read: the reading of a picture or of strokes."""
        media_type = body.media_type_of(request)
        single = _flag(request, "single")
        client = client_of(request, self._limits.proxies)
        quota = self._limit_rate(request, client)
        try:
            with self._in_flight.admit(client) as is_admitted:
                if not is_admitted:
                    raise self._concurrency_limited()
                content, is_ink = await body.read_body(request, media_type, self._limits)
                note(request, kind="ink" if is_ink else "picture")
                if is_ink:
                    reading = await self._reading_of_ink(request, client, content, single)
                else:
                    async with turn(request, client, self._picture_places):
                        reading = await self._reading_of_picture(request, content, single)
        except ApiError as error:
            error.headers |= quota
            raise
        return json_response(reading, headers=quota)

    async def model(self, _: Request) -> Response:
        """GET /api/model: the model's contract and its measured figures."""
        return json_response(await _run_in(self._probe, self._reader.model))

    async def openapi(self, _: Request) -> Response:
        """GET /api/openapi.json: the service described for programs."""
        return json_response(self._description)

    async def root(self, request: Request) -> Response:
        """GET /api: examples for those who write programs."""
        return HTMLResponse(examples.page(request, self._limits, self._prefix))

    async def healthz(self, _: Request) -> Response:
        """GET /healthz: the process lives and its event loop runs."""
        return json_response(msgspec.json.encode(Status("alive")))

    async def readyz(self, _: Request) -> Response:
        """GET /readyz: the model is there, and strokes and a picture can be read."""
        await _run_in(self._probe, self._reader.check)
        return json_response(msgspec.json.encode(Status("ready")))

    async def _reading_of_picture(self, request: Request, content: bytes, single: bool) -> bytes:
        """The reading of a picture's file, as JSON, unless its client goes."""
        decoding = Decoding()
        work = self._pool.submit(self._reader.read_image, content, single, decoding)
        return await while_connected(request, work, decoding.cancel)

    async def _reading_of_ink(
        self, request: Request, client: str, content: bytes, single: bool
    ) -> bytes:
        """The reading of a body of strokes, as JSON; costly drawings wait for each other."""
        if len(content) <= MAX_BATCHED_BYTES:
            with contextlib.suppress(CostlyInk):
                return await self._batcher.submit((content, single))
        async with turn(request, client, self._costly_ink_places):
            work = self._costly_ink.submit(self._reader.read_ink, content, single)
            return await while_connected(request, work, lambda: None)

    def _limit_rate(self, request: Request, client: str) -> dict[str, str]:
        """The headers that say what is left; raises ApiError where a client asks too often."""
        if self._rate_limiter.is_unlimited or not self._is_counted(request, client):
            return {}
        wait = self._rate_limiter.take(client)
        quota = self._rate_limiter.headers(client)
        if wait:
            message = (
                f"Rate limit exceeded: {self._limits.rate} reads a minute. Try again in {wait} s."
                f" Whoever runs this server can set another limit in {PREFIX}RATE."
            )
            raise ApiError("rate_limited", message, {"Retry-After": str(wait), **quota})
        return quota

    def _is_counted(self, request: Request, client: str) -> bool:
        if self._limits.count_loopback:
            return True
        return not is_this_machine(request, client, self._limits.proxies)

    def _concurrency_limited(self) -> ApiError:
        limit = f"The server takes {self._limits.in_flight} requests at once, half from one client."
        headers = {"Retry-After": str(RETRY_SECONDS)}
        message = f"{limit} Try again in {RETRY_SECONDS} s."
        return ApiError("concurrency_limited", message, headers)


async def _run_in(pool: Executor, work: Callable[[], Result]) -> Result:
    """The result of work that a pool does."""
    return await asyncio.get_running_loop().run_in_executor(pool, work)


def _flag(request: Request, name: str) -> bool:
    """A query parameter that is true or false; false where it is missing. Raises ApiError."""
    if not request.scope["query_string"]:
        return False
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        message = f"The parameter {name} is {text[:100]!r}. Use true or false."
        raise ApiError("unprocessable", message)
    return text == "true"
