"""Parses UCI's pen digits, UNIPEN text, into strokes with labels and writers.

A record is `.SEGMENT DIGIT 4-5 ? "7"` (its pen-downs and its label), `.COMMENT 7 12 224` (digit,
writer, sample), and for each pen-down `.PEN_DOWN`, lines of `x y`, `.PEN_UP` and `.DT` (pause).
Empty pen-downs are dropped. Other irregularities, such as a record without ink or with a missing
pen-down, a pen that is not lifted, and labels that disagree, are errors. The published file has
none of them.
"""

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from train.data.download import DataError

Strokes = list[NDArray[np.float32]]  # each (n, 2)

_SEGMENT = re.compile(r'\.SEGMENT\s+DIGIT\s+(\d+)(?:-(\d+))?\s+\?\s+"(\d)"\s*')
_COMMENT = re.compile(r"\.COMMENT\s+(\d)\s+(\d+)\s+(\d+)\s*")
_POINT = re.compile(r"\s*(-?\d+)\s+(-?\d+)\s*")
_IGNORED = (".INCLUDE", ".LEXICON", ".HIERARCHY", ".DT")


@dataclass(frozen=True, eq=False)
class Record:
    """One digit; strokes in the tablet's units, x right and y down from 0 to -500."""

    label: int
    writer: int
    strokes: Strokes


@dataclass
class _Open:
    """A record that is being parsed."""

    label: int
    pen_downs: int
    writer: int | None = None
    strokes: list[list[tuple[float, float]]] = field(default_factory=list)


def parse(text: str, name: str) -> list[Record]:
    """The records of UNIPEN text. Raises DataError with `name` and the line for other text."""
    return _Parser(name).parse(text)


class _Parser:
    def __init__(self, name: str) -> None:
        self._name = name
        self._line = 0
        self._open: _Open | None = None
        self._pen: list[tuple[float, float]] | None = None
        self._records: list[Record] = []

    def parse(self, text: str) -> list[Record]:
        for self._line, line in enumerate(text.splitlines(), 1):
            point = _POINT.fullmatch(line)
            if point is not None:
                if self._pen is None:
                    raise self._error("expected .PEN_DOWN before points, got a point")
                self._pen.append((float(point[1]), -float(point[2])))
            elif line.strip():
                self._command(line)
        self._close()
        return self._records

    def _command(self, line: str) -> None:
        if segment := _SEGMENT.fullmatch(line):
            self._close()
            first, last = int(segment[1]), int(segment[2] or segment[1])
            self._open = _Open(int(segment[3]), last - first + 1)
        elif comment := _COMMENT.fullmatch(line):
            record = self._current()
            if record.writer is not None:
                raise self._error("expected one .COMMENT in a record, got a second one")
            if int(comment[1]) != record.label:
                raise self._error(f"expected label {record.label} in .COMMENT, got {comment[1]}")
            record.writer = int(comment[2])
        elif line.strip() == ".PEN_DOWN":
            if self._pen is not None:
                raise self._error("expected .PEN_UP, got a second .PEN_DOWN")
            self._pen = []
            self._current().strokes.append(self._pen)
        elif line.strip() == ".PEN_UP":
            if self._pen is None:
                raise self._error("expected .PEN_DOWN, got .PEN_UP")
            self._pen = None
        elif not line.startswith(_IGNORED):
            raise self._error(f"expected a point or a known keyword, got {line[:40]!r}")

    def _current(self) -> _Open:
        if self._open is None:
            raise self._error("expected .SEGMENT first, got another part of a record")
        return self._open

    def _close(self) -> None:
        record, self._open = self._open, None
        if record is None:
            return
        if self._pen is not None:
            raise self._error("expected .PEN_UP, got the end of the record")
        if record.writer is None:
            raise self._error("expected .COMMENT, got the end of the record")
        if len(record.strokes) != record.pen_downs:
            raise self._error(
                f"expected {record.pen_downs} pen-downs in a record, got {len(record.strokes)}"
            )
        strokes = [np.array(points, np.float32) for points in record.strokes if points]
        if not strokes:
            raise self._error("expected a record with ink, got none")
        self._records.append(Record(record.label, record.writer, strokes))

    def _error(self, problem: str) -> DataError:
        return DataError(f"{self._name}, line {self._line}: {problem}")
