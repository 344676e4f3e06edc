"""What is changed in uvicorn, where it can be seen without a server."""

import logging
import subprocess
import sys
import time

import pytest

from app.guard.uvicorn_settings import FailedAccepts
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


def test_the_process_ends_in_time_whatever_its_threads_do() -> None:
    code = (
        "import asyncio, threading, time\n"
        "from app.guard import uvicorn_settings\n"
        "import uvicorn\n"
        "uvicorn_settings.MAX_EXIT_SECONDS = 0.5\n"
        "uvicorn_settings.exit_in_time()\n"
        "async def app(scope, receive, send): pass\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"  # a reading that goes on
        "server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan='off'))\n"
        "server.servers = []\n"
        "server.lifespan = server.config.load() or server.config.lifespan_class(server.config)\n"
        "asyncio.run(server.shutdown())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=30, check=False)
    assert done.returncode == 0
