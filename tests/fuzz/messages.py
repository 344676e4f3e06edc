"""What a browser may send over the page's WebSocket: frames, messages and values of widgets."""

import json
from collections.abc import Sequence
from typing import Any, Final, TypeVar

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from app.page.canvas import PAPER_COLOUR, fabric_objects
from tests.support.attacks import empty_lists, frame, rerun
from tests.support.drawings import placed

Random = np.random.Generator
Choice = TypeVar("Choice")

COMMANDS: Final[tuple[Any, ...]] = (
    "M",
    "L",
    "Q",
    "C",
    "Z",
    "m",
    "",
    "x" * 10_000,
    None,
    5,
    ["M"],
    {},
)
NUMBERS: Final[tuple[Any, ...]] = (
    *(0, -1, 0.5, 1e6, 1e300, -(10**400), float("nan"), float("inf"), "1", None, True, []),
)
OPCODES: Final = (0, 1, 2, 2, 2, 2, 3, 7, 8, 9, 10, 11, 15)  # half of them those of a message
LENGTHS: Final = (0, 1, 125, 126, 127, 65_535, 65_536, 2 << 20, (2 << 20) + 1, 2**31, 2**63 - 1)
FLAGS: Final = tuple(
    field.name
    for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields
    if field.type == field.TYPE_BOOL
)
VALUES: Final = tuple(field for field in WidgetState.DESCRIPTOR.oneofs_by_name["value"].fields)


def page_messages(random: Random) -> tuple[str, Any]:
    """The messages of one connection: a few, or very many of one kind."""
    count = 1 if random.random() < 0.8 else int(10 ** random.uniform(0, 3))
    message = _message(random)
    return "messages", [message] * count if count > 5 else [_message(random) for _ in range(count)]


def canvas_value(random: Random) -> tuple[str, Any]:
    """What a canvas sends as its drawing, possibly with some part replaced by something else."""
    return "canvas", _canvas(random)


def socket_bytes(random: Random) -> tuple[str, Any]:
    """Bytes after a handshake: frames of wrong kinds, lengths, order or number, or no frames."""
    if random.random() < 0.05:
        return "socket", random.bytes(int(random.integers(1, 2_000)))
    sent = b"".join(_frame(random) for _ in range(int(random.integers(1, 12))))
    if random.random() < 0.2:
        sent += _frame(random)[:70_000] * int(
            min(10 ** random.uniform(0, 4), 4e6 / (len(sent) + 1))
        )
    return "socket", _damaged(random, sent) if random.random() < 0.2 else sent


def _message(random: Random) -> bytes:
    """A message of the page, in most cases with something wrong in it."""
    kinds = (_flag, _file_request, _large, _widgets, _widgets, _widgets, _widgets)
    content = _pick(random, kinds)(random)
    return _damaged(random, content) if random.random() < 0.25 else content


def _flag(random: Random) -> bytes:
    value: dict[str, Any] = {_pick(random, FLAGS): bool(random.random() < 0.8)}
    return BackMsg(**value).SerializeToString()


def _file_request(random: Random) -> bytes:
    message = BackMsg()
    message.file_urls_request.request_id = _text(random)
    message.file_urls_request.session_id = _text(random)
    count = int(random.integers(0, 20))
    message.file_urls_request.file_names.extend(_text(random) for _ in range(count))
    return message.SerializeToString()


def _large(random: Random) -> bytes:
    """Much of one thing: bytes, lists, depth, values, widgets or events."""
    count = int(10 ** random.uniform(0, 5.5))
    deep = min(count, 100_000)
    values = (
        lambda: rerun(empty_lists(count)),
        lambda: rerun("[" * deep + "]" * deep),
        lambda: rerun('{"a":' * deep + "1" + "}" * deep),
        lambda: rerun("[" + "1," * count + "1]"),
        lambda: rerun("x" * count),
        lambda: rerun("[]", widgets=min(count, 5_000)),
        lambda: rerun(events="[" + '{"event":"x"},' * count + "{}]"),
        lambda: rerun(query="x" * count),
    )
    return _pick(random, values)()


def _widgets(random: Random) -> bytes:
    """A run of the page with a few widgets of any type and value."""
    message = BackMsg()
    state = message.rerun_script
    state.query_string, state.page_script_hash = _text(random), _text(random)
    state.fragment_id = _text(random)
    state.cached_message_hashes.extend([_text(random)] * int(10 ** random.uniform(-1, 3.5)))
    for _ in range(int(10 ** random.uniform(0, 2))):
        _fill(random, state.widget_states.widgets.add())
    return message.SerializeToString()


def _fill(random: Random, widget: WidgetState) -> None:
    """Gives a widget a name and a value of any type."""
    widget.id = _text(random)
    field = _pick(random, VALUES)
    if random.random() < 0.5:
        given = {"drawing": {"raw": _canvas(random), "data": None}}
        widget.json_value = json.dumps(given, default=str)
    elif field.name in ("json_value", "json_trigger_value", "string_value"):
        setattr(widget, field.name, _pick(random, ("", "{", "[1,", '"\\ud800"', "NaN", "[]", "5")))
    elif field.type in (field.TYPE_BOOL, field.TYPE_INT64, field.TYPE_SINT64):
        setattr(widget, field.name, 1)
    elif field.type == field.TYPE_DOUBLE:
        setattr(widget, field.name, _pick(random, (0.0, float("nan"), 1e308)))
    elif field.type == field.TYPE_BYTES:
        setattr(widget, field.name, random.bytes(int(10 ** random.uniform(0, 5))))
    elif field.type == field.TYPE_MESSAGE:
        getattr(widget, field.name).SetInParent()


def _canvas(random: Random) -> Any:
    """The canvas's drawing, in which some value at any depth may be replaced."""
    size = 10 ** random.uniform(0, 3)
    digits = random.integers(0, 10, random.integers(0, 4)).tolist()
    strokes = [
        stroke for at, digit in enumerate(digits) for stroke in placed(digit, at * size, 0, size)
    ]
    objects: Any = fabric_objects([stroke for stroke in strokes if len(stroke) > 1], 28)
    if random.random() < 0.1:
        objects = objects * int(10 ** random.uniform(0, 3))
    value = {"objects": objects, "background": PAPER_COLOUR}
    return _spoilt(random, value) if random.random() < 0.7 else value


def _spoilt(random: Random, value: Any) -> Any:
    """The value with another one somewhere in its lists and objects."""
    if not value or not isinstance(value, dict | list) or random.random() < 0.1:
        return _pick(random, COMMANDS if random.random() < 0.5 else NUMBERS)
    if isinstance(value, dict):
        name = _pick(random, tuple(value))
        return {**value, name: _spoilt(random, value[name])}
    at = int(random.integers(len(value)))
    return [*value[:at], _spoilt(random, value[at]), *value[at + 1 :]]


def _frame(random: Random) -> bytes:
    """A frame as a browser sends it, or with another kind, length or mask."""
    if random.random() < 0.8:
        return frame(_message(random)[:65_535], _pick(random, (2,) * 8 + (0, 1, 9, 10)))
    head = _pick(random, (0x80, 0x80, 0x80, 0, 0x40, 0xF0)) | _pick(random, OPCODES)
    payload = random.bytes(int(10 ** random.uniform(0, 3)) - 1)
    length = len(payload) if random.random() < 0.7 else _pick(random, LENGTHS)
    mask = 0x80 if random.random() < 0.9 else 0
    size = bytes([mask | length]) if length < 126 else bytes([mask | 126]) + length.to_bytes(8)[-2:]
    if length > 65_535:
        size = bytes([mask | 127]) + length.to_bytes(8)
    return bytes([head]) + size + (bytes(4) if mask else b"") + payload


def _text(random: Random) -> str:
    """A text, in most cases a short one."""
    texts = ("", "a", "widget-1", "$$ID-x-None", "../..", "\0", "é" * 100, "x" * 5_000)
    return _pick(random, texts if random.random() < 0.3 else texts[:4])


def _damaged(random: Random, content: bytes) -> bytes:
    """The bytes with some of them changed, or cut short."""
    changed = bytearray(content or b"\0")
    for _ in range(int(random.integers(0, 4))):
        changed[int(random.integers(len(changed)))] = int(random.integers(256))
    if random.random() < 0.3:
        del changed[int(random.integers(len(changed))) :]
    return bytes(changed)


def _pick(random: Random, choices: Sequence[Choice]) -> Choice:
    return choices[int(random.integers(len(choices)))]
