"""How many WebSockets a client may open, and how many it may hold open."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.api.headers import SAFE
from app.guard import websockets
from app.guard.websockets import ABUSIVE_CONNECTION, NEW_CONNECTIONS, WebSocketGuard
from tests.support.coroutines import run_coroutine

OPENED = 101  # the status with which the page accepts a WebSocket


class Stage:
    """The guard in front of a page that keeps its connections until `leave` is set."""

    def __init__(self) -> None:
        self.guard, self.leave = WebSocketGuard(self._page, proxies=0), asyncio.Event()

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept", "status": OPENED})
        await self.leave.wait()

    async def answer(self, client: str) -> Message:
        """The answer to a handshake; a connection that is opened stays."""
        answers: asyncio.Queue[Message] = asyncio.Queue()

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        scope: Scope = {"type": "websocket", "client": (client, 1), "headers": [], "path": "/"}
        self._task = asyncio.create_task(self.guard(scope, receive, answers.put))
        return await answers.get()


def test_the_connections_that_a_client_opens_in_a_minute_are_limited() -> None:
    async def scene() -> None:
        stage = Stage()
        stage.leave.set()
        answers = [await stage.answer("192.0.2.1") for _ in range(NEW_CONNECTIONS[1] + 1)]
        assert {answer["status"] for answer in answers[:-1]} == {OPENED}
        assert answers[-1]["status"] == 429
        headers = dict(answers[-1]["headers"])
        assert headers.items() >= {
            (name.lower().encode(), value.encode()) for name, value in SAFE.items()
        }
        assert (await stage.answer("192.0.2.2"))["status"] == OPENED

    run_coroutine(scene(), timeout_seconds=30)


@pytest.mark.parametrize(
    "ending, expected",
    [
        ({"type": "websocket.disconnect", "code": 1001}, NEW_CONNECTIONS[1]),  # it left
        # The server closed it for too many frames, and the guard for no message of the page.
        ({"type": "websocket.disconnect", "code": 1008}, None),
        ({"type": "websocket.receive", "bytes": b"nonsense"}, None),
        ({"type": "websocket.receive", "text": "nonsense"}, None),
    ],
    ids=["went", "frames", "no message", "text"],
)
def test_a_client_whose_connections_are_closed_with_a_reason_opens_few(
    ending: Message, expected: int | None
) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept", "status": OPENED})
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def receive() -> Message:
        return ending

    async def scene() -> None:
        guard, answers = WebSocketGuard(page, proxies=0), []

        async def send(message: Message) -> None:
            answers.append(message.get("status"))

        for _ in range(NEW_CONNECTIONS[1]):
            scope = {"type": "websocket", "client": ("192.0.2.1", 1), "headers": [], "path": "/"}
            await guard(scope, receive, send)
        assert answers.count(OPENED) == (
            expected or -(-NEW_CONNECTIONS[1] // (ABUSIVE_CONNECTION + 1))
        )

    run_coroutine(scene(), timeout_seconds=30)


def test_a_client_holds_half_of_what_others_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websockets, "MAX_CONNECTIONS", 4)

    async def scene() -> None:
        stage = Stage()
        clients = ["192.0.2.1"] * 3 + ["192.0.2.2"] * 2
        statuses = [(await stage.answer(client))["status"] for client in clients]
        assert statuses == [OPENED, OPENED, 429, OPENED, 429]
        stage.leave.set()
        await asyncio.sleep(0.1)
        assert (await stage.answer("192.0.2.1"))["status"] == OPENED

    run_coroutine(scene(), timeout_seconds=30)


@pytest.mark.parametrize(
    "proxies, expected", [(0, "192.0.2.1"), (1, "2001:db8:1:2::/64")], ids=["direct", "proxy"]
)
def test_the_page_knows_its_client_as_the_limits_do(proxies: int, expected: str) -> None:
    clients = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        clients.append(WebSocket(scope, receive, send).client)

    scope: Scope = {
        **{"type": "websocket", "client": ("192.0.2.1", 1), "path": "/"},
        "headers": [(b"x-forwarded-for", b"1.1.1.1, 2001:db8:1:2:3::4")],
    }
    messages: asyncio.Queue[Message] = asyncio.Queue()
    run_coroutine(WebSocketGuard(page, proxies)(scope, messages.get, messages.put))
    assert [client and client.host for client in clients] == [expected]
