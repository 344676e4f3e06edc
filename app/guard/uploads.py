"""Bounds visitors' uploads: the files and bytes of a session, of a client and of all, and the time.

Streamlit bounds only the size of each file; it keeps any number of files, and waits for ever.
"""

import asyncio
import logging
import re
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from app.api.client import client_of
from app.api.in_flight import InFlightLimiter

LOG: Final = logging.getLogger("app.guard")
ROUTE: Final = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)/?$")
MAX_FILES: Final = 4  # of a session; the page shows one, and frees it when another comes
MAX_SESSION_BYTES: Final = 40 << 20  # of the files of a session
MAX_TOTAL_BYTES: Final = 96 << 20  # of the files of all sessions
CLIENT_SHARE: Final = 0.5  # of the bytes that others leave, so that two clients cannot take all
MAX_FILE_BYTES: Final = 21 << 20  # Streamlit's limit and the form's overhead; assumed if undeclared
MAX_UPLOADS: Final = 8  # at the same time; see InFlightLimiter
MAX_SECONDS: Final = 60.0  # for all of one file; 20 MB take that at 3 Mbit/s


class Stored(NamedTuple):
    """What is kept: files and bytes of one session, and bytes of all."""

    files: int
    session_bytes: int
    total_bytes: int


class UploadGuard:
    """ASGI middleware before the page. proxies: see `client_key`."""

    def __init__(self, page: ASGIApp, proxies: int) -> None:
        self._page, self._proxies = page, proxies
        self._in_flight = InFlightLimiter(MAX_UPLOADS)
        self._expected: dict[object, tuple[str, int]] = {}  # session and bytes of each upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one upload; passes everything else on."""
        upload = ROUTE.search(scope["path"]) if scope["type"] == "http" else None
        if upload is None or scope["method"] != "PUT":
            await self._page(scope, receive, send)
            return
        request, session = Request(scope), upload["session"]
        size = _declared_bytes(request)
        with self._in_flight.admit(client_of(request, self._proxies)) as is_admitted:
            if not is_admitted:
                text = "Too many files are being uploaded. Try again in a minute."
                await PlainTextResponse(text, 429)(scope, receive, send)
            elif refusal := self._refusal(session, size):
                await PlainTextResponse(refusal[1], refusal[0])(scope, receive, send)
            else:
                await self._upload(scope, receive, send, (session, size))

    async def _upload(
        self, scope: Scope, receive: Receive, send: Send, expected: tuple[str, int]
    ) -> None:
        """Passes an upload on until its time has run out. expected: its session and bytes."""
        deadline = asyncio.get_running_loop().time() + MAX_SECONDS

        async def receive_in_time() -> Message:
            try:
                async with asyncio.timeout_at(deadline):
                    return await receive()
            except TimeoutError:
                LOG.warning("ended an upload that took over %.0f s", MAX_SECONDS)
                return {"type": "http.disconnect"}  # Streamlit then discards what has arrived

        upload = object()
        self._expected[upload] = expected
        try:
            await self._page(scope, receive_in_time, send)
        finally:
            del self._expected[upload]

    def _refusal(self, session: str, size: int) -> tuple[int, str] | None:
        """Status and reason if another file of this size is refused for a session; else None."""
        stored = stored_for(session)
        expected = [num_bytes for of, num_bytes in self._expected.values() if of == session]
        session_bytes = stored.session_bytes + sum(expected) + size
        if stored.files + len(expected) >= MAX_FILES or session_bytes > MAX_SESSION_BYTES:
            return 413, "This page holds too many files. Reload it and try again."
        all_expected = sum(num_bytes for _, num_bytes in self._expected.values())
        if stored.total_bytes + all_expected + size > MAX_TOTAL_BYTES:
            return 503, "The server holds too many files. Try again in a minute."
        return None


def stored_for(session: str) -> Stored:
    """What is kept for a session and for all sessions."""
    manager = get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    by_session = {
        key: [len(file.data) for file in tuple(files.values())]
        for key, files in tuple(manager.file_storage.items())
    }
    sizes = by_session.get(session, [])
    return Stored(len(sizes), sum(sizes), sum(map(sum, by_session.values())))


def _declared_bytes(request: Request) -> int:
    """The size that an upload declares; MAX_FILE_BYTES if it is larger or missing."""
    text = request.headers.get("content-length", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= 12
    return min(int(text), MAX_FILE_BYTES) if is_number else MAX_FILE_BYTES
