"""The changes to uvicorn that can be seen without a server."""

import logging
import subprocess
import sys
import time

import pytest
import uvicorn
import uvicorn.config
from starlette.types import Message, Receive, Scope, Send

from app.guard.uvicorn_settings import FailedAccepts, believe_no_header
from tests.support.coroutines import run_coroutine
from tests.support.paths import ROOT


def record(message: str) -> logging.LogRecord:
    error = OSError(24, "Too many open files")
    exc_info = (OSError, error, None)
    return logging.LogRecord("asyncio", logging.ERROR, "", 0, message, (), exc_info)


def test_running_out_of_descriptors_is_logged_once_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    accepts = FailedAccepts()
    written = []
    for tenth in range(25):
        now = 100.0 + tenth / 10
        failed = record("socket.accept() out of system resource")
        if accepts.filter(failed):
            written.append(tenth)
            assert failed.exc_info is None  # one line
    assert written == [0, 10, 20]
    assert accepts.filter(record("Task was destroyed but it is pending!"))


@pytest.mark.parametrize("is_applied", [False, True])
def test_uvicorn_ignores_headers_with_client_addresses(
    is_applied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["client"][0])

    middleware = uvicorn.config.ProxyHeadersMiddleware  # type: ignore[attr-defined]
    monkeypatch.setattr("uvicorn.config.ProxyHeadersMiddleware", middleware)  # restored afterwards
    if is_applied:
        believe_no_header()
    config = uvicorn.Config(app)  # which trusts this machine
    config.load()
    scope: Scope = {
        **{"type": "http", "client": ("127.0.0.1", 1), "scheme": "http"},
        "headers": [(b"x-forwarded-for", b"203.0.113.9")],
    }
    run_coroutine(config.loaded_app(scope, no_message, no_answer))
    assert seen == ["127.0.0.1" if is_applied else "203.0.113.9"]


async def no_message() -> Message:
    return {"type": "http.request"}


async def no_answer(_: Message) -> None:
    raise AssertionError("expected no answer")


@pytest.mark.parametrize(
    "work, expected",
    [
        ("time.sleep(60)", 0),
        # Native code that keeps the interpreter to itself, from soon after the signal on.
        ("time.sleep(0.2), ctypes.PyDLL(None).sleep(60)", 1),
    ],
    ids=["a thread that waits", "a thread with the interpreter's lock"],
)
def test_the_process_ends_in_time_whatever_its_threads_do(work: str, expected: int) -> None:
    code = (
        "import asyncio, ctypes, threading, time\n"
        "from app.guard import uvicorn_settings\n"
        "import uvicorn\n"
        "uvicorn_settings.MAX_EXIT_SECONDS = 0.5\n"
        "uvicorn_settings.exit_in_time()\n"
        "async def app(scope, receive, send): pass\n"
        f"threading.Thread(target=lambda: ({work})).start()\n"  # a reading that goes on
        "server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan='off'))\n"
        "server.servers = []\n"
        "server.lifespan = server.config.load() or server.config.lifespan_class(server.config)\n"
        "asyncio.run(server.shutdown())\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, timeout=30, check=False, capture_output=True)
    assert (done.returncode, done.stderr.split()) == (expected, b"INFO: Shutting down".split())


def test_the_start_does_not_ask_another_server_for_its_address() -> None:
    code = (
        "import socket\n"
        "import app.server\n"
        "from streamlit import net_util\n"
        "socket.socket = None\n"  # opening one would fail
        "print(net_util.get_external_ip(), net_util.get_internal_ip())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, timeout=120, check=True, capture_output=True
    )
    assert done.stdout.split() == [b"None", b"None"]
