"""A server in a process of its own, on a free port of this machine."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

START_SECONDS: Final = 60  # a busy machine takes ten to import everything


@contextmanager
def running(
    command: Sequence[str],
    folder: Path,
    variables: Mapping[str, str] | None = None,
    prefix: str = "--server.",
) -> Iterator[int]:
    """Runs a server as long as the context lasts; yields its port once it accepts connections.

    command: is given a port and an address as well, as options with this prefix. folder: its
    working directory. variables: added to the environment. Raises RuntimeError with its output
    where it stops, and TimeoutError where it does not answer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*command, f"{prefix}port={port}", f"{prefix}address=127.0.0.1"],
        cwd=folder,
        env={**os.environ, **(variables or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        _wait(server, port)
        yield port
    finally:
        server.terminate()
        try:
            server.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()


def _wait(server: "subprocess.Popen[str]", port: int) -> None:
    """Waits until the server accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server stopped: {server.communicate()[0]}")
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"the server did not answer on port {port} within {START_SECONDS} s")
