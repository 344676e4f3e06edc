"""Reads the traces of InkML, the W3C's XML for ink (https://www.w3.org/TR/InkML)."""

import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Final
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from app.reading import UnreadableInput

MAX_DEPTH: Final = 100  # of elements; groups of traces are nested a few deep
MAX_CHANNELS: Final = 64  # values of a point; pens report about ten
_HEAD_BYTES: Final = 1_024  # within which a file begins as XML
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_START: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|ink|\w+:ink)", re.IGNORECASE)
# A value with a sign before it: ' for a difference, " for a difference of differences.
# Its spaces are possessive: tried in all divisions, many of them would take hours.
_VALUE: Final = re.compile(
    r"""\s*+(?:([!'"])\s*+)?(-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[*?TF])"""
)
_ORDERS: Final = {"!": 0, "'": 1, '"': 2}


def is_inkml(content: bytes) -> bool:
    """Whether a file begins as InkML or other XML; `decode` checks the rest."""
    head = content[:_HEAD_BYTES]
    if head.startswith(_UTF16):
        head = head.decode("utf-16", "ignore").encode()
    return _START.match(head) is not None


def decode(content: bytes, max_points: int = sys.maxsize) -> list[NDArray[np.float64]]:
    """The traces that the pen drew, float64 (n, 2), x right and y down in the file's unit.

    max_points: of all traces. Raises UnreadableInput for more, and for XML that is not InkML, or
    has a document type, whose entities could grow without end.
    """
    document = _Document()
    try:
        document.parse(content)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, UnreadableInput):
            raise
        raise UnreadableInput(f"expected InkML, got XML that is broken: {error}") from error
    x, y = document.columns()
    traces = [trace for trace in document.traces if trace.strip()]
    num_points = sum(trace.count(",") + 1 for trace in traces)  # before any of them is parsed
    if num_points > max_points:
        raise UnreadableInput(f"expected at most {max_points:,} points, got {num_points:,}")
    return [_points(index, trace, x, y) for index, trace in enumerate(traces)]


class _Document:
    """Parses a file. traces: the texts of the traces that the pen drew."""

    def __init__(self) -> None:
        self.traces: list[str] = []
        self._channels: list[str] = []
        self._has_format = False  # the first of several formats is used
        self._path: list[str] = []
        self._text: list[str] | None = None

    def parse(self, content: bytes) -> None:
        """Raises UnreadableInput, ExpatError, or LookupError for an unknown encoding."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read_text
        parser.Parse(content, True)

    def columns(self) -> tuple[int, int]:
        """The indices of x and y among the values of a point."""
        names = self._channels or ["X", "Y"]
        if not {"X", "Y"} <= set(names):
            raise UnreadableInput(f"expected channels X and Y in InkML, got {', '.join(names):.80}")
        return names.index("X"), names.index("Y")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self._path and name != "ink":
            raise UnreadableInput(f"expected InkML, whose root is <ink>, got <{name:.40}>")
        self._path.append(name)
        if len(self._path) > MAX_DEPTH:
            raise UnreadableInput(f"expected at most {MAX_DEPTH} levels in InkML, got more")
        is_drawn = attributes.get("type", "penDown") == "penDown"
        self._text = [] if name == "trace" and is_drawn else None
        # The values of intermittent channels come last in a point, and only in some.
        if name == "channel" and not self._has_format and "intermittentChannels" not in self._path:
            self._channels.append(attributes.get("name", "").upper())

    def _end(self, name: str) -> None:
        self._path.pop()
        name = name.rpartition(":")[2]
        if name == "traceFormat":
            self._has_format = bool(self._channels)
        if name == "trace" and self._text is not None:
            self.traces.append("".join(self._text))
            self._text = None

    def _read_text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)


def _refuse_document_type(*_: object) -> None:
    raise UnreadableInput("expected InkML without a document type, got one with <!DOCTYPE")


def _points(index: int, trace: str, x: int, y: int) -> NDArray[np.float64]:
    """The points of a trace, float64 (n, 2); x and y: see `_Document.columns`."""
    rows = []
    orders: dict[int, int] = {}  # of differences, by column; a sign holds until the next one
    state: dict[int, tuple[float, float]] = {}  # the last value and difference, by column
    for text in trace.split(","):
        values = list(islice(_values(index, text), MAX_CHANNELS + 1))
        if len(values) > MAX_CHANNELS:
            message = f"expected at most {MAX_CHANNELS} values of a point, got more"
            raise UnreadableInput(f"trace {index} of InkML: {message}")
        if not values:
            continue
        if len(values) <= max(x, y):
            message = f"expected points with X and Y, got {text.strip()!r:.50}"
            raise UnreadableInput(f"trace {index} of InkML: {message}")
        rows.append([_resolved(column, *values[column], orders, state) for column in (x, y)])
    return np.array(rows, np.float64).reshape(-1, 2)


def _values(index: int, text: str) -> Iterator[tuple[str, str]]:
    """The values of a point, each with the sign before it."""
    start, text = 0, text.strip()
    while start < len(text):
        match = _VALUE.match(text, start)
        if match is None:
            message = f"expected numbers, got {text[start:].strip()!r:.50}"
            raise UnreadableInput(f"trace {index} of InkML: {message}")
        yield match[1] or "", match[2]
        start = match.end()


def _resolved(
    column: int,
    sign: str,
    text: str,
    orders: dict[int, int],
    state: dict[int, tuple[float, float]],
) -> float:
    """A value, which may be given as its difference from the value before; updates the state."""
    order = orders[column] = _ORDERS[sign] if sign else orders.get(column, 0)
    value, difference = state.get(column, (0.0, 0.0))
    if text in ("T", "F", "?"):
        raise UnreadableInput(f"expected X and Y of InkML to be numbers, got {text}")
    if text == "*":  # the same value or the same difference as before
        difference = difference if order else 0.0
    elif order == 2:
        difference += float(text)
    elif order == 1:
        difference = float(text)
    else:
        difference = float(text) - value
    is_given = order == 0 and text != "*"
    value = float(text) if is_given else value + difference
    state[column] = (value, difference)
    return value
