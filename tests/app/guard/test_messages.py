"""Which messages of a page are refused, and which are ignored."""

import json
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from app.guard import messages
from app.guard.messages import UnacceptableMessage, is_for_visitors, parse
from app.page.canvas import fabric_objects
from tests.support.attacks import empty_lists, rerun
from tests.support.drawings import placed


def with_files(count: int) -> bytes:
    """A message whose upload names this many files."""
    message = BackMsg()
    widget = message.rerun_script.widget_states.widgets.add(id="upload")
    for _ in range(count):
        widget.file_uploader_state_value.uploaded_file_info.add()
    return bytes(message.SerializeToString())


@pytest.mark.parametrize(
    "data, expected",
    [
        (rerun(empty_lists(1_000_000)), "bytes"),  # 3 MB
        (rerun(empty_lists(600_000)), "lists in a widget's value"),  # 1.8 MB
        (rerun("[" + "{}," * 30_000 + "{}]"), "lists in a widget's value"),
        (rerun("[" + "1," * 200_000 + "1]"), "values in a widget's value"),
        (rerun("[" * 13 + "]" * 13), "lists in each other"),
        (rerun('{"a":' * 13 + "1" + "}" * 13), "lists in each other"),
        (rerun('[1,{"a":' * 7 + "1" + "}]" * 7), "lists in each other"),
        (rerun("[" * 20_000), "lists in each other"),  # would be a RecursionError
        (rerun("{}", widgets=65), "widgets"),
        (rerun("not JSON"), "an object of JSON"),
        (rerun("1" * 5_000), "an object of JSON"),
        (rerun("[1,2]"), "an object of JSON"),
        (with_files(65), "items in a widget's value"),
        (
            rerun(events='[{"event":"pressed","value":"undo"}' + ',{"event":"x"}' * 8 + "]"),
            "at most 8 events, got 9",
        ),
        (rerun(events="[" + "1," * 8 + "1]"), "at most 8 events, got 9"),
        (rerun(events='[{"event":"pressed"'), "lists in each other"),
        (rerun(events="pressed"), "events as JSON"),
        (rerun(query="x" * 5_000), "bytes as query"),
        (b"\xff\xff\xff\xff", "expected a message of the page"),
    ],
)
def test_messages_that_cost_too_much_are_refused(data: bytes, expected: str) -> None:
    with pytest.raises(UnacceptableMessage, match=expected):
        parse(data)


def test_a_request_for_many_files_is_refused() -> None:
    message = BackMsg()
    message.file_urls_request.file_names.extend(["a.png"] * 9)
    with pytest.raises(UnacceptableMessage, match="expected at most 8 files, got 9"):
        parse(message.SerializeToString())


def test_the_largest_drawing_is_accepted() -> None:
    strokes = [stroke for digit in range(10) for stroke in placed(digit, 100, 40, 400)]
    objects = fabric_objects(strokes, 28)
    objects *= 20_000 // sum(len(item["path"]) for item in objects)
    drawing = {"raw": {"objects": objects, "background": "#fff"}, "data": None}
    data = rerun(json.dumps({"drawing": drawing}))
    assert len(data) > 500_000
    parse(data)


def test_an_event_may_hold_a_whole_drawing() -> None:
    strokes = [{"points": stroke.tolist(), "width": 28} for stroke in 9 * placed(5, 100, 40, 400)]
    kept = {"base": fabric_objects(placed(2, 20, 60, 200), 28), "strokes": strokes}
    events: list[dict[str, Any]] = [{"event": "kept", "value": kept}]
    parse(rerun(events=json.dumps(events)))
    parse(rerun(events=json.dumps(events[0])))


@pytest.mark.parametrize(
    "name, expected",
    [
        ("stop_script", True),
        ("app_heartbeat", True),
        ("clear_cache", False),
        ("set_run_on_save", False),
        ("load_git_info", False),
        ("debug_disconnect_websocket", False),
        ("debug_shutdown_runtime", False),
    ],
)
def test_only_visitors_messages_reach_the_page(name: str, expected: bool) -> None:
    flag: dict[str, Any] = {name: True}
    message = BackMsg(**flag)
    assert is_for_visitors(parse(message.SerializeToString())) is expected


def test_every_kind_of_message_was_looked_at() -> None:
    # This fails if a version of Streamlit has a new kind of message: decide who may send it.
    kinds = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert kinds - messages.VISITOR_MESSAGES == {
        "clear_cache",
        "set_run_on_save",
        "load_git_info",
        "debug_disconnect_websocket",
        "debug_shutdown_runtime",
        "backend_operation_request",
    }
