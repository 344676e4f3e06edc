"""Bounds the connections of each client, and the time in which the head of a request must arrive.

uvicorn waits for ever for a request's first bytes, and accepts connections until the process has no
descriptor left. A single client could then keep everybody else out.
"""

import asyncio
import contextlib
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from app.api.client import client_key
from app.api.in_flight import InFlightLimiter

# Of all clients; one client may have at most half. `WebSocketGuard` counts WebSockets instead. A
# connection that waits takes 20 kB.
MAX_CONNECTIONS: Final = 2_048
DESCRIPTORS: Final = 4_096  # files and connections; this process asks the system for as many
SPARE_DESCRIPTORS: Final = 512  # for WebSockets, decoders and files
HEAD_SECONDS: Final = 20.0  # for the head of a request to arrive


def apply(proxies: int) -> None:
    """Bounds the connections of the running server. proxies: see `client_key`.

    Behind a proxy, all connections come from the proxy, which has to bound its clients itself.
    """
    max_connections = min(MAX_CONNECTIONS, _num_descriptors() - SPARE_DESCRIPTORS)
    bound(None if proxies else InFlightLimiter(max_connections), HEAD_SECONDS)


def bound(limiter: InFlightLimiter | None, head_seconds: float) -> None:
    """Changes uvicorn's protocol. limiter: for the clients' connections; None for no limit."""
    protocol: Any = AutoHTTPProtocol
    connection_made, connection_lost = protocol.connection_made, protocol.connection_lost
    data_received = protocol.data_received

    def make_connection(self: Any, transport: asyncio.Transport) -> None:
        self.place = _Place(transport, limiter, head_seconds)
        connection_made(self, transport)

    def receive(self: Any, data: bytes) -> None:
        last_request = self.scope
        data_received(self, data)
        if self.transport.get_protocol() is not self:  # it is a WebSocket now
            self.place.give_back()
        elif self.scope is not last_request:
            self.place.stop_waiting()
        elif self.cycle is None or self.cycle.response_complete:
            self.place.wait_for_head()

    def lose_connection(self: Any, error: Exception | None) -> None:
        self.place.give_back()
        connection_lost(self, error)

    protocol.connection_made, protocol.connection_lost = make_connection, lose_connection
    protocol.data_received = receive


class _Place:
    """A connection's place in its client's share, and the time limit of its next request."""

    def __init__(
        self, transport: asyncio.Transport, limiter: InFlightLimiter | None, head_seconds: float
    ) -> None:
        self._transport, self._limiter, self._head_seconds = transport, limiter, head_seconds
        self._timer: asyncio.TimerHandle | None = None
        peer = transport.get_extra_info("peername")
        self._client = client_key(peer[0], "", 0) if peer else ""
        if limiter is not None and not limiter.has_place(self._client):
            self._limiter = None
            transport.abort()
            return
        if limiter is not None:
            limiter.start(self._client)
        self.wait_for_head()

    def wait_for_head(self) -> None:
        """Closes the connection unless a request begins in time."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._head_seconds, self._transport.close)

    def stop_waiting(self) -> None:
        """Ends the time limit, because a request has begun."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def give_back(self) -> None:
        """Frees the place of a connection that has ended or is counted elsewhere."""
        self.stop_waiting()
        if self._limiter is not None:
            self._limiter.end(self._client)
            self._limiter = None


def _num_descriptors() -> int:
    """How many descriptors this process may have after it has asked for DESCRIPTORS."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return DESCRIPTORS
    with contextlib.suppress(OSError, ValueError):  # macOS may refuse
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft
