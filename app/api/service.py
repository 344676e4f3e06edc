"""The HTTP service for programs: readings, the model's contract, and the server's health.

`create` makes a Starlette application, which `app.server` puts before the page. Nothing slow
runs on the event loop: one thread reads strokes, and a few read pictures.
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

from app.api import body, cross_origin, decoding_cost, examples
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
from app.ink.files.decoding import Decoding
from app.recognizer import CostlyInk

RETRY_SECONDS: Final = 1  # after which a client may try a full server again
# A larger or slower drawing is not read in a batch, because it would hold the others up. The bounds
# are 800 points of JSON, and three times what a number of ten digits takes.
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
    """The service as an ASGI application.

    Its state has `num_in_flight`, the path `api`, and the `picture_places` and `rate_limiter` that
    it shares with the page.

    reader: None for one of the committed model. prefix: what the paths for clients begin with,
    such as "/digits", if a proxy serves other things at the root; the probes are for the machine
    alone and have none. origins: of other sites' pages that may use it, see `cross_origin`.
    find_page: returns the open page that has a token; without it, there is no live reading.
    """
    endpoints = Endpoints(limits, reader or Reader(limits), prefix, find_page)
    api = f"{prefix}/api"
    app = Starlette(
        routes=endpoints.routes(api),
        middleware=cross_origin.middleware(origins),
        exception_handlers=HANDLERS,
    )
    app.router.redirect_slashes = False  # programs lose the body when they are redirected
    app.state.num_in_flight, app.state.api = endpoints.num_in_flight, api
    app.state.picture_places = endpoints.picture_places
    app.state.rate_limiter = endpoints.rate_limiter
    return app


class Endpoints:
    """Answers requests, within limits."""

    def __init__(
        self, limits: Limits, reader: Reader, prefix: str, find_page: FindPage | None = None
    ) -> None:
        self._limits, self._reader, self._prefix = limits, reader, prefix
        self._live = LiveReads(limits, find_page, self._limit_rate) if find_page else None
        self.rate_limiter = RateLimiter(limits.rate, limits.burst)
        self._in_flight = InFlightLimiter(limits.in_flight)
        read_batch = partial(reader.read_ink_batch, max_seconds=MAX_BATCHED_SECONDS)
        self._batcher = MicroBatcher[InkRequest, bytes](read_batch)
        self._pool = ThreadPoolExecutor(limits.reads, thread_name_prefix="read")
        # One thread, because these need hardly any memory, but the interpreter's lock.
        self._costly_ink = ThreadPoolExecutor(1, thread_name_prefix="costly-ink")
        # Threads serve requests in order of arrival; clients first get these places in turn.
        self.picture_places = FairPlaces(limits.reads, share=1)
        self._costly_ink_places = FairPlaces(1, share=1)
        # Probes have their own thread, so that they do not wait for readings.
        self._probe = ThreadPoolExecutor(1, thread_name_prefix="probe")
        self._description = msgspec.json.encode(description(limits, prefix))

    def num_in_flight(self) -> int:
        """The number of reads that upload, wait or run."""
        return self._in_flight.total

    def routes(self, api: str) -> list[BaseRoute]:
        """The routes of the service. api: the path that all but the probes begin with."""
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
                    async with turn(request, client, self.picture_places):
                        reading = await self._reading_of_picture(request, client, content, single)
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

    async def _reading_of_picture(
        self, request: Request, client: str, content: bytes, single: bool
    ) -> bytes:
        """The reading of a picture's file, as JSON; cancelled if its client disconnects."""
        decoding = Decoding()
        work = self._pool.submit(self._reader.read_image, content, single, decoding)
        try:
            return await while_connected(request, work, decoding.cancel)
        finally:
            if self._is_counted(request, client):
                decoding_cost.charge(self.rate_limiter, client, decoding)

    async def _reading_of_ink(
        self, request: Request, client: str, content: bytes, single: bool
    ) -> bytes:
        """The reading of a body of strokes, as JSON; costly drawings are read one at a time."""
        if len(content) <= MAX_BATCHED_BYTES:
            with contextlib.suppress(CostlyInk):
                return await self._batcher.submit((content, single))
        async with turn(request, client, self._costly_ink_places):
            work = self._costly_ink.submit(self._reader.read_ink, content, single)
            return await while_connected(request, work, lambda: None)

    def _limit_rate(self, request: Request, client: str) -> dict[str, str]:
        """The headers with what the client's limit leaves. Raises ApiError where it is reached."""
        if self.rate_limiter.is_unlimited or not self._is_counted(request, client):
            return {}
        wait = self.rate_limiter.take(client)
        quota = self.rate_limiter.headers(client)
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
    """Does work in a pool, and returns its result."""
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
