"""Downloads in tests never leave this machine."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.download_server import Server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A running server without files."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = Server()
    yield running
    running.close()


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address at which nothing listens, as for a machine that is offline."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/file"
