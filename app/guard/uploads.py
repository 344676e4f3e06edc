"""Bounds visitors' uploads: the files and bytes of a session, of a client and of all, and the time.

Streamlit bounds only the size of each file; it keeps any number of files, and waits for ever.
"""

import asyncio
import logging
import re
from collections.abc import Collection
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


class Upload(NamedTuple):
    """A file that is kept or on its way. client: who sends it; "" where that is forgotten."""

    session: str
    file: str
    client: str
    num_bytes: int


class UploadGuard:
    """ASGI middleware before the page. proxies: see `client_key`."""

    def __init__(self, page: ASGIApp, proxies: int) -> None:
        self._page, self._proxies = page, proxies
        self._in_flight = InFlightLimiter(MAX_UPLOADS)
        self._expected: list[Upload] = []
        self._clients: dict[tuple[str, str], str] = {}  # by session and file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one upload; passes everything else on."""
        upload = ROUTE.search(scope["path"]) if scope["type"] == "http" else None
        if upload is None or scope["method"] != "PUT":
            await self._page(scope, receive, send)
            return
        request = Request(scope)
        client = client_of(request, self._proxies)
        wanted = Upload(upload["session"], upload["file"], client, _declared_bytes(request))
        with self._in_flight.admit(client) as is_admitted:
            if not is_admitted:
                text = "Too many files are being uploaded. Try again in a minute."
                await PlainTextResponse(text, 429)(scope, receive, send)
            elif refusal := self._refusal(wanted):
                await PlainTextResponse(refusal[1], refusal[0])(scope, receive, send)
            else:
                await self._upload(scope, receive, send, wanted)

    async def _upload(self, scope: Scope, receive: Receive, send: Send, upload: Upload) -> None:
        """Passes an upload on until its time has run out."""
        deadline = asyncio.get_running_loop().time() + MAX_SECONDS

        async def receive_in_time() -> Message:
            try:
                async with asyncio.timeout_at(deadline):
                    return await receive()
            except TimeoutError:
                LOG.warning("ended an upload that took over %.0f s", MAX_SECONDS)
                return {"type": "http.disconnect"}  # Streamlit then discards what has arrived

        self._expected.append(upload)
        self._clients[upload.session, upload.file] = upload.client
        try:
            await self._page(scope, receive_in_time, send)
        finally:
            self._expected.remove(upload)

    def _refusal(self, wanted: Upload) -> tuple[int, str] | None:
        """Status and reason if another file is refused; else None."""
        held = [*self._stored(), *self._expected]
        of_session = [each for each in held if each.session == wanted.session]
        session_bytes = _bytes_of(of_session) + wanted.num_bytes
        if len(of_session) >= MAX_FILES or session_bytes > MAX_SESSION_BYTES:
            return 413, "This page holds too many files. Reload it and try again."
        if _bytes_of(held) + wanted.num_bytes > MAX_TOTAL_BYTES:
            return 503, "The server holds too many files. Try again in a minute."
        own = _bytes_of([each for each in held if each.client == wanted.client])
        left_by_others = MAX_TOTAL_BYTES - (_bytes_of(held) - own)
        if own and own + wanted.num_bytes > left_by_others * CLIENT_SHARE:  # the first may be large
            return 429, "Your address holds too many files here. Try again in a minute."
        return None

    def _stored(self) -> list[Upload]:
        """The files that are kept; forgets who sent those that no longer are."""
        sizes = stored_sizes()
        known = {*sizes, *((each.session, each.file) for each in self._expected)}
        self._clients = {key: name for key, name in self._clients.items() if key in known}
        return [Upload(*key, self._clients.get(key, ""), size) for key, size in sizes.items()]


def stored_sizes() -> dict[tuple[str, str], int]:
    """The bytes of each kept file, by session and file."""
    manager = get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return {
        (session, name): len(file.data)
        for session, files in tuple(manager.file_storage.items())
        for name, file in tuple(files.items())
    }


def _bytes_of(uploads: Collection[Upload]) -> int:
    return sum(upload.num_bytes for upload in uploads)


def _declared_bytes(request: Request) -> int:
    """The size that an upload declares; MAX_FILE_BYTES if it is larger or missing."""
    text = request.headers.get("content-length", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= 12
    return min(int(text), MAX_FILE_BYTES) if is_number else MAX_FILE_BYTES
