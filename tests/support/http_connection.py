"""A connection to the service that stays open, for frequent requests."""

import asyncio
import json
from typing import Any, Self


class HttpConnection:
    """Sends JSON and waits for JSON, one request after the other; see `open`."""

    def __init__(
        self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._host, self._reader, self._writer = host, reader, writer

    @classmethod
    async def open(cls, address: str) -> Self:
        """Connects to a server at an address such as http://127.0.0.1:8501."""
        host, port = address.removeprefix("http://").split(":")
        return cls(host, *await asyncio.open_connection(host, int(port)))

    async def post(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """The status and the content of the answer to a JSON body."""
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer_head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer_head.split("content-length: ")[1].split()[0])
        content = json.loads(await self._reader.readexactly(length))
        return int(answer_head.split()[1]), content

    def close(self) -> None:
        """Ends the connection."""
        self._writer.close()
