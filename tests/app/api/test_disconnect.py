"""Work ends when its client has disconnected, or when its server is told to stop."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
import requests
from starlette.requests import Request
from starlette.types import Message

from app.api import disconnect
from app.api.errors import ApiError
from app.api.fair_places import FairPlaces
from tests.support.attacks import upright_strokes
from tests.support.coroutines import run_coroutine
from tests.support.hostile_pictures import encoded, jpeg_with_many_scans
from tests.support.paths import ROOT
from tests.support.ports import free_port
from tests.support.service import FREE, serving, strokes

DECLARED = SimpleNamespace(width=4_000, height=4_000)
SLOW = jpeg_with_many_scans()
HEAD = b"POST /api/read HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
COSTLY = [stroke.tolist() for stroke in upright_strokes(100)]


def sent(address: str, content: bytes) -> socket.socket:
    """A connection over which a picture or strokes were sent."""
    host, port = address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    kind = b"application/json" if content.startswith(b"{") else b"image/jpeg"
    connection.sendall(HEAD % (kind, len(content)) + content)
    return connection


def status(address: str) -> int:
    """The status of the answer to an ordinary picture."""
    headers = {"Content-Type": "image/png"}
    where = f"{address}/api/read"
    return requests.post(where, encoded("PNG"), headers=headers, timeout=20).status_code


def test_a_client_that_goes_frees_its_place_and_its_decoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(FREE) as address:
        assert status(address) == 200
        with monkeypatch.context() as unchecked:
            unchecked.setattr("app.ink.files.decoder_pool.inspect_within", lambda *_: DECLARED)
            gone = [sent(address, SLOW) for _ in range(8)]  # as many as one client may have
            while status(address) != 429:
                time.sleep(0.1)
        for connection in gone:
            connection.close()
        start = time.monotonic()
        while status(address) != 200:
            assert time.monotonic() - start < 5
            time.sleep(0.1)
        assert time.monotonic() - start < 5


# Each of these makes a request take longer than the server may take to stop, and says when it has
# begun.
SLOW_PICTURES = """
from types import SimpleNamespace
import app.ink.files.decoder_pool
from app.ink.files.decoding import Decoding
app.ink.files.decoder_pool.inspect_within = lambda *_: SimpleNamespace(width=4_000, height=4_000)
running = Decoding.running
def say_and_run(*arguments):
    print("working", flush=True)
    return running(*arguments)
Decoding.running = say_and_run
"""
SLOW_INK = """
import time
from app.recognizer import Recognizer
def read_prepared(*_):
    print("working", flush=True)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        sum(range(10_000))
Recognizer.read_prepared = read_prepared
"""
SERVER = """
import sys
sys.argv = ["streamlit", "run", "app/server.py", f"--server.port={sys.argv[1]}"]
from streamlit.web.cli import main
main()
"""


@pytest.mark.parametrize(
    "slow, content, answer",
    [
        (SLOW_PICTURES, SLOW, b" 429 "),  # its decoder is ended, so there is time to answer
        (SLOW_INK, json.dumps({"strokes": strokes(3)}).encode(), b""),  # in a batch with others
        (SLOW_INK, json.dumps({"strokes": COSTLY}).encode(), b""),  # in its own thread
    ],
    ids=["decoding", "reading ink", "reading costly ink"],
)
def test_sigterm_ends_the_server_while_it_works(slow: str, content: bytes, answer: bytes) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", slow + SERVER, str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        try:
            for _ in range(300):
                try:
                    requests.get(f"{address}/healthz", timeout=1)
                    break
                except requests.RequestException:
                    time.sleep(0.1)
            with sent(address, content) as waiting:
                assert server.stdout is not None
                assert any(line == b"working\n" for line in server.stdout)
                start = time.monotonic()
                server.send_signal(signal.SIGTERM)
                server.wait(20)
                assert time.monotonic() - start < 10
                with contextlib.suppress(ConnectionError):
                    assert answer in waiting.recv(100)
        finally:
            server.kill()  # otherwise a failing test would wait for it for ever


def test_a_request_that_waits_too_long_gets_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disconnect, "MAX_WAIT_SECONDS", 0.05)

    async def scene() -> None:
        places = FairPlaces(1, share=1)
        await places.take("first")
        with pytest.raises(ApiError, match="All places were taken") as refusal:
            async with disconnect.turn(connected_request(), "second", places):
                pytest.fail("there are two in one place")
        assert refusal.value.code == "concurrency_limited"
        places.give_back("first")
        async with disconnect.turn(connected_request(), "second", places):
            pass
        async with disconnect.turn(connected_request(), "third", places):
            pass

    run_coroutine(scene(), timeout_seconds=10)


@pytest.mark.parametrize("pauses", range(6))
def test_a_client_that_goes_as_it_gets_a_place_gives_it_back(pauses: int) -> None:
    async def scene() -> None:
        places, is_gone = FairPlaces(1, share=1), asyncio.Event()

        async def receive() -> Message:
            await is_gone.wait()
            return {"type": "http.disconnect"}

        async def wait_for_a_place() -> None:
            async with disconnect.turn(Request({"type": "http"}, receive), "second", places):
                pass

        await places.take("first")
        waiting = asyncio.create_task(wait_for_a_place())
        await asyncio.sleep(0.01)
        is_gone.set()
        for _ in range(pauses):  # turns of the event loop between the client's end and the place
            await asyncio.sleep(0)
        places.give_back("first")
        with contextlib.suppress(ApiError):
            await waiting
        await asyncio.wait_for(places.take("third"), 1)

    run_coroutine(scene(), timeout_seconds=10)


def test_a_request_that_is_cancelled_as_it_waits_takes_no_place() -> None:
    async def scene() -> None:
        places = FairPlaces(1, share=1)

        async def wait_for_a_place() -> None:
            async with disconnect.turn(connected_request(), "second", places):
                pytest.fail("it had been cancelled")

        await places.take("first")
        waiting = asyncio.create_task(wait_for_a_place())
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        places.give_back("first")
        await asyncio.wait_for(places.take("third"), 1)

    run_coroutine(scene(), timeout_seconds=10)


def connected_request() -> Request:
    """A request whose client stays connected."""

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    return Request({"type": "http", "headers": []}, receive)
