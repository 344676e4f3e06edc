"""The guarded page, served as it is deployed: with only the packages of the image's lock."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.api.headers import SAFE
from tests.support.attacks import FLOOD_MESSAGES, frame, rerun
from tests.support.coroutines import run_coroutine
from tests.support.visitors import by_protocol, connected, first_page
from tests.tools.image_files import serving_image

CLASSROOM = 30


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving_image(tmp_path_factory.mktemp("image")) as port:
        yield f"http://127.0.0.1:{port}"


async def closed_after(address: str, data: bytes) -> ConnectionClosed:
    """Sends raw bytes over a new WebSocket. Returns how it was closed."""
    async with connected(address) as connection:
        connection.transport.write(data)
        try:
            async with asyncio.timeout(60):
                while True:
                    await connection.recv()
        except ConnectionClosed as closed:
            return closed


def test_a_flood_of_messages_does_not_disturb_others(address: str) -> None:
    async def scene() -> None:
        flood = asyncio.create_task(closed_after(address, frame(rerun(widgets=0)) * FLOOD_MESSAGES))
        visitor = asyncio.create_task(by_protocol(address, 3, 4))
        waits = []
        while not visitor.done():
            started = time.monotonic()
            answer = await asyncio.to_thread(requests.get, f"{address}/healthz", timeout=10)
            waits.append(time.monotonic() - started)
            assert answer.status_code == 200
        observations = await visitor
        assert not observations.errors, observations.errors
        assert not observations.wrong, observations.wrong
        assert max(waits) < 3  # on a busy machine; without the guard it is over a minute
        closed = await flood
        assert closed.rcvd is not None
        assert (closed.rcvd.code, "too many messages" in closed.rcvd.reason) == (1008, True)

    run_coroutine(scene())


@pytest.mark.parametrize(
    "opcode, is_last",
    [
        (9, True),  # pings
        (0, False),  # fragments of a message that never ends
    ],
)
def test_a_flood_of_frames_without_a_receiver_is_ended(
    address: str, opcode: int, is_last: bool
) -> None:
    begin = b"" if opcode else frame(b"", 2, is_last=False)
    closed = run_coroutine(closed_after(address, begin + frame(b"", opcode, is_last) * 20_000))
    assert closed.rcvd is not None
    assert (closed.rcvd.code, closed.rcvd.reason) == (1008, "too many frames")


def test_a_message_that_is_too_large_closes_the_connection(address: str) -> None:
    async def scene() -> None:
        async with connected(address) as connection:
            with contextlib.suppress(ConnectionClosed):  # it need not be taken to its end
                await connection.send(bytes((2 << 20) + 1))
            with pytest.raises(ConnectionClosed) as closed:
                await connection.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in (1008, 1009)

    run_coroutine(scene())


def test_a_classroom_behind_one_address_draws_and_reconnects(address: str) -> None:
    async def scene() -> None:
        # All visitors come, lose their network, and come again.
        await asyncio.gather(*(first_page(address) for _ in range(CLASSROOM)))
        visitors = await asyncio.gather(*(by_protocol(address, n, 3) for n in range(CLASSROOM)))
        for observations in visitors:
            assert not observations.errors, observations.errors
            assert not observations.wrong, observations.wrong
            assert observations.seconds

    run_coroutine(scene())


def test_developers_messages_do_nothing(address: str) -> None:
    async def scene() -> None:
        async with connected(address) as connection:
            for message in (
                BackMsg(clear_cache=True),
                BackMsg(debug_shutdown_runtime=True),
                BackMsg(debug_disconnect_websocket=True),
            ):
                await connection.send(message.SerializeToString())
            await asyncio.sleep(0.5)
            await connection.ping()
        await first_page(address)

    run_coroutine(scene())


@pytest.mark.parametrize("origin", ["http://localhost:1", "https://evil.example", "null"])
def test_another_sites_page_is_refused(address: str, origin: str) -> None:
    async def scene() -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(address, origin):
                pass
        response = refused.value.response
        assert response.status_code == 403
        assert {name: response.headers.get(name) for name in SAFE} == SAFE

    run_coroutine(scene())


def test_invalid_requests_are_refused_with_the_headers(address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    handshake = (
        "GET /_stcore/stream HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade"
    )
    cases = [  # what is sent, the status
        (b"nonsense\r\n\r\n", b"400"),
        (f"{handshake}\r\n\r\n".encode(), b"400"),  # without a key
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),  # without a host
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", b"400"),
        (b"PUT /_stcore/upload_file/none/none HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET /media/none HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
        (b"POST /_stcore/health HTTP/1.1\r\nHost: a\r\n\r\n", b"405"),
    ]
    for data, status in cases:
        with socket.create_connection((host, int(port)), 60) as client:
            client.sendall(data)
            answer = client.recv(4_000)
        assert answer.split()[1] == status, answer
        for name, value in SAFE.items():
            assert f"{name}: {value}\r\n".encode().lower() in answer.lower()


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/"])
def test_operators_paths_are_closed(address: str, path: str) -> None:
    answer = requests.get(address + path, timeout=30)
    assert (answer.status_code, answer.text) == (404, "Nothing is served at this path.")
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE


def test_an_invented_address_counts_for_the_one_that_invents_it(address: str) -> None:
    # There is no proxy in front of the server, and one client may send 30 requests at once.
    answers = [
        requests.post(
            f"{address}/api/read",
            b"{",
            headers={"Content-Type": "application/json", "X-Forwarded-For": f"203.0.113.{number}"},
            timeout=30,
        )
        for number in range(60)
    ]
    assert {answer.status_code for answer in answers} == {400, 429}
