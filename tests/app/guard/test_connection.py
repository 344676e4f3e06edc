"""When a WebSocket is slowed down, and when it is closed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from app.api.fair_places import FairPlaces
from app.guard.connection import Connection
from app.guard.token_bucket import TokenBucket
from app.guard.websockets import CLIENT_BYTES, CLIENT_MESSAGES
from tests.support.attacks import empty_lists, rerun
from tests.support.coroutines import run_coroutine

HEARTBEAT: Message = {
    "type": "websocket.receive",
    "bytes": BackMsg(app_heartbeat=True).SerializeToString(),
}
CLEAR: Message = {
    "type": "websocket.receive",
    "bytes": BackMsg(clear_cache=True).SerializeToString(),
}
RERUN: Message = {"type": "websocket.receive", "bytes": rerun()}
GONE: Message = {"type": "websocket.disconnect", "code": 1001}

Scene = Callable[[Connection, list[Message]], Coroutine[Any, Any, None]]


Buckets = tuple[TokenBucket, TokenBucket]


def play(
    incoming: list[Message],
    scene: Scene,
    places: FairPlaces | None = None,
    client_buckets: Buckets | None = None,
    fit: Callable[[BackMsg], bool] = lambda _: True,
) -> None:
    """Plays a scene with a connection that receives these messages, and the list of those it sends.

    client_buckets: those of its client; by default, large ones. fit: see `Connection`.
    """

    async def run() -> None:
        sent: list[Message] = []
        messages = iter(incoming)

        async def receive() -> Message:
            return next(messages)

        async def send(message: Message) -> None:
            sent.append(message)

        buckets = client_buckets or (TokenBucket(1e6, 1e6), TokenBucket(1e9, 1e9))
        connection = Connection(
            "client", receive, send, buckets, places or FairPlaces(4, share=0.5), fit
        )
        await scene(connection, sent)

    run_coroutine(run(), timeout_seconds=30)


def test_a_hand_is_not_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: float) -> None:
        raise AssertionError("slowed down")

    async def scene(connection: Connection, sent: list[Message]) -> None:
        monkeypatch.setattr("app.guard.connection.sleep", never)
        for _ in range(40):  # all at once, what a hand draws in ten seconds
            assert await connection.receive() == HEARTBEAT
        assert await connection.receive() == GONE

    play([HEARTBEAT] * 40 + [GONE], scene)


def test_a_flood_is_slowed_down_and_then_closed_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delays: list[float] = []

    async def note(seconds: float) -> None:
        delays.append(seconds)

    async def scene(connection: Connection, sent: list[Message]) -> None:
        monkeypatch.setattr("app.guard.connection.sleep", note)
        num_received = 0
        while (message := await connection.receive())["type"] == "websocket.receive":
            num_received += 1
        assert 40 < num_received < 100
        assert delays[0] == pytest.approx(0.1, abs=0.02)
        (close,) = sent
        assert close["type"] == "websocket.close"
        assert close["code"] == message["code"] == 1008
        assert "too many messages" in close["reason"]
        # What the page sends afterwards is dropped without an error.
        await connection.send({"type": "websocket.send", "bytes": b"more"})
        assert sent == [close]

    play([HEARTBEAT] * 10_000, scene)


def test_many_pages_of_a_client_together_send_what_leaves_room_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delays: list[float] = []
    buckets = TokenBucket(*CLIENT_MESSAGES), TokenBucket(*CLIENT_BYTES)

    async def note(seconds: float) -> None:
        delays.append(seconds)

    async def scene(connection: Connection, sent: list[Message]) -> None:
        monkeypatch.setattr("app.guard.connection.sleep", note)
        for _ in range(30):  # fewer than a page may send at once
            assert await connection.receive() == HEARTBEAT
        assert sent == []

    for _ in range(8):
        play([HEARTBEAT] * 30, scene, client_buckets=buckets)
    assert len(delays) == pytest.approx(120, abs=15)  # the first 120 of 240 messages are free
    assert delays[-1] == pytest.approx(120 / 30, abs=0.5)  # 30 a second


@pytest.mark.parametrize(
    "message, code, reason",
    [
        ({"type": "websocket.receive", "text": "hello"}, 1003, "expected binary messages"),
        ({"type": "websocket.receive", "bytes": b"\xff\xff"}, 1008, "expected a message"),
        (
            {"type": "websocket.receive", "bytes": rerun(empty_lists(40_000))},
            1008,
            "expected at most 30,000 lists in a widget's value",
        ),
    ],
)
def test_what_the_page_never_sends_closes_it(message: Message, code: int, reason: str) -> None:
    async def scene(connection: Connection, sent: list[Message]) -> None:
        assert (await connection.receive())["type"] == "websocket.disconnect"
        assert sent[0]["code"] == code
        assert reason in sent[0]["reason"]
        assert len(sent[0]["reason"].encode()) <= 123  # a close frame holds no more

    play([message], scene)


def test_what_is_for_a_page_that_has_gone_is_dropped() -> None:
    async def scene() -> None:
        async def receive() -> Message:
            return GONE

        async def send(message: Message) -> None:
            attempts.append(message)
            raise OSError("the client has disconnected")

        attempts: list[Message] = []
        buckets = TokenBucket(1, 1), TokenBucket(1, 1)
        connection = Connection("client", receive, send, buckets, FairPlaces(1, share=1))
        for _ in range(3):
            await connection.send({"type": "websocket.send", "bytes": b"more"})
        assert len(attempts) == 1
        assert await connection.receive() == GONE

    run_coroutine(scene(), timeout_seconds=5)


def test_developers_messages_are_passed_over() -> None:
    async def scene(connection: Connection, sent: list[Message]) -> None:
        assert await connection.receive() == HEARTBEAT
        assert sent == []

    play([CLEAR, CLEAR, HEARTBEAT], scene)


def test_a_run_keeps_its_place_until_the_page_has_finished() -> None:
    places = FairPlaces(1, share=0.5)

    async def scene(connection: Connection, sent: list[Message]) -> None:
        await connection.receive()
        await connection.receive()  # the same page may send more in the meantime
        other = asyncio.create_task(places.take("other"))
        await asyncio.sleep(0.01)
        for status in (ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_SUCCESSFULLY):
            assert not other.done()
            finished = ForwardMsg(script_finished=status).SerializeToString()
            await connection.send({"type": "websocket.send", "bytes": finished})
            await asyncio.sleep(0)
        await other
        assert len(sent) == 2

    play([RERUN, RERUN], scene, places)


def test_a_place_is_given_back_when_the_page_goes() -> None:
    places = FairPlaces(1, share=0.5)

    async def scene(connection: Connection, _: list[Message]) -> None:
        await connection.receive()
        connection.end()
        connection.end()  # once is enough
        await places.take("other")

    play([RERUN], scene, places)
