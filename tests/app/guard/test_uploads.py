"""Uploads are counted, timed, and freed with their session."""

import asyncio
import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from app.guard import uploads
from app.guard.ended_sessions import KEPT_SECONDS, EndedSessions
from app.guard.uploads import UploadGuard
from tests.support.coroutines import run_coroutine

MEGABYTE = 1 << 20
NUMBERS = itertools.count(100)  # names of files


def upload(session: str, length: int | None, client: str = "1.2.3.4") -> Scope:
    """The ASGI scope of an upload that declares this length."""
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    path = f"/_stcore/upload_file/{session}/{next(NUMBERS)}"
    return {
        "type": "http",
        "method": "PUT",
        "path": path,
        "client": (client, 1),
        "headers": headers,
    }


class Stage:
    """The guard in front of a page that waits for the whole body of an upload."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stored: dict[str, list[int]]) -> None:
        self.manager = MemoryUploadedFileManager("/upload")
        for session, sizes in stored.items():
            for number, size in enumerate(sizes):
                record = UploadedFileRec(str(number), "name", "type", bytes(size))
                self.manager.add_file(session, record)
        runtime = SimpleNamespace(uploaded_file_mgr=self.manager)
        monkeypatch.setattr(uploads, "get_instance", lambda: runtime)
        self.guard, self.received = UploadGuard(self._page, 0), list[Message]()

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.received.append(message := await receive())
        session, name = scope["path"].split("/")[-2:]
        if body := message.get("body"):
            self.manager.add_file(session, UploadedFileRec(name, "name", "type", body))
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def status(self, scope: Scope, delay: float = 0, body: bytes = b"") -> int:
        """The status of an upload whose body arrives after `delay` seconds, and is kept."""
        sent: list[Message] = []

        async def receive() -> Message:
            await asyncio.sleep(delay)
            return {"type": "http.request", "body": body}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.guard(scope, receive, send)
        return int(sent[0]["status"])


@pytest.mark.parametrize(
    "stored, length, expected",
    [
        ({}, MEGABYTE, 204),
        ({"own": [1] * 3}, MEGABYTE, 204),
        ({"own": [1] * 4}, MEGABYTE, 413),  # too many files
        ({"own": [20 * MEGABYTE]}, 20 * MEGABYTE, 204),
        ({"own": [20 * MEGABYTE, 2]}, 20 * MEGABYTE, 413),  # too many bytes
        ({"own": [20 * MEGABYTE]}, None, 413),  # undeclared, so it counts as the largest file
        ({str(number): [19 * MEGABYTE] for number in range(5)}, MEGABYTE, 204),
        ({str(number): [19 * MEGABYTE] for number in range(5)}, 2 * MEGABYTE, 503),  # in total
    ],
)
def test_files_and_bytes_are_bounded(
    stored: dict[str, list[int]],
    length: int | None,
    expected: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, stored)
    assert run_coroutine(stage.status(upload("own", length))) == expected


def test_uploads_that_are_on_their_way_count(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, {})

    async def scene() -> list[int]:
        sizes = [15 * MEGABYTE] * 3  # in one session, which may have 40 MB
        return await asyncio.gather(*(stage.status(upload("own", size), 0.2) for size in sizes))

    assert sorted(run_coroutine(scene())) == [204, 204, 413]


def test_one_client_may_have_half_of_the_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, {})

    async def scene() -> list[int]:
        clients = ["1.1.1.1"] * 6 + ["2.2.2.2"]
        scopes = [upload(str(number), 1, client) for number, client in enumerate(clients)]
        return await asyncio.gather(*(stage.status(scope, 0.2) for scope in scopes))

    assert run_coroutine(scene()) == [204] * 4 + [429] * 2 + [204]


def test_one_client_may_hold_half_of_the_bytes_that_others_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(monkeypatch, {})
    body = bytes(12 * MEGABYTE)

    async def statuses(client: str, count: int) -> list[int]:
        """Of uploads that are kept, each in a session of its own."""
        scopes = [upload(f"{client} {number}", len(body), client) for number in range(count)]
        return [await stage.status(scope, body=body) for scope in scopes]

    async def scene() -> None:
        assert await statuses("1.1.1.1", 6) == [204] * 4 + [429] * 2  # 48 MB
        assert await statuses("2.2.2.2", 3) == [204] * 2 + [429]  # 24 MB
        assert await statuses("3.3.3.3", 2) == [204, 429]
        for number in range(4):  # its pages were closed
            stage.manager.remove_session_files(f"1.1.1.1 {number}")
        assert await statuses("1.1.1.1", 3) == [204] * 2 + [429]

    run_coroutine(scene())
    assert len(stage.guard._clients) == 5


def test_uploads_on_their_way_count_for_their_client(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, {})

    async def scene() -> list[int]:
        scopes = [upload(str(number), 17 * MEGABYTE) for number in range(3)]
        return await asyncio.gather(*(stage.status(scope, 0.2) for scope in scopes))

    assert run_coroutine(scene()) == [204, 204, 429]


def test_an_upload_that_stalls_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_SECONDS", 0.1)
    stage = Stage(monkeypatch, {})
    run_coroutine(stage.status(upload("own", 1), delay=30), timeout_seconds=10)
    assert stage.received == [{"type": "http.disconnect"}]


def test_files_are_freed_soon_after_their_session() -> None:
    manager = MemoryUploadedFileManager("/upload")
    for session in ("open", "ended", "gone"):
        manager.add_file(session, UploadedFileRec("1", "name", "type", b"data"))
    sessions, closed = {"open", "ended"}, list[str]()

    def close(session: str) -> None:
        closed.append(session)
        sessions.discard(session)

    infos: Any = SimpleNamespace(
        list_sessions=lambda: [SimpleNamespace(session=SimpleNamespace(id=id)) for id in sessions]
    )
    runtime: Any = SimpleNamespace(
        _session_mgr=infos,
        is_active_session=lambda session: session == "open",
        close_session=close,
        uploaded_file_mgr=manager,
    )
    ended = EndedSessions(runtime)
    ended.free(0)
    assert set(manager.file_storage) == {"open", "ended"}  # the ended page may still come back
    ended.free(KEPT_SECONDS - 1)
    assert closed == []
    ended.free(KEPT_SECONDS)
    ended.free(KEPT_SECONDS + 5)
    assert closed == ["ended"]
    assert set(manager.file_storage) == {"open"}
