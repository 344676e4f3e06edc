"""Observes each HTTP request and its answer, for the access log and the metrics."""

import time
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.client import client_of

NOTES: Final = "digits"  # the key of a request's scope under which the service notes what it did
CANCELLED: Final = 499  # the status noted for a client that disconnected before the answer


class Observation(NamedTuple):
    """One request, without what was drawn.

    path: without its query. client: see `client_of`. kind: "ink" or "picture" for a reading. code:
    the error code of a refusal.
    """

    method: str
    path: str
    status: int
    seconds: float
    client: str
    kind: str = ""
    code: str = ""


class Observer(Protocol):
    """Receives an observation of each request."""

    def observe(self, observation: Observation) -> None:
        """Records one request; called by the event loop."""


def note(request: Request, **notes: str) -> None:
    """Notes the kind of a reading or the code of a refusal, if there is an observer."""
    if NOTES in request.scope:
        request.scope[NOTES].update(notes)


class Observed:
    """ASGI middleware around all others. proxies: see `client_of`."""

    def __init__(self, app: ASGIApp, observers: Sequence[Observer], proxies: int) -> None:
        self._app, self._observers, self._proxies = app, observers, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, and reports it."""
        if scope["type"] != "http" or not self._observers:
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), CANCELLED
        notes: dict[str, str] = {}
        scope = {**scope, NOTES: notes}

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        finally:
            seconds = time.perf_counter() - start
            client = client_of(Request(scope), self._proxies)
            kind, code = notes.get("kind", ""), notes.get("code", "")
            request = (scope["method"], scope["path"], status, seconds, client)
            for observer in self._observers:
                observer.observe(Observation(*request, kind, code))
