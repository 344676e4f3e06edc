"""Settings of uvicorn and asyncio that Streamlit has no option for.

Streamlit makes the server before it imports the application, so only what uvicorn looks up later
can still be changed: the methods of its classes, and the names in its modules.
"""

import asyncio
import faulthandler
import logging
import os
import threading
import time
from typing import Any, Final

import h11
import uvicorn.config
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import Server
from websockets.server import ServerProtocol

from app.api.headers import SAFE
from app.guard.token_bucket import TokenBucket

READ_BYTES: Final = 4 << 10  # read from a WebSocket at a time: 680 of the shortest messages
# Of one WebSocket a second, and in a burst. A page sends ten a second, and a browser splits 2 MB
# into about a dozen. Each takes 20 microseconds before it can be counted.
FRAMES: Final = (200.0, 700.0)
POLICY_VIOLATION: Final = 1008  # close code of RFC 6455
GRACE_SECONDS: Final = 4  # for requests to end after SIGTERM
MAX_EXIT_SECONDS: Final = 8.0  # after SIGTERM; then the process ends whatever it is doing
LOG_SECONDS: Final = 1.0  # between two lines that say that no connection can be accepted


def apply() -> None:
    """Applies all settings to the running server, and to later ones."""
    believe_no_header()
    read_little_at_a_time()
    refuse_with_safe_headers()
    exit_in_time()
    log_failed_accepts_slowly()


def believe_no_header() -> None:
    """Keeps the peer's address: uvicorn would believe X-Forwarded-For from this machine."""

    def unchanged(app: ASGIApp, trusted_hosts: object) -> ASGIApp:
        return app

    module: Any = uvicorn.config
    module.ProxyHeadersMiddleware = unchanged


def read_little_at_a_time() -> None:
    """Parses only a few frames of a WebSocket before others have their turn.

    asyncio would read 256 kB, which may hold 40,000 messages. Pings and parts of messages, which
    the page never sees, are counted as well.
    """
    protocol: Any = WebSocketsSansIOProtocol
    connection_made, handle_events = protocol.connection_made, protocol.handle_events

    def make_bounded_connection(self: Any, transport: asyncio.Transport) -> None:
        bounded: Any = transport
        bounded.max_size = READ_BYTES
        self.frames_left = TokenBucket(*FRAMES)
        connection_made(self, transport)

    def handle_bounded_events(self: Any) -> None:
        if not self.frames_left.spend(len(self.conn.events)):
            handle_events(self)
        elif self.close_sent:  # but the client goes on sending
            self.transport.abort()
        else:
            self.conn.events_received()
            self.conn.fail(POLICY_VIOLATION, "too many frames")
            self.handle_parser_exception()

    protocol.connection_made = make_bounded_connection
    protocol.handle_events = handle_bounded_events


def refuse_with_safe_headers() -> None:
    """Adds the headers that all answers have to refusals of malformed requests and handshakes."""
    headers = [(name.encode(), value.encode()) for name, value in SAFE.items()]
    http: Any = H11Protocol
    websocket: Any = ServerProtocol
    reject = websocket.reject

    def send_400_response(self: Any, message: str) -> None:
        plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        start = h11.Response(status_code=400, headers=plain + headers, reason=b"Bad Request")
        for event in (start, h11.Data(data=message.encode("ascii")), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def reject_safely(self: Any, status: Any, text: str) -> Any:
        response = reject(self, status, text)
        response.headers.update(SAFE)
        return response

    http.send_400_response, websocket.reject = send_400_response, reject_safely


def exit_in_time() -> None:
    """Ends the process soon after SIGTERM, even during a long reading.

    The timer needs the interpreter, which native code may keep to itself; then a thread of C ends
    the process a second later. It would also write a traceback, which nobody needs.
    """
    server: Any = Server
    shutdown = server.shutdown
    nowhere = os.open(os.devnull, os.O_WRONLY)

    async def bounded(self: Any, sockets: Any = None) -> None:
        faulthandler.dump_traceback_later(MAX_EXIT_SECONDS + 1, exit=True, file=nowhere)
        self.config.timeout_graceful_shutdown = GRACE_SECONDS
        timer = threading.Timer(MAX_EXIT_SECONDS, os._exit, [0])
        timer.daemon = True
        timer.start()
        await shutdown(self, sockets)

    server.shutdown = bounded


def log_failed_accepts_slowly() -> None:
    """Logs at most once a second that no connection can be accepted."""
    logging.getLogger("asyncio").addFilter(FailedAccepts())


class FailedAccepts(logging.Filter):
    """Lets one such record a second through, without its traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is written."""
        if "accept" not in record.getMessage():
            return True
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + LOG_SECONDS
        record.exc_info, record.exc_text = None, None
        return True
