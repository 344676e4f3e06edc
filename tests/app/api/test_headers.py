"""Every answer has security headers, and only the service's own paths bypass the page."""

from typing import Any

import pytest
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import service
from app.api.front import ServiceFirst
from app.api.headers import FAILED, SAFE, SafeHeaders
from app.api.limits import Limits
from tests.support.coroutines import run_coroutine


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands in for the page, and sets one of the security headers to a value of its own."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4000})
        return
    response = PlainTextResponse("the page", headers={"Referrer-Policy": "unsafe-url"})
    await response(scope, receive, send)


def answer(app: ASGIApp, path: str, method: str = "GET", kind: str = "http") -> list[Message]:
    """The messages with which an application answers a request without a body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        **{"type": kind, "method": method, "path": path, "query_string": b"", "headers": []},
        **{"scheme": "http", "server": ("testserver", 80), "client": ("127.0.0.1", 1)},
    }
    run_coroutine(app(scope, receive, send))
    return sent


def server(prefix: str = "") -> ASGIApp:
    """The application of `app.server`, with another page."""
    return SafeHeaders(ServiceFirst(page, service.create(Limits(), prefix=prefix)))


@pytest.mark.parametrize(
    "path, method, status",
    [
        ("/", "GET", 200),  # the page
        ("/healthz", "GET", 200),
        ("/api/nothing", "GET", 404),
        ("/api/read", "GET", 405),
        ("/api/read", "POST", 400),
        ("/api", "GET", 200),
    ],
)
def test_every_answer_has_the_safe_headers_once(path: str, method: str, status: int) -> None:
    start = answer(server(), path, method)[0]
    assert start["status"] == status
    for name, value in SAFE.items():
        values = [each for key, each in start["headers"] if key == name.lower().encode()]
        assert values == [value.encode()]


@pytest.mark.parametrize(
    "prefix, path, is_page",
    [
        ("", "/", True),
        ("", "/apiary", True),
        ("", "/static/app.js", True),
        ("", "/api", False),
        ("", "/api/", False),
        ("", "/api/nothing/here", False),
        ("", "/healthz", False),
        ("", "/readyz/", True),  # is not the probe
        ("/digits", "/digits/", True),
        ("/digits", "/digits/api/openapi.json", False),
        ("/digits", "/api/openapi.json", True),
        ("/digits", "/healthz", False),  # probes have no prefix
    ],
)
def test_only_the_services_paths_bypass_the_page(prefix: str, path: str, is_page: bool) -> None:
    assert (answer(server(prefix), path)[1]["body"] == b"the page") == is_page


def test_a_failure_of_the_page_is_answered_with_the_headers() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("/home/digits/app: a secret")

    class Outermost:
        """Keeps the answer, because the exception is raised again for the server's log."""

        def __init__(self) -> None:
            self.sent: list[Message] = []

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            async def keep(message: Message) -> None:
                self.sent.append(message)

            with pytest.raises(RuntimeError):
                await ServerErrorMiddleware(SafeHeaders(broken))(scope, receive, keep)

    outermost = Outermost()
    answer(outermost, "/")
    start, body = outermost.sent
    assert (start["status"], body["body"]) == (500, FAILED.encode())
    assert set(start["headers"]) >= {
        (name.lower().encode(), value.encode()) for name, value in SAFE.items()
    }


def test_websockets_go_to_the_page() -> None:
    assert answer(server(), "/api/read", kind="websocket") == [
        {"type": "websocket.close", "code": 4000}
    ]
