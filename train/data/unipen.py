"""Parses the UNIPEN 1.0 format: labelled segments of pen trajectories, with their writers.

A file is a sequence of keywords such as `.PEN_DOWN`, each with an argument and the lines after it.
Coordinates follow `.PEN_DOWN` and `.PEN_UP`, one point on each line, in the columns that `.COORD`
names (`X Y`, `T X Y P`, ...), with y up. Each of these two keywords begins a component, except for
a `.PEN_UP` without points. Components are counted from 0 across included files, and labels refer to
them:

    .SEGMENT CHARACTER 3:12-4:20,7 OK "5"

means point 12 of component 3 to point 20 of component 4, and all of component 7; a quality (OK, BAD
or ?); and the label. `.HIERARCHY` lists the kinds of segments. A `.WRITER_ID` is valid until the
next one. Keywords that the ink does not need (`.DT`, `.COMMENT`, ...) are skipped with their lines.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from train.data.download import DataError
from train.data.pendigits import Strokes

_KEYWORD: Final = re.compile(r"^\.([A-Z_]+)[ \t]*([^\r\n]*)", re.MULTILINE)
_SEGMENT: Final = re.compile(r'(\S+)\s+([\d:,-]+)\s+(\S+)\s+"(.+)"\s*')
_ESCAPED: Final = re.compile(r"\\(.)")  # a quote or a backslash within a label
_END: Final = r"(\d+)(?::(\d+))?"  # an end of a range: a component, and perhaps a point in it
_RANGE: Final = re.compile(f"{_END}(?:-{_END})?")
_MM_PER_INCH: Final = 25.4


class Range(NamedTuple):
    """Points of consecutive components, including both ends.

    None as a point is the first or the last point of its component.
    """

    first: int
    first_point: int | None
    last: int
    last_point: int | None


class Section(NamedTuple):
    """A keyword with everything up to the next keyword. line: of the keyword, from 1 on."""

    keyword: str
    argument: str
    body: str
    file: str
    line: int

    def error(self, problem: str, offset: int = 0) -> DataError:
        """An error that names the file, and the line `offset` lines below the keyword."""
        return DataError(f"{self.file}, line {self.line + offset}: {problem}")


@dataclass(frozen=True)
class Segment:
    """A labelled part of the ink.

    kind: its level in the hierarchy, such as CHARACTER or WORD. ranges: of its components.
    quality: OK, BAD or ?, as its contributor judged it.
    """

    kind: str
    ranges: tuple[Range, ...]
    quality: str
    label: str
    section: Section


@dataclass
class Document:
    """A parsed file with the files that it includes; made by `parse`."""

    segments: list[Segment] = field(default_factory=list)
    _components: list[tuple[Section, str | None]] = field(default_factory=list)  # with writer
    _writer: str | None = None
    _hierarchy: tuple[str, ...] = ()
    _columns: tuple[str, ...] = ("X", "Y")
    _resolution: dict[str, float] = field(default_factory=dict)  # points per mm, by axis

    def strokes(self, segment: Segment) -> Strokes:
        """The strokes (n, 2) of a segment, x right and y down, both in units of the x axis.

        Raises DataError for a segment without ink, and for components that do not exist.
        """
        pieces = [piece for span in segment.ranges for piece in self._pieces(segment, span)]
        if not pieces:
            raise segment.section.error("expected a segment with ink, got none")
        return pieces

    def writer(self, segment: Segment) -> str:
        """The writer of a segment: the last .WRITER_ID before its ink."""
        writer = self._component(segment, segment.ranges[0].first)[1]
        if writer is None:
            raise segment.section.error("expected .WRITER_ID before a segment's ink, got none")
        return writer

    def _component(self, segment: Segment, index: int) -> tuple[Section, str | None]:
        if index >= len(self._components):
            raise segment.section.error(
                f"expected a component below {len(self._components)}, got {index}"
            )
        return self._components[index]

    def _pieces(self, segment: Segment, span: Range) -> Iterator[NDArray[np.float32]]:
        for index in range(span.first, span.last + 1):
            section, _ = self._component(segment, index)
            if section.keyword != "PEN_DOWN":
                continue
            points = self._points(section)
            first = (span.first_point or 0) if index == span.first else 0
            last = span.last_point if index == span.last else None
            last = len(points) - 1 if last is None else last
            if not first <= last < len(points):
                raise segment.section.error(
                    f"expected points of 0 to {len(points) - 1} in component {index},"
                    f" got {first} to {last}"
                )
            yield points[first : last + 1]

    def _points(self, section: Section) -> NDArray[np.float32]:
        rows = [line.split() for line in section.body.split("\n")]
        for offset, row in enumerate(rows):
            if row and len(row) != len(self._columns):
                raise section.error(f"expected {' '.join(self._columns)}, got {row}", offset)
        try:
            table = np.array([row for row in rows if row], np.float64)
        except ValueError as error:
            raise section.error(f"expected numbers, got {error}") from error
        points = table[:, [self._columns.index("X"), self._columns.index("Y")]]
        if not np.isfinite(points).all():
            raise section.error("expected finite coordinates, got others")
        return (points * [1.0, -self._aspect()]).astype(np.float32)

    def _aspect(self) -> float:
        """The factor from the unit of the y axis to that of the x axis; aga's units differ."""
        if len(self._resolution) < len("XY"):
            return 1.0
        return self._resolution["X"] / self._resolution["Y"]


def sections(text: str, file: str) -> Iterator[Section]:
    """The keywords of a text, in order; `file` names it in errors."""
    # What is before the first keyword, and then each keyword with its argument and its body.
    before, *parts = _KEYWORD.split(text)
    line = 1 + before.count("\n")
    for keyword, argument, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield Section(keyword, argument.strip(), body, file, line)
        line += body.count("\n")


def parse(
    text: str, file: str, include: Callable[[str], tuple[str, str]] | None = None
) -> Document:
    """The segments and the ink of a file.

    include: returns the text of an included file, and its name in errors. Raises DataError, which
    names the file and the line, for text in another format. Points are parsed only when a segment
    needs them, and errors among them are raised then.
    """
    document = Document()
    for section in _expanded(text, file, include, ()):
        _read(document, section)
    for segment in document.segments:
        if document._hierarchy and segment.kind not in document._hierarchy:
            allowed = " or ".join(document._hierarchy)
            raise segment.section.error(f"expected a segment {allowed}, got {segment.kind}")
    return document


def _expanded(
    text: str,
    file: str,
    include: Callable[[str], tuple[str, str]] | None,
    within: tuple[str, ...],
) -> Iterator[Section]:
    """The sections of a text, with each .INCLUDE replaced by the sections of the file it names."""
    for section in sections(text, file):
        if section.keyword != "INCLUDE" or include is None:
            yield section
            continue
        if section.argument in within:
            message = f"expected no file to include itself, got {section.argument} in itself"
            raise section.error(message)
        try:
            included, name = include(section.argument)
        except (OSError, KeyError) as error:
            raise section.error(f"expected a file {section.argument}, got none") from error
        yield from _expanded(included, name, include, (*within, section.argument))


def _read(document: Document, section: Section) -> None:
    match section.keyword:
        case "SEGMENT":
            document.segments.append(_segment(section))
        case "PEN_DOWN" | "PEN_UP" if section.keyword == "PEN_DOWN" or section.body.strip():
            document._components.append((section, document._writer))
        case "WRITER_ID":
            document._writer = section.argument
        case "HIERARCHY":
            document._hierarchy = tuple(section.argument.split())
        case "COORD":
            document._columns = _columns(section)
        case "X_POINTS_PER_INCH" | "Y_POINTS_PER_INCH":
            document._resolution[section.keyword[0]] = _number(section) / _MM_PER_INCH
        case "X_POINTS_PER_MM" | "Y_POINTS_PER_MM":
            document._resolution[section.keyword[0]] = _number(section)
        case _:
            pass


def _segment(section: Section) -> Segment:
    match = _SEGMENT.fullmatch(section.argument)
    if match is None:
        raise section.error(
            f'expected .SEGMENT KIND COMPONENTS QUALITY "LABEL", got {section.argument[:60]!r}'
        )
    kind, spans, quality, label = match.groups()
    ranges = tuple(_range(section, span) for span in spans.split(","))
    return Segment(kind, ranges, quality, _ESCAPED.sub(r"\1", label), section)


def _range(section: Section, text: str) -> Range:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise section.error(f"expected components such as 3 or 3:12-4:20, got {text!r}")
    first, first_point, last, last_point = (
        None if part is None else int(part) for part in match.groups()
    )
    assert first is not None  # the pattern has it
    if last is None:  # one component, or one point of it
        last, last_point = first, first_point
    if last < first:
        raise section.error(f"expected components in ascending order, got {text!r}")
    return Range(first, first_point, last, last_point)


def _columns(section: Section) -> tuple[str, ...]:
    columns = tuple(section.argument.split())
    if not {"X", "Y"} <= set(columns):
        raise section.error(f"expected .COORD with X and Y, got {section.argument!r}")
    return columns


def _number(section: Section) -> float:
    try:
        number = float(section.argument)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise section.error(f"expected a number above 0, got {section.argument!r}")
    return number
