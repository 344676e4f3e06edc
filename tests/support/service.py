"""The HTTP service on its own port in this process, and requests to it."""

import io
import json
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import requests
import uvicorn
from numpy.typing import NDArray
from PIL import Image

from app.api import service
from app.api.headers import SafeHeaders
from app.api.limits import Limits
from app.api.live import FindPage
from app.api.reader import Reader
from tests.support.drawings import placed

FREE = Limits(rate=0)  # no rate limit, because all tests share one client address
INK = {"Content-Type": "application/json"}


@contextmanager
def serving(
    limits: Limits = FREE,
    reader: Reader | None = None,
    origins: tuple[str, ...] = (),
    find_page: FindPage | None = None,
) -> Iterator[str]:
    """Serves the service alone; yields its address."""
    app = SafeHeaders(service.create(limits, reader, origins=origins, find_page=find_page))
    config = uvicorn.Config(app, port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def strokes(digit: int) -> list[list[list[float]]]:
    return [stroke.tolist() for stroke in placed(digit, 20, 20, 160)]


def drawn(digit: int = 3) -> NDArray[np.uint8]:
    """A digit in dark ink on white, uint8 (200, 200)."""
    sheet = np.full((200, 200), 255, np.uint8)
    for stroke in placed(digit, 20, 20, 160):
        cv2.polylines(sheet, [stroke.round().astype(np.int32)], False, 20, 12, cv2.LINE_AA)
    return sheet


def coded(kind: str, image: NDArray[Any] | None = None) -> bytes:
    return cv2.imencode(kind, drawn() if image is None else image)[1].tobytes()


def by_pillow(kind: str, mode: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(drawn()).convert(mode).save(buffer, kind)
    return buffer.getvalue()


def png(
    width: int, height: int, pixels: bytes = b"", depth: int = 8, is_transparent: bool = False
) -> bytes:
    """A grey PNG whose header says this size and depth in bits, whatever its pixels are."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, depth, 4 * is_transparent, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg_saying(width: int, height: int) -> bytes:
    """A JPEG of 200 x 200 pixels whose frame header says another size."""
    content = bytearray(coded(".jpg"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def short(value: object) -> str:
    """A short name for a case, as some bodies are long."""
    return repr(value)[:24]


def read(address: str, body: Any, kind: str = "image/png", query: str = "") -> requests.Response:
    content = json.dumps(body).encode() if isinstance(body, dict | list) else body
    where = f"{address}/api/read{query}"
    return requests.post(where, content, headers={"Content-Type": kind}, timeout=60)


def refused(response: requests.Response, status: int, code: str, *words: str) -> None:
    """Asserts that this is a refusal in the usual form whose message contains the words."""
    assert response.status_code == status, response.text
    assert set(response.json()) == {"error"}
    error = response.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["code"] == code, error
    for word in words:
        assert word in error["message"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
