"""The attacks: what one attacker does once, again and again until the attack is over."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import requests
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection

from app.page.canvas import fabric_objects
from tests.support.attacks import (
    FLOOD_MESSAGES,
    empty_lists,
    frame,
    rerun,
    scribble,
    upright_strokes,
)
from tests.support.hostile_pictures import (
    jpeg_with_many_scans,
    png_with,
    text_bomb,
    tiff_with_a_large_tile,
    webp_with_many_codes,
)
from tests.support.pictures import large_photograph
from tests.support.visitors import PageClient, connected

Headers = Mapping[str, str]  # that say which address an attacker has


class Attack(NamedTuple):
    """act: given the server's address and the attacker's headers. attackers: how many do it at the
    same time. clients: how many addresses they have.
    """

    act: Callable[[str, Headers], Awaitable[None]]
    attackers: int
    clients: int = 1


def sent_by_page(data: Callable[[], bytes]) -> Callable[[str, Headers], Awaitable[None]]:
    """Frames over a page's WebSocket, as many as the line takes."""

    async def act(address: str, headers: Headers) -> None:
        async with connected(address, headers=headers) as connection:
            connection.transport.write(data())
            await _listen(connection)

    return act


def message(content: Callable[[], bytes]) -> Callable[[str, Headers], Awaitable[None]]:
    """One message over a page's WebSocket, of any size."""

    async def act(address: str, headers: Headers) -> None:
        async with connected(address, headers=headers) as connection:
            await connection.send(content())
            await _listen(connection)

    return act


def posted(body: Callable[[], bytes], media_type: str) -> Callable[[str, Headers], Awaitable[None]]:
    """A request to the service."""

    async def act(address: str, headers: Headers) -> None:
        url, fields = f"{address}/api/read", {**headers, "Content-Type": media_type}
        await asyncio.to_thread(requests.post, url, body(), headers=fields, timeout=60)

    return act


async def runs(address: str, headers: Headers) -> None:
    """A page that runs again as often as it is allowed to."""
    async with connected(address, headers=headers) as connection:

        async def send() -> None:
            while True:
                await connection.send(rerun(widgets=0))
                await asyncio.sleep(0.11)

        sending = asyncio.create_task(send())
        try:
            await _listen(connection)
        finally:
            sending.cancel()


async def drawings(address: str, headers: Headers) -> None:
    """A page on which the same drawing, which costs much, is drawn again and again."""
    async with connected(address, headers=headers) as connection:
        page = PageClient(connection)
        await page.open()
        while True:
            await page.draw(fabric_objects(upright_strokes(60), 28))


async def nonsense(address: str, headers: Headers) -> None:
    """A page whose canvas sends what is no drawing."""
    async with connected(address, headers=headers) as connection:
        page = PageClient(connection)
        await page.open()
        while True:
            await page.draw([{"type": "path", "path": [["M", str(time.monotonic_ns()), {}]]}] * 500)


async def uploads(address: str, headers: Headers) -> None:
    """A file of 19 MB whose last byte never comes."""
    async with connected(address, headers=headers) as connection:
        await connection.send(rerun(widgets=0))
        session = ""
        while not session:
            forward = ForwardMsg()
            forward.ParseFromString(await connection.recv(decode=False))
            session = forward.new_session.initialize.session_id
        path = f"/_stcore/upload_file/{session}/{time.monotonic_ns()}"
        fields = "Content-Length: 19000000\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        disposition = 'Content-Disposition: form-data; name="f"; filename="f"'
        form = f"--x\r\n{disposition}\r\n\r\n".encode()
        await _stall(address, headers, f"PUT {path}", fields, form + bytes(18_000_000))


async def bodies(address: str, headers: Headers) -> None:
    """A picture of which a byte arrives, and no more."""
    fields = "Content-Length: 1000000\r\nContent-Type: image/png\r\n"
    await _stall(address, headers, "POST /api/read", fields, b"\x89")


async def _stall(address: str, headers: Headers, request: str, fields: str, data: bytes) -> None:
    """Begins a request and does not go on, until the server ends the connection."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    try:
        writer.write(f"{request} HTTP/1.1\r\nHost: {host}\r\n{lines}{fields}\r\n".encode() + data)
        await writer.drain()
        await reader.read()
    finally:
        writer.close()


async def _listen(connection: ClientConnection) -> None:
    """Takes what the server sends until it closes the connection, which is an exception."""
    while True:
        await connection.recv()


def _ink(drawing: list[Any]) -> bytes:
    return json.dumps({"strokes": [stroke.tolist() for stroke in drawing]}).encode()


# Made once, before anything is measured.
PICTURES: Final[dict[str, Callable[[], bytes]]] = {
    "JPEGs of many scans": cache(jpeg_with_many_scans),
    "TIFFs of a large tile": cache(tiff_with_a_large_tile),
    "PNGs of much text": cache(lambda: png_with(text_bomb(megabytes=8) * 200)),
    "WebPs of many codes": cache(webp_with_many_codes),
    "large photographs": cache(lambda: large_photograph(["2026", "8135"])),
}
ATTACKS: Final[dict[str, Attack]] = {
    "flood of messages": Attack(
        sent_by_page(lambda: frame(rerun(widgets=0)) * (FLOOD_MESSAGES // 10)), 4
    ),
    "flood of pings": Attack(sent_by_page(lambda: frame(b"", 9) * 40_000), 4),
    "pages that run all the time": Attack(runs, 40),
    "pages with costly drawings": Attack(drawings, 40),
    "pages with nonsense": Attack(nonsense, 40),
    "messages full of lists": Attack(message(lambda: rerun(empty_lists(600_000))), 8),
    "messages of 19 MB": Attack(message(lambda: rerun(empty_lists(6_500_000))), 4),
    "uploads that stall": Attack(uploads, 20),
    "bodies that stall": Attack(bodies, 16, clients=2),
    "upright strokes": Attack(posted(lambda: _ink(upright_strokes()), "application/json"), 8),
    "scribbles": Attack(posted(lambda: _ink(scribble()), "application/json"), 8),
    **{name: Attack(posted(make, "image/x"), 8) for name, make in PICTURES.items()},
}
