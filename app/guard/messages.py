"""What a page may send over its WebSocket: Streamlit's own messages, of a sensible size."""

from typing import Final

import msgspec
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

MAX_MESSAGE_BYTES: Final = 2 << 20  # a drawing of 20,000 points has 1 MB
MAX_WIDGETS: Final = 64  # in a message; the page has about ten
MAX_ITEMS: Final = 64  # files, or values of an array
MAX_EVENTS: Final = 8  # presses of buttons in a message; a browser sends each at once
MAX_FILES: Final = 8  # for which a message asks to upload; the page takes one
MAX_TEXT_BYTES: Final = 4 << 10  # of a query, or of another text that is not a drawing
MAX_HASHES: Final = 1_000  # of messages that the browser has kept; a visit has a few dozen
# Lists and objects in a value. A drawing has a list for each point and an object for each stroke.
# Each takes at least 60 bytes as a Python object, but may take only three in JSON.
MAX_CONTAINERS: Final = 30_000
MAX_VALUES: Final = 200_000  # numbers, words and containers; a point has five
MAX_DEPTH: Final = 12  # of lists in lists; a drawing has seven
# What visitors' browsers send. The other messages are for developers, and would empty the caches
# that all visitors share, or stop the server.
VISITOR_MESSAGES: Final = frozenset(
    {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
)
_OTHER_BYTES: Final = bytes(set(range(256)) - set(b"[]{}"))
_AS_SQUARE: Final = bytes.maketrans(b"{}", b"[]")


class UnacceptableMessage(ValueError):
    """A message that the page never sends; says what was expected and what it is."""


def is_for_visitors(message: BackMsg) -> bool:
    """Whether a visitor's page sends messages of this kind; others are ignored."""
    return message.WhichOneof("type") in VISITOR_MESSAGES


def parse(data: bytes) -> BackMsg:
    """Parses a message. Raises UnacceptableMessage if it exceeds a limit."""
    _check_count("bytes", len(data), MAX_MESSAGE_BYTES)
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise UnacceptableMessage("expected a message of the page, got other bytes") from error
    state = message.rerun_script
    _check_count("bytes as query", len(state.query_string), MAX_TEXT_BYTES)
    _check_count("bytes as names", len(state.page_name + state.fragment_id), MAX_TEXT_BYTES)
    _check_count("kept messages", len(state.cached_message_hashes), MAX_HASHES)
    _check_count("files", len(message.file_urls_request.file_names), MAX_FILES)
    _check_count("widgets", len(state.widget_states.widgets), MAX_WIDGETS)
    for widget in state.widget_states.widgets:
        _check_widget(widget)
    return message


def _check_widget(widget: WidgetState) -> None:
    """Raises UnacceptableMessage where a widget's value would become too many Python objects."""
    _check_count("bytes as a widget's name", len(widget.id), MAX_TEXT_BYTES)
    _check_json(widget.json_value)
    _check_object(widget.json_value)
    for items in (
        widget.file_uploader_state_value.uploaded_file_info,
        widget.double_array_value.data,
        widget.int_array_value.data,
        widget.string_array_value.data,
    ):
        _check_count("items in a widget's value", len(items), MAX_ITEMS)
    _check_json(widget.json_trigger_value)
    _check_events(widget.json_trigger_value)


def _check_object(text: str) -> None:
    """Raises UnacceptableMessage for a component's value that Streamlit could not take."""
    try:
        msgspec.json.decode(text or "null", type=dict[str, msgspec.Raw] | None)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UnacceptableMessage(
            f"expected an object of JSON as a widget's value: {error}"
        ) from None


def _check_events(text: str) -> None:
    """Raises UnacceptableMessage for many events, for each of which Streamlit calls the page."""
    try:
        events = msgspec.json.decode(text or "[]", type=list[msgspec.Raw] | dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeError) as error:
        raise UnacceptableMessage(f"expected events as JSON: {error}") from None
    _check_count("events", len(events) if isinstance(events, list) else 1, MAX_EVENTS)


def _check_json(text: str) -> None:
    """Raises UnacceptableMessage for JSON that has too much in it, or nests it too deeply."""
    if not text:
        return
    containers = text.count("[") + text.count("{")
    _check_count("lists in a widget's value", containers, MAX_CONTAINERS)
    _check_count("values in a widget's value", text.count(",") + containers, MAX_VALUES)
    brackets = text.encode("utf-8", "replace").translate(_AS_SQUARE, _OTHER_BYTES)
    for _ in range(MAX_DEPTH):  # takes the innermost containers away, again and again
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        limit = f"expected at most {MAX_DEPTH} lists in each other"
        raise UnacceptableMessage(f"{limit} in a widget's value, got more")


def _check_count(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise UnacceptableMessage(f"expected at most {limit:,} {what}, got {count:,}")
