"""The HTTP service for programs: what is read, what the model is, and whether the server is well.

`create` makes an ASGI application of its own, which `app.server` puts before the page. Nothing
that takes long happens on the event loop: strokes are read by one thread, pictures by a few.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import body
from app.api.client import client_key
from app.api.errors import LOG, ApiError, failed, json_response, refused
from app.api.in_flight import InFlightLimiter
from app.api.limits import Limits
from app.api.micro_batcher import SHORT, MicroBatcher
from app.api.openapi import description
from app.api.rate_limiter import RateLimiter
from app.api.reader import ModelUnavailable, Reader

AGAIN: Final = 1  # seconds after which a busy server may be asked again
# What browsers should know of each answer: the type is as said, nothing is sent on, and of other
# sites only a Space may show it in a frame.
SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'self' https://huggingface.co https://*.hf.space",
}
_SAFE: Final = [(name.lower().encode(), value.encode()) for name, value in SAFE.items()]

Done = TypeVar("Done")
Endpoint = Callable[[Request], Awaitable[Response]]


class Service:
    """The answers to requests, within limits, as an ASGI application.

    prefix: of the paths for clients, as "/digits", where a proxy gives this server a part of a
        site. The probes are for the machine alone and have none.
    """

    def __init__(self, limits: Limits, reader: Reader, prefix: str) -> None:
        self._limits, self._reader, self._api = limits, reader, prefix + "/api"
        self._rate_limiter = RateLimiter(limits.rate, limits.burst)
        self._in_flight = InFlightLimiter(limits.reads + limits.waiting)
        self._ink_batcher = MicroBatcher(partial(reader.inks, limits=limits))
        self._pool = ThreadPoolExecutor(limits.reads, thread_name_prefix="read")
        self._probe = ThreadPoolExecutor(1, thread_name_prefix="probe")  # not behind the readers
        self._description = json.dumps(description(limits, prefix)).encode()
        self._endpoints: dict[str, tuple[str, Endpoint]] = {
            self._api + "/read": ("POST", self.read),
            self._api + "/model": ("GET", self.model),
            self._api + "/openapi.json": ("GET", self.openapi),
            "/healthz": ("GET", self.healthz),
            "/readyz": ("GET", self.readyz),
        }

    def owns(self, path: str) -> bool:
        """Whether a path is answered here, be it with "not found"."""
        return path in self._endpoints or path == self._api or path.startswith(self._api + "/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            raise NotImplementedError(f"expected HTTP, came {scope['type']}")
        request = Request(scope, receive)
        try:
            response = await self._endpoint(request)(request)
        except ApiError as refusal:
            response = refused(request, refusal)
        except ModelUnavailable as error:
            LOG.error("not ready: %s", error)
            message = "expected a model that works, came none; the server's log says why"
            response = refused(request, ApiError("model_unavailable", message))
        except Exception as error:  # what should not have happened is for the log
            LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
            response = failed()
        response.raw_headers += _SAFE
        await response(scope, receive, send)

    def _endpoint(self, request: Request) -> Endpoint:
        """What answers a request. Raises ApiError."""
        if request.scope["path"] not in self._endpoints:
            message = f"expected a path of {self._api}/openapi.json, came another"
            raise ApiError("not_found", message)
        method, endpoint = self._endpoints[request.scope["path"]]
        if request.method != method and (method, request.method) != ("GET", "HEAD"):
            message = f"expected {method}, came {request.method}"
            raise ApiError("method_not_allowed", message, {"Allow": method})
        return endpoint

    async def read(self, request: Request) -> Response:
        """POST /api/read: a picture or strokes, answered with what they say."""
        kind = body.kind_of(request)
        single = _flag(request, "single")
        client = self._client(request)
        if wait := self._rate_limiter.take(client):
            expected = f"expected {self._limits.rate} reads a minute at most"
            message = f"{expected}, came more; wait {wait} s"
            raise ApiError("rate_limited", message, {"Retry-After": str(wait)})
        with self._in_flight.one(client) as free:
            if not free:
                most = self._limits.reads + self._limits.waiting
                message = f"expected at most {most} requests at once, half of them yours, came more"
                raise ApiError("concurrency_limited", message, {"Retry-After": str(AGAIN)})
            content = await body.content_of(request, kind, self._limits)
            if kind == body.INK and len(content) <= SHORT:
                return json_response(await self._ink_batcher.read(content, single))
            work = partial(self._reader.read, content, kind, single, self._limits)
            return json_response(await _in(self._pool, work))

    async def model(self, _: Request) -> Response:
        """GET /api/model: the model's contract and its measured figures."""
        found = await _in(self._probe, self._reader.model)
        return json_response(json.dumps(found).encode())

    async def openapi(self, _: Request) -> Response:
        """GET /api/openapi.json: what is answered here, for programs."""
        return json_response(self._description)

    async def healthz(self, _: Request) -> Response:
        """GET /healthz: the process lives and its event loop runs."""
        return json_response(b'{"status": "alive"}')

    async def readyz(self, _: Request) -> Response:
        """GET /readyz: the model is there, and strokes and a picture can be read."""
        await _in(self._probe, self._reader.check)
        return json_response(b'{"status": "ready"}')

    def _client(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        if not self._limits.proxies:
            return client_key(peer, "", 0)
        forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
        return client_key(peer, forwarded, self._limits.proxies)


class Front:
    """Middleware before the page: the service's requests go to it, the page's answers are safe.

    Streamlit's own middleware (sessions, compression) costs a request for a reading a quarter of
    its time and gives it nothing.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or one WebSocket."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SAFE)
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._service.owns(scope["path"]):
            await self._service(scope, receive, send)
        else:
            await self._app(scope, receive, sending)


def create(limits: Limits, reader: Reader | None = None, prefix: str = "") -> Service:
    """The service; reader: another than that of the committed model. prefix: see Service."""
    return Service(limits, reader or Reader(), prefix)


async def _in(pool: Executor, work: Callable[[], Done]) -> Done:
    """What work done in a pool gives."""
    return await asyncio.get_running_loop().run_in_executor(pool, work)


def _flag(request: Request, name: str) -> bool:
    """A query parameter that is true or false, and false where it is missing."""
    if not request.scope["query_string"]:
        return False
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise ApiError("unprocessable", f"{name}: expected true or false, came {text[:100]!r}")
    return text == "true"
