"""Bounds how many WebSockets each client holds, and which pages may open them."""

import logging
from collections.abc import Collection
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.client import client_of
from app.api.fair_places import FairPlaces
from app.api.headers import SAFE
from app.api.in_flight import InFlightLimiter
from app.api.rate_limiter import RateLimiter
from app.guard import origins
from app.guard.connection import Connection
from app.guard.kept_values import KeptValues
from app.guard.token_bucket import ClientBuckets

LOG: Final = logging.getLogger("app.guard")
MAX_CONNECTIONS: Final = 256  # of all clients, 0.7 MB each; one client may have at most half
# A classroom may share an address: all its pages connect at once, and do so again when its network
# has failed.
NEW_CONNECTIONS: Final = (60, 120)  # of one client a minute, and in a burst
# A connection that had to be closed with a reason counts as this many new ones: a flooding client
# reconnects at once, and opening costs more than the flood. It can flood a dozen times, and then
# once a second.
ABUSIVE_CONNECTION: Final = 10
# Of one client a second, and in a burst. A run of the page holds the interpreter for 12 ms or
# more, so that these are a third of it; with twice as many, a visitor's stroke waits for over a
# second.
CLIENT_MESSAGES: Final = (30.0, 120.0)
CLIENT_BYTES: Final = (4e6, 16e6)  # of one client a second, and in a burst
# Of the page at the same time; one client may have at most half. More are no faster, as Python runs
# one thread at a time, and reading a stroke has to win the interpreter from each about 20 times.
MAX_RUNS: Final = 4


class WebSocketGuard:
    """ASGI middleware before the page.

    proxies: see `client_key`. named: see `origins.is_allowed`.
    """

    def __init__(self, page: ASGIApp, proxies: int, named: Collection[str] = ()) -> None:
        self._page, self._proxies, self._named = page, proxies, named
        self._open = InFlightLimiter(MAX_CONNECTIONS)
        self._new = RateLimiter(*NEW_CONNECTIONS)
        self._messages = ClientBuckets(*CLIENT_MESSAGES)
        self._bytes = ClientBuckets(*CLIENT_BYTES)
        self._values = KeptValues()
        self._places = FairPlaces(MAX_RUNS, share=0.5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one WebSocket; passes everything else on."""
        if scope["type"] != "websocket":
            await self._page(scope, receive, send)
            return
        request = HTTPConnection(scope)
        origin, host = request.headers.get("origin"), request.headers.get("host")
        if not origins.is_allowed(origin, host, self._named):
            await _refuse(receive, send, 403, "Pages of other sites may not connect here.")
            return
        client = client_of(request, self._proxies)
        if self._new.take(client):
            reason = "Too many pages were opened from this address. Try again in a minute."
            await _refuse(receive, send, 429, reason)
            return
        with self._open.admit(client) as is_admitted:
            if not is_admitted:
                await _refuse(receive, send, 429, "Too many pages are open. Close some.")
                return
            buckets = self._messages.of(client), self._bytes.of(client)
            values = self._values.page(client)
            connection = Connection(client, receive, send, buckets, self._places, values.fit)
            try:
                # The page bounds what this client does in all its sessions, by the same key.
                known = {**scope, "client": (client, 0)}
                await self._page(known, connection.receive, connection.send)
            finally:
                connection.end()
                values.end()
                if connection.is_abusive:
                    self._new.charge(client, ABUSIVE_CONNECTION)


async def _refuse(receive: Receive, send: Send, status: int, reason: str) -> None:
    """Answers a WebSocket's handshake with an error."""
    await receive()
    headers = {**SAFE, "Content-Type": "text/plain; charset=utf-8", "Retry-After": "30"}
    raw_headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    start = {"type": "websocket.http.response.start", "status": status, "headers": raw_headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": reason.encode()})
