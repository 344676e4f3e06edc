"""A connection to a server on this machine that can be cut, like a phone's in a tunnel."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final

TIMEOUT_SECONDS: Final = 10


class Gate:
    """Listens on its own port and passes connections on to the server's.

    address: what browsers open instead of the server. port: that of the server; it may change.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._own_port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self.open()
        self.address: Final = f"http://127.0.0.1:{self._own_port}"

    def open(self) -> None:
        """Accepts connections from now on."""
        self._run(self._open())

    def cut(self) -> None:
        """Closes all connections, and refuses new ones."""
        self._run(self._cut())

    def end(self) -> None:
        """Stops for good."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT_SECONDS)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(TIMEOUT_SECONDS)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._own_port)
        self._own_port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.gather(_copy(reader, server_writer), _copy(server_reader, writer))
        except OSError:
            writer.close()
        finally:
            self._writers.discard(writer)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copies bytes up to the end of the stream, and then ends the other one too."""
    try:
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    finally:
        writer.close()


@contextmanager
def gate_to(port: int) -> Iterator[Gate]:
    """A gate that exists as long as the context lasts."""
    gate = Gate(port)
    try:
        yield gate
    finally:
        gate.end()
