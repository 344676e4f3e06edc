"""A server in its own process, on a free port of this machine."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from tests.support.ports import free_port

START_SECONDS: Final = 60  # a busy machine takes ten to import everything


@contextmanager
def running(
    command: Sequence[str],
    folder: Path,
    variables: Mapping[str, str] | None = None,
    prefix: str = "--server.",
) -> Iterator[int]:
    """Runs a server as long as the context lasts; yields its port once it accepts connections.

    command: gets the port and the address as further options with this prefix. folder: its
    working directory. variables: added to the environment. Raises RuntimeError with its output
    if it stops, and TimeoutError if it does not answer.
    """
    port = free_port()
    # A file, because a pipe that nobody reads blocks a server that writes much.
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        server = subprocess.Popen(
            [*command, f"{prefix}port={port}", f"{prefix}address=127.0.0.1"],
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(server, port, output)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: "subprocess.Popen[bytes]", port: int, output: IO[str]) -> None:
    """Waits until the server accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            output.seek(0)
            raise RuntimeError(f"the server stopped: {output.read()}")
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"the server did not answer on port {port} within {START_SECONDS} s")
