"""The HTTP service for programs: what is read, what the model is, and whether the server is well.

`create` makes an ASGI application of its own, which `app.server` puts beside the page. Nothing
that takes long happens on the event loop: pictures are decoded and read in a small thread pool.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import api_body
from app.api_errors import LOG, Refusal, answer, on_failure, on_http, on_refusal
from app.api_reader import NotReady, Reader
from app.api_schema import description
from app.limits import Buckets, Limits, Places, client_of

AGAIN: Final = 1  # seconds after which a busy server may be asked again


class Headers:
    """Adds to each answer what browsers should know: the type is as said, nothing is sent on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, sending)


class Service:
    """The answers to requests, within limits."""

    def __init__(self, limits: Limits, reader: Reader, prefix: str) -> None:
        self._limits, self._reader, self._prefix = limits, reader, prefix
        self._buckets = Buckets(limits.rate, limits.burst)
        self._places = Places(limits.reads + limits.waiting)
        self._pool = ThreadPoolExecutor(limits.reads, thread_name_prefix="read")
        self._probe = ThreadPoolExecutor(1, thread_name_prefix="probe")  # not behind the readers

    async def read(self, request: Request) -> JSONResponse:
        """POST /api/read: a picture or strokes, answered with what they say."""
        kind = api_body.kind_of(request)
        single = _flag(request, "single")
        peer = request.client.host if request.client else ""
        forwarded = ",".join(request.headers.getlist("x-forwarded-for"))
        client = client_of(peer, forwarded, self._limits.proxies)
        if wait := self._buckets.take(client):
            expected = f"expected {self._limits.rate} reads a minute at most"
            raise Refusal("too_often", f"{expected}, came more; wait {wait} s", wait)
        with self._places.one(client) as free:
            if not free:
                most = self._limits.reads + self._limits.waiting
                message = f"expected at most {most} requests at once, half of them yours, came more"
                raise Refusal("busy", message, AGAIN)
            content = await api_body.content_of(request, kind, self._limits)
            loop = asyncio.get_running_loop()
            work = self._pool.submit(self._reader.read, content, kind, single, self._limits)
            found = await asyncio.wrap_future(work, loop=loop)
        return JSONResponse(found)

    async def model(self, _: Request) -> JSONResponse:
        """GET /api/model: the model's contract and its measured figures."""
        loop = asyncio.get_running_loop()
        return JSONResponse(await loop.run_in_executor(self._probe, self._reader.model))

    async def openapi(self, _: Request) -> JSONResponse:
        """GET /api/openapi.json: what is answered here, for programs."""
        return JSONResponse(description(self._limits, self._prefix))

    async def healthz(self, _: Request) -> JSONResponse:
        """GET /healthz: the process lives and its event loop runs."""
        return JSONResponse({"status": "alive"})

    async def readyz(self, _: Request) -> JSONResponse:
        """GET /readyz: the model is there, and strokes and a picture can be read."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._probe, self._reader.check)
        return JSONResponse({"status": "ready"})


def create(limits: Limits, reader: Reader | None = None, prefix: str = "") -> Starlette:
    """The service as an ASGI application.

    prefix: of the paths for clients, as "/digits", where a proxy gives this server a part of a
        site. The probes are for the machine alone and have none.
    """
    service = Service(limits, reader or Reader(), prefix)
    gets = {
        prefix + "/api/model": service.model,
        prefix + "/api/openapi.json": service.openapi,
        "/healthz": service.healthz,
        "/readyz": service.readyz,
    }
    routes = [Route(prefix + "/api/read", service.read, methods=["POST"])]
    routes += [Route(path, endpoint, methods=["GET"]) for path, endpoint in gets.items()]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Headers)],
        exception_handlers={
            Refusal: on_refusal,
            NotReady: _on_not_ready,
            HTTPException: on_http,
            Exception: on_failure,
        },
    )


def paths(prefix: str = "") -> list[str]:
    """All that the service answers, as patterns of routes."""
    return [prefix + "/api", prefix + "/api/{rest:path}", "/healthz", "/readyz"]


async def _on_not_ready(_: Request, error: Exception) -> JSONResponse:
    LOG.error("not ready: %s", error)
    return answer("not_ready", "expected a model that works, came none; the server's log says why")


def _flag(request: Request, name: str) -> bool:
    """A query parameter that is true or false, and false where it is missing."""
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise Refusal("unreadable", f"{name}: expected true or false, came {text[:100]!r}")
    return text == "true"
