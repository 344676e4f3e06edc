"""Bounds the memory of the values that Streamlit keeps of each page as Python objects.

A message of 1.5 MB may become 35 MB of objects, which are kept as long as its page is open; a
dozen such pages would fill a small server.
"""

import asyncio
from collections import Counter
from typing import Final

from streamlit.proto.BackMsg_pb2 import BackMsg

from app.guard.ended_sessions import CHECK_SECONDS, KEPT_SECONDS

MAX_BYTES: Final = 64 << 20  # of all pages
CLIENT_SHARE: Final = 0.5  # of what others leave, for the pages of one client
FREE_BYTES: Final = 256 << 10  # of each page, which do not count; a short number takes as much
COPIES: Final = 2  # those of the last message and of the one before
# As bytes for each of these in JSON; see test_kept_values.py.
BYTES_PER_BYTE: Final = 3  # the message, the text, and its words
BYTES_PER_VALUE: Final = 36
BYTES_PER_LIST: Final = 64
BYTES_PER_NAME: Final = 110


def kept_bytes(message: BackMsg) -> int:
    """About the memory that a page takes once it has sent this message and another like it."""
    num_bytes: int = sum(
        _object_bytes(widget.json_value or widget.json_trigger_value)
        + BYTES_PER_BYTE * widget.ByteSize()
        for widget in message.rerun_script.widget_states.widgets
    )
    return COPIES * num_bytes


def _object_bytes(json: str) -> int:
    lists = json.count("[") + json.count("{")
    values, names = json.count(",") + lists, json.count(":")
    return BYTES_PER_VALUE * values + BYTES_PER_LIST * lists + BYTES_PER_NAME * names


class KeptValues:
    """Counts what all pages keep. Only the event loop may call it and its pages."""

    def __init__(self) -> None:
        self._by_client: Counter[str] = Counter()

    def page(self, client: str) -> "PageValues":
        """What a new page of this client keeps."""
        return PageValues(self, client)

    def add(self, client: str, num_bytes: int) -> bool:
        """Counts further bytes of a client; False, and nothing is counted, if they are too many."""
        own, total = self._by_client[client] + num_bytes, self._by_client.total() + num_bytes
        left_by_others = MAX_BYTES - (total - own)
        if num_bytes > 0 and own > left_by_others * CLIENT_SHARE:
            return False
        self._by_client[client] = own
        if not own:
            del self._by_client[client]
        return True


class PageValues:
    """What one page keeps: as much as its largest message so far, as parts of it may stay."""

    def __init__(self, values: KeptValues, client: str) -> None:
        self._values, self._client = values, client
        self._num_bytes = 0

    def fit(self, message: BackMsg) -> bool:
        """Counts a message of the page; False if the pages of its client keep too much."""
        more = kept_bytes(message) - FREE_BYTES - self._num_bytes
        if more <= 0:
            return True
        if not self._values.add(self._client, more):
            return False
        self._num_bytes += more
        return True

    def end(self) -> None:
        """Counts it no longer once Streamlit has freed the session of the closed page."""
        if self._num_bytes:
            loop = asyncio.get_running_loop()
            seconds = KEPT_SECONDS + CHECK_SECONDS
            loop.call_later(seconds, self._values.add, self._client, -self._num_bytes)
