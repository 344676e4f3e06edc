"""Connections that send nothing, or too little, keep no other client out."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Final

import pytest

from tests.support.paths import ROOT

HEAD_SECONDS: Final = 1.0
MAX_CONNECTIONS: Final = 8
REQUEST: Final = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
SERVER: Final = f"""
import sys
import uvicorn
from app.api.in_flight import InFlightLimiter
from app.guard import tcp_connections

async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({{"type": "websocket.accept"}})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    body = await receive()
    while body.get("more_body"):
        body = await receive()
    await send({{"type": "http.response.start", "status": 200, "headers": []}})
    await send({{"type": "http.response.body", "body": b"answered"}})

is_bounded = sys.argv[2] == "bounded"
tcp_connections.bound(InFlightLimiter({MAX_CONNECTIONS}) if is_bounded else None, {HEAD_SECONDS})
uvicorn.run(app, port=int(sys.argv[1]), lifespan="off", log_level="error", ws="websockets-sansio")
"""


@contextmanager
def serving(kind: str) -> Iterator[int]:
    """A server with few places for connections, or with no limit; yields its port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = int(probe.getsockname()[1])
    with subprocess.Popen([sys.executable, "-c", SERVER, str(port), kind], cwd=ROOT) as server:
        try:
            deadline = time.monotonic() + 60
            while not answers(port, "127.0.0.9"):
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving("bounded") as port:
        yield port


def connect(port: int, client: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 20, (client, 0))


def answers(port: int, client: str) -> bool:
    """Whether a client is answered."""
    try:
        with connect(port, client) as connection:
            connection.sendall(REQUEST)
            return b"answered" in received(connection, b"answered")
    except OSError:
        return False


def received(connection: socket.socket, end: bytes = b"\r\n\r\n") -> bytes:
    """The bytes received until they end with this, or until the connection is closed."""
    content = b""
    while end not in content and (more := connection.recv(4_096)):
        content += more
    return content


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closes a connection, which this waits for."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_one_client_cannot_hold_all_connections(port: int) -> None:
    with ExitStack() as held:
        silent = [held.enter_context(connect(port, "127.0.0.2")) for _ in range(20)]
        assert answers(port, "127.0.0.3")
        assert not answers(port, "127.0.0.2")
        others = [held.enter_context(connect(port, "127.0.0.4")) for _ in range(20)]
        assert answers(port, "127.0.0.5")
        assert all(map(is_closed, [*silent, *others]))  # after HEAD_SECONDS at the latest
    assert answers(port, "127.0.0.2")


def test_behind_a_proxy_all_connections_are_its_own() -> None:
    with serving("unbounded") as port, ExitStack() as held:
        silent = [held.enter_context(connect(port, "127.0.0.2")) for _ in range(20)]
        assert answers(port, "127.0.0.2")
        assert all(map(is_closed, silent))


@pytest.mark.parametrize("first", [b"", REQUEST])  # a connection may be used again
@pytest.mark.parametrize("part", [b"", b"G", REQUEST[:-2]])
def test_a_head_that_does_not_arrive_ends_the_connection(
    port: int, first: bytes, part: bytes
) -> None:
    with connect(port, "127.0.0.2") as connection:
        if first:
            connection.sendall(first)
            assert b"answered" in received(connection, b"answered")
            part = part or b"G"  # without a byte, uvicorn's own timer closes it after 5 s
        started = time.monotonic()
        if part:
            connection.sendall(part)
        while chunk := connection.recv(100):
            assert chunk.strip() in (b"", b"0")  # the end of the last answer
        assert HEAD_SECONDS / 2 < time.monotonic() - started < 10 * HEAD_SECONDS


def test_a_slow_body_and_a_slow_but_whole_head_are_waited_for(port: int) -> None:
    with connect(port, "127.0.0.2") as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n")
        time.sleep(HEAD_SECONDS / 2)
        connection.sendall(b"Content-Length: 2\r\n\r\n1")
        time.sleep(1.5 * HEAD_SECONDS)
        connection.sendall(b"2")
        assert b"answered" in received(connection, b"answered")


def test_an_open_websocket_takes_no_slot_and_does_not_time_out(port: int) -> None:
    upgrade = (
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with ExitStack() as held:
        for _ in range(MAX_CONNECTIONS):
            connection = held.enter_context(connect(port, "127.0.0.2"))
            connection.sendall(upgrade)
            assert received(connection).startswith(b"HTTP/1.1 101")
        assert answers(port, "127.0.0.2")
        time.sleep(1.5 * HEAD_SECONDS)
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
