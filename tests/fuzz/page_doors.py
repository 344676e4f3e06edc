"""The ways in which a server's page receives input: its WebSocket, messages and canvas."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from unittest import mock

import uvicorn
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from app.api.fair_places import FairPlaces
from app.guard import connection as guarded
from app.guard import uvicorn_settings
from app.guard.connection import Connection
from app.guard.token_bucket import TokenBucket
from app.guard.websockets import MAX_RUNS, WebSocketGuard
from app.ink.strokes import strokes_from_canvas
from app.page import canvas
from app.recognizer import CostlyInk, Recognizer
from tests.support.coroutines import run_coroutine

ANSWER_SECONDS: Final = 5.0  # within which the server must answer another visitor
CLOSE_CODES: Final = (1000, 1002, 1003, 1007, 1008, 1009, 1011)
HANDSHAKE: Final = (
    "GET /_stcore/stream HTTP/1.1\r\nHost: digits\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "X-Forwarded-For: {client}\r\n\r\n"
)


class PageDoors:
    """The guard in front of a page that takes all messages, and the page's handling of a canvas.

    The server starts with the first case that needs it.
    """

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._port = 0
        self._clients = 0

    def open(self, door: str, given: Any) -> str:
        """The outcome of a case: read, refused or bad. Raises UnreadableInput."""
        doors: dict[str, Callable[[Any], str]]
        doors = {"canvas": self._canvas, "messages": self._messages, "socket": self._socket}
        return doors[door](given)

    def _canvas(self, value: Any) -> str:
        """Reads what a canvas has sent, as `app.page.draw` does."""
        strokes = strokes_from_canvas({"objects": canvas.checked_objects(value)})
        try:
            prepared = self._recognizer.prepare_ink(strokes, max_seconds=0.1)
        except CostlyInk:
            return "read"  # the page makes such a drawing wait for others like it
        self._recognizer.read_prepared([prepared])
        return "read"

    def _messages(self, messages: Sequence[bytes]) -> str:
        """Gives a connection these messages; the guard passes them to the page or refuses them."""
        with mock.patch.object(guarded, "sleep", _without_pause):
            return run_coroutine(self._received(messages))

    async def _received(self, messages: Sequence[bytes]) -> str:
        incoming = iter([{"type": "websocket.receive", "bytes": data} for data in messages])
        sent: list[Message] = []

        async def receive() -> Message:
            return next(incoming, {"type": "websocket.disconnect", "code": 1000})

        async def send(message: Message) -> None:
            sent.append(message)

        buckets = TokenBucket(1e9, 1e9), TokenBucket(1e9, 1e9)
        connection = Connection("client", receive, send, buckets, FairPlaces(MAX_RUNS, share=0.5))
        while (await connection.receive())["type"] == "websocket.receive":
            pass
        connection.end()
        if not sent:
            return "read"
        (close,) = sent
        is_said = any(word in close["reason"] for word in ("expected", "too many"))
        is_short = len(close["reason"].encode()) <= 123  # what a close frame holds
        is_known = close["code"] in (guarded.POLICY_VIOLATION, guarded.UNSUPPORTED_DATA)
        return "refused" if is_said and is_short and is_known else f"bad: closed by {close}"

    def _socket(self, data: bytes) -> str:
        """Sends bytes behind a handshake; another visitor must be answered meanwhile."""
        if not self._port:
            self._port = _serve()
        self._clients += 1  # each has its own address, as too many from one are refused
        client = f"10.{self._clients >> 16 & 255}.{self._clients >> 8 & 255}.{self._clients & 255}"
        with socket.create_connection(("127.0.0.1", self._port), ANSWER_SECONDS) as hostile:
            hostile.sendall(HANDSHAKE.format(client=client).encode())
            head = _head(hostile)
            if b" 101 " not in head:
                return f"bad: no handshake: {head[:100]!r}"
            threading.Thread(target=_send, args=(hostile, data), daemon=True).start()
            trouble = self._trouble_of_another()
            return f"bad: {trouble}" if trouble else _ending(hostile)

    def _trouble_of_another(self) -> str:
        """What goes wrong for a visitor who comes in the meantime; empty if nothing does."""
        headers = {"X-Forwarded-For": f"192.0.2.{self._clients % 250}"}
        url = f"ws://127.0.0.1:{self._port}/_stcore/stream"
        started = time.monotonic()
        try:
            with connect(url, additional_headers=headers, open_timeout=ANSWER_SECONDS) as visitor:
                if not visitor.ping().wait(ANSWER_SECONDS):
                    return "another visitor gets no answer"
        except (OSError, WebSocketException) as error:
            return f"another visitor is refused: {error!r:.100}"
        waited = time.monotonic() - started
        return f"another visitor waits {waited:.1f} s" if waited > ANSWER_SECONDS else ""


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    """A page that takes all messages and says nothing."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] == "websocket.receive":
        pass


def _serve() -> int:
    """Serves the guarded page as long as this process lives. Returns its port."""
    uvicorn_settings.read_little_at_a_time()  # the others are for the whole process
    page = WebSocketGuard(_page, proxies=1)
    config = uvicorn.Config(
        page, port=0, log_level="critical", ws="websockets-sansio", lifespan="off"
    )
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


def _send(connection: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):  # the server may have closed it
        connection.sendall(data)


def _head(connection: socket.socket) -> bytes:
    """The answer to a handshake, up to the end of its head."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and (byte := connection.recv(1)):
        head += byte
    return head


def _ending(connection: socket.socket) -> str:
    """Whether the server still listens, or has closed with a reason."""
    connection.settimeout(0.05)
    answer = b""
    try:
        while part := connection.recv(4_096):
            answer += part
    except TimeoutError:
        return "read"
    except OSError:
        return "refused"
    return _closed(answer)


def _closed(answer: bytes) -> str:
    """What the last frame says, after the server has closed the connection."""
    while answer:
        opcode, size = answer[0] & 15, answer[1]
        if opcode == 8:
            code = int.from_bytes(answer[2:4]) if size else 1000
            return "refused" if code in CLOSE_CODES else f"bad: closed with {code}"
        answer = answer[2 + size :]
    return "bad: closed without a frame"


async def _without_pause(_: float) -> None:
    """Takes no time, in the code that slows a connection down."""
