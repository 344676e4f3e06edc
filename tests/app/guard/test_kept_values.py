"""What pages keep is estimated from their messages, and bounded for all pages of a client."""

import asyncio
import json
import tracemalloc

import pytest
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg

from app.guard import kept_values
from app.guard.connection import Connection
from app.guard.kept_values import FREE_BYTES, KeptValues, kept_bytes
from app.guard.messages import parse
from app.page.canvas import fabric_objects
from tests.app.guard.test_connection import GONE, play
from tests.support.attacks import kept_value, rerun
from tests.support.coroutines import run_coroutine
from tests.support.drawings import placed

DRAWING = json.dumps({"objects": fabric_objects(placed(3, 100, 100, 300) * 100, pen_width=28)})


@pytest.mark.parametrize(
    "value",
    [
        DRAWING,
        kept_value(),
        '{"a":[' + "[]," * 29_000 + "1]}",
        '{"a":[' + "1.5," * 190_000 + "1]}",
        '{"a":[' + '{"b":[]},' * 14_000 + "1]}",
        json.dumps({"a": "x" * 1_900_000}),
    ],
    ids=["drawing", "names", "lists", "numbers", "objects", "text"],
)
def test_the_estimate_is_about_what_the_objects_take(value: str) -> None:
    tracemalloc.start()
    kept = [(message, json.loads(_text(message))) for message in map(parse, [rerun(value)] * 2)]
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.8 * taken < kept_bytes(kept[0][0]) < 4 * taken


def _text(message: BackMsg) -> str:
    return message.rerun_script.widget_states.widgets[0].json_value


def test_the_pages_of_one_client_keep_half_of_what_others_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message = parse(rerun(kept_value()))
    size = kept_bytes(message) - FREE_BYTES
    monkeypatch.setattr(kept_values, "MAX_BYTES", 8 * size)
    values = KeptValues()

    def fitting(client: str) -> int:
        return [values.page(client).fit(message) for _ in range(6)].index(False)

    assert [fitting(client) for client in ("one", "two", "three")] == [4, 2, 1]
    assert all(values.page("one").fit(parse(rerun("{}"))) for _ in range(100))


def test_a_page_is_counted_until_its_session_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    message = parse(rerun(kept_value()))
    size = kept_bytes(message) - FREE_BYTES
    monkeypatch.setattr(kept_values, "MAX_BYTES", 2 * size)
    monkeypatch.setattr(kept_values, "KEPT_SECONDS", 0.2)
    monkeypatch.setattr(kept_values, "CHECK_SECONDS", 0.0)

    async def scene() -> None:
        values = KeptValues()
        page = values.page("client")
        assert page.fit(message)
        assert page.fit(message)  # the same again takes the place of the one before
        assert page.fit(parse(rerun("{}")))  # but may leave it in another widget
        assert not values.page("client").fit(message)
        page.end()
        assert not values.page("client").fit(message)
        await asyncio.sleep(0.4)
        assert values.page("client").fit(message)

    run_coroutine(scene(), timeout_seconds=5)


def test_a_page_that_would_keep_too_much_is_closed_with_a_reason() -> None:
    async def scene(connection: Connection, sent: list[Message]) -> None:
        assert (await connection.receive())["code"] == 1008
        assert sent[0]["reason"] == "too much on your pages; close some"
        assert connection.is_abusive

    message = {"type": "websocket.receive", "bytes": rerun(kept_value())}
    play([message, GONE], scene, fit=lambda _: False)
