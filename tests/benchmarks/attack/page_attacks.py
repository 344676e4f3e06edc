"""Attacks by pages: what one page does in a turn, mostly over its WebSocket; see `Attack.act`."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection

from app.page.canvas import PAPER_COLOUR, fabric_objects
from tests.support.attacks import kept_value, rerun, upright_strokes
from tests.support.drawings import placed
from tests.support.hostile_page import HostilePage
from tests.support.visitors import PageClient, connected

Headers = Mapping[str, str]  # that say which address an attacker has


async def runs(address: str, headers: Headers) -> None:
    """Runs a page again as often as the server allows."""
    async with connected(address, headers=headers) as connection:

        async def send() -> None:
            while True:
                await connection.send(rerun(widgets=0))
                await asyncio.sleep(0.11)

        sending = asyncio.create_task(send())
        try:
            await listen(connection)
        finally:
            sending.cancel()


async def drawings(address: str, headers: Headers) -> None:
    """Puts the same costly drawing on a page again and again."""
    async with connected(address, headers=headers) as connection:
        page = PageClient(connection)
        await page.open()
        while True:
            await page.draw(fabric_objects(upright_strokes(60), 28))


async def nonsense(address: str, headers: Headers) -> None:
    """Sends something that is not a drawing as a page's canvas."""
    async with connected(address, headers=headers) as connection:
        page = PageClient(connection)
        await page.open()
        while True:
            await page.draw([{"type": "path", "path": [["M", str(time.monotonic_ns()), {}]]}] * 500)


async def uploads(address: str, headers: Headers) -> None:
    """Uploads a file of 19 MB whose last byte never arrives."""
    async with connected(address, headers=headers) as connection:
        path = f"/_stcore/upload_file/{await session_of(connection)}/{time.monotonic_ns()}"
        fields = "Content-Length: 19000000\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        await stall(address, headers, f"PUT {path}", fields, multipart(bytes(18_000_000))[:-9])


async def corrections(address: str, headers: Headers) -> None:
    """Corrects the same drawing on a page without end."""
    async with connected(address, headers=headers) as connection:
        page = HostilePage(connection)
        await page.open()
        await page.draw(fabric_objects(placed(3, 100, 100, 300), 28), PAPER_COLOUR)
        while True:
            for digit in (5, 6):
                await page.press("details", f"right-{digit}")


def pictures_on_page(make: Callable[[], bytes]) -> Callable[[str, Headers], Awaitable[None]]:
    """Chooses one picture after the other on a page."""

    async def act(address: str, headers: Headers) -> None:
        async with connected(address, headers=headers) as connection:
            page = HostilePage(connection)
            await page.open()
            await page.choose_pictures()
            while True:
                await page.upload(address, headers, make())

    return act


async def stall(address: str, headers: Headers, request: str, fields: str, data: bytes) -> None:
    """Begins a request and sends no more of it until the server closes the connection."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    try:
        writer.write(f"{request} HTTP/1.1\r\nHost: {host}\r\n{lines}{fields}\r\n".encode() + data)
        await writer.drain()
        await reader.read()
    finally:
        writer.close()


async def connections(address: str, headers: Headers) -> None:
    """Opens a hundred connections that begin a request and never finish its head."""
    host, _, port = address.removeprefix("http://").partition(":")
    opened = [await asyncio.open_connection(host, int(port)) for _ in range(100)]
    try:
        for _, writer in opened:
            writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\n".encode())
        await asyncio.gather(*(reader.read() for reader, _ in opened))
    finally:
        for _, writer in opened:
            writer.close()


async def visits(address: str, headers: Headers) -> None:
    """Opens a page, runs it, and leaves at once."""
    async with connected(address, headers=headers) as connection:
        await PageClient(connection).open()


async def kept_uploads(address: str, headers: Headers) -> None:
    """Uploads as many complete files of 19 MB as a page may, and stays."""
    async with connected(address, headers=headers) as connection:
        session = await session_of(connection)
        form = multipart(bytes(19_000_000))
        fields = "Content-Type: multipart/form-data; boundary=x\r\nConnection: close\r\n"
        fields += f"Content-Length: {len(form)}\r\n"
        for _ in range(6):
            path = f"/_stcore/upload_file/{session}/{time.monotonic_ns()}"
            await stall(address, headers, f"PUT {path}", fields, form)
        await listen(connection)


async def kept_values(address: str, headers: Headers) -> None:
    """Puts a value on a page's canvas that takes much as Python objects, and stays."""
    async with connected(address, headers=headers) as connection:
        page = HostilePage(connection)
        await page.open()
        for _ in range(2):
            await page.put("sheet", kept_value())
        await listen(connection)


async def session_of(connection: ClientConnection) -> str:
    """Runs a page, and returns the name of its session."""
    await connection.send(rerun(widgets=0))
    session = ""
    while not session:
        forward = ForwardMsg()
        forward.ParseFromString(await connection.recv(decode=False))
        session = forward.new_session.initialize.session_id
    return session


def multipart(content: bytes) -> bytes:
    """A form with one file, with the boundary x."""
    disposition = 'Content-Disposition: form-data; name="f"; filename="f"'
    return f"--x\r\n{disposition}\r\n\r\n".encode() + content + b"\r\n--x--\r\n"


async def listen(connection: ClientConnection) -> None:
    """Receives what the server sends, until it closes the connection, which raises an exception."""
    while True:
        await connection.recv()
