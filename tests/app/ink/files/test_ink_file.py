"""Ink as programs store it, in several forms of JSON and as InkML, and what is refused."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.ink.files import ink_file
from app.ink.files.inkml import decode
from app.reading import UnreadableInput

TWO = [[[1, 2], [3, 4]], [[5, 6]]]  # strokes of two points and of one

JSON: dict[str, Any] = {
    "arrays": [*TWO, []],
    "a body of the API": {"strokes": TWO},
    "columns of time and pressure": [[[1, 2, 1_700_000_000_000, 0.5], [3, 4, None, 1]], [[5, 6]]],
    "points as objects": [[{"x": 1, "y": 2}, {"x": 3, "y": 4, "t": 9}], [{"y": 6, "x": 5}]],
    "points as objects in a body": {"strokes": [[{"x": 1, "y": 2}, [3, 4]], [{"x": 5, "y": 6}]]},
    "Quick, Draw!, raw": {
        "word": "one",
        "drawing": [[[1.0, 3.0], [2.0, 4.0], [0, 16]], [[5], [6], [20]]],
        "recognized": True,
    },
    "Quick, Draw!, simplified": {"drawing": [[[1, 3], [2, 4]], [[5], [6]]]},
    "a signature pad": [
        {
            "penColor": "black",
            "points": [{"x": 1, "y": 2, "time": 1.7e12, "pressure": 0.5}, {"x": 3, "y": 4}],
        },
        {"dotSize": 0, "points": [{"x": 5, "y": 6, "time": 1.7e12}]},
    ],
    "columns": [{"x": [1, 3], "y": [2, 4], "t": [0, 16]}, {"t": [20], "y": [6], "x": [5]}],
    "columns in a body": {"strokes": [{"x": [1, 3], "y": [2, 4]}, [[5, 6]]]},
}


@pytest.mark.parametrize("name", JSON)
def test_json_of_other_programs_is_read(name: str) -> None:
    strokes = ink_file.decode(json.dumps(JSON[name]).encode())
    assert [stroke.tolist() for stroke in strokes] == TWO


@pytest.mark.parametrize(
    "stroke",
    [{"x": [1, 3], "y": [2, 4], "t": [0, 16]}, {"points": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}],
)
def test_an_object_is_one_stroke(stroke: dict[str, Any]) -> None:
    (points,) = ink_file.decode(json.dumps(stroke).encode())
    assert points.tolist() == TWO[0]


def test_json_lines_are_drawings(tmp_path: Path) -> None:
    file = tmp_path / "full_simplified_one.ndjson"
    one, two = ({"word": "one", "drawing": [[[n, 3], [n, 4]]]} for n in (1, 2))
    file.write_text(f"{json.dumps(one)}\n\n{{\n{json.dumps(two)}")
    first, broken, last = ink_file.load_lines(file)
    assert [drawing.number for drawing in (first, broken, last)] == [1, 2, 3]
    assert {drawing.count for drawing in (first, broken, last)} == {3}
    assert not isinstance(first.strokes, UnreadableInput)
    assert not isinstance(last.strokes, UnreadableInput)
    assert [stroke.tolist() for stroke in first.strokes] == [[[1, 1], [3, 4]]]
    assert [stroke.tolist() for stroke in last.strokes] == [[[2, 2], [3, 4]]]
    assert str(broken.strokes).startswith("drawing 2: expected strokes")


@pytest.mark.parametrize("content, message", [(b"\n \n", "got an empty file"), (None, "readable")])
def test_json_lines_without_a_drawing_are_refused(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "none.ndjson"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UnreadableInput, match=f"^{file}: expected .*{message}"):
        list(ink_file.load_lines(file))


def inkml(*traces: str, head: str = "") -> bytes:
    """An InkML file with these traces."""
    body = "".join(f"<trace>{trace}</trace>" for trace in traces)
    return f'<ink xmlns="http://www.w3.org/2003/InkML">{head}{body}</ink>'.encode()


PRESSED = (
    "<definitions><context><inkSource><traceFormat><channel name='T'/><channel name='X'/>"
    "<channel name='F'/><channel name='Y'/><intermittentChannels><channel name='OE'/>"
    "</intermittentChannels></traceFormat></inkSource></context></definitions>"
)
INKML = {
    "two traces": inkml("1 2, 3 4", "5 6"),
    "with a declaration": b'<?xml version="1.0"?>\n<!-- ink -->\n' + inkml("1 2, 3 4", "5 6"),
    "with a prefix": inkml("1 2, 3 4", "5 6")
    .replace(b"<", b"<i:")
    .replace(b"<i:/", b"</i:")
    .replace(b"xmlns=", b"xmlns:i="),
    "in UTF-16": inkml("1 2, 3 4", "5 6").decode().encode("utf-16"),
    "with time and pressure": inkml("9 1 .5 2, 10 3 .6 4", "11 5 1 6 7", head=PRESSED),
    "differences": inkml("1 2, '2 '2", "5 6"),
    "differences of differences": inkml("0 0,'1'2,\"1\"0").replace(b"0 0,", b"!0 !0,"),
    "a trace in the air": inkml("1 2, 3 4", "5 6").replace(
        b"</ink>", b'<trace type="penUp">7 8</trace></ink>'
    ),
    "groups": inkml("1 2, 3 4").replace(
        b"</ink>", b"<traceGroup><traceGroup><trace>5 6</trace></traceGroup></traceGroup></ink>"
    ),
    "values without spaces": inkml("1 2,3 4", "5.0 6e0,").replace(b"3 4", b"'2'2"),
}


@pytest.mark.parametrize("name", INKML)
def test_inkml_is_read(name: str) -> None:
    strokes = [stroke.tolist() for stroke in ink_file.decode(INKML[name])]
    # At 0, then at the velocity (1, 2), which then grows by (1, 0).
    expected = [[[0, 0], [1, 2], [3, 4]]] if name == "differences of differences" else TWO
    assert strokes == expected


def test_a_value_of_inkml_may_go_on_as_before() -> None:
    (stroke,) = ink_file.decode(inkml("1 2,* 4,'3 *,* *"))
    assert stroke.tolist() == [[1, 2], [1, 4], [4, 4], [7, 4]]


REFUSED = {
    "empty": (b"", "expected strokes"),
    "half": (b"{", "text that is not JSON"),
    "deep": (b"[" * 100_000, "text that is not JSON"),
    "a number": (b"7", "got int"),
    "another key": (b'{"ink": []}', 'got an object with "ink"'),
    "no key": (b"{}", "got an object with no keys"),
    "more keys": (b'{"strokes": [], "x": 1}', 'got an object with "strokes", "x"'),
    "a point of one number": (b"[[[1]]]", "stroke 0: expected points [x, y] or"),
    "a point of text": (b'[[], [["1", "2"]]]', "stroke 1: expected x and y to be numbers"),
    "a point of truth values": (b"[[[true, 1]]]", "x and y to be numbers, got True, 1"),
    "NaN": (b"[[[NaN, 1]]]", "expected finite coordinates"),
    "beyond floats": (b"[[[1" + b"0" * 400 + b", 1]]]", "a float64 can hold"),
    "drawings on several lines": (b"[]\n[]", "or a name that ends with .ndjson"),
    "an object of points": (b'[{"x": 1, "y": 2}]', 'lists "x" and "y", got one with "x", "y"'),
    "an object of another kind": (
        b'[[], {"ink": 1}]',
        'stroke 1: expected an object with "points"',
    ),
    "unequal columns": (b'{"x": [1], "y": [1, 2]}', "got 1 and 2 numbers"),
    "columns of text": (b'[{"x": ["1"], "y": [2]}]', "expected x and y to be numbers"),
    "a stroke of text": (b'["12"]', "expected a list of points, got str"),
    "strokes of text": (b'{"strokes": "12"}', "got str"),
    "columns of other lengths": (b'{"drawing": [[[1], [1, 2]]]}', "got 1 and 2 numbers"),
    "one column": (b'{"drawing": [[[1]]]}', "lists xs and ys of equal length"),
    "no drawing": (b'{"drawing": 3}', "expected a list of strokes, got int"),
    "another root": (b"<svg/>", "text that is not JSON"),
    "another root after a declaration": (
        b"<?xml version='1.0'?><svg/>",
        "root is <ink>, got <svg>",
    ),
    "broken XML": (b"<ink><trace>1 2", "XML that is broken"),
    "a document type": (
        b'<?xml version="1.0"?><!DOCTYPE i [<!ENTITY a "1 2">]><ink><trace>&a;</trace></ink>',
        "without a document type",
    ),
    "the same in UTF-16": (
        '<!DOCTYPE ink [<!ENTITY a "1">]><ink/>'.join(['<?xml version="1.0"?>', ""]).encode(
            "utf-16"
        ),
        "without a document type",
    ),
    "an unknown encoding": (b'<?xml version="1.0" encoding="x-9"?><ink/>', "XML that is broken"),
    "words in a trace": (inkml("1 two"), "trace 0 of InkML: expected numbers, got 'two'"),
    "too few values": (inkml("1 2", "3"), "trace 1 of InkML: expected points with X and Y"),
    "many values of a point": (inkml("1 " * 400_000), "at most 64 values of a point, got more"),
    "a truth value": (inkml("1 T"), "X and Y of InkML to be numbers, got T"),
    "no X": (
        inkml("1 2", head="<traceFormat><channel name='Y'/></traceFormat>"),
        "expected channels X and Y in InkML, got Y",
    ),
    "many levels": (b"<ink>" * 200, "at most 100 levels"),
    "far away": (inkml("1 2e9"), "expected finite coordinates"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_are_not_ink_are_refused_by_name(name: str) -> None:
    content, message = REFUSED[name]
    with pytest.raises(UnreadableInput) as refusal:
        ink_file.decode(content)
    assert message in str(refusal.value)


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("{")
    with pytest.raises(UnreadableInput, match=f"^{file}: expected strokes"):
        ink_file.load(file)
    file.write_bytes(inkml("10 10, 60 12, 30 90"))  # the content counts, not the name
    assert len(ink_file.load(file)) == 1


def test_inkml_without_a_trace_is_an_empty_drawing() -> None:
    assert ink_file.decode(inkml()) == []
    assert ink_file.decode(inkml("", " ")) == []


def test_a_long_trace_of_inkml_is_thinned_out() -> None:
    trace = ", ".join(f"{x} {x % 100}" for x in range(100_000))
    (stroke,) = ink_file.decode(inkml(trace))
    assert np.isfinite(stroke).all()
    assert len(stroke) <= 50_001  # thinned out evenly


@pytest.mark.parametrize("comma", [",", "&#44;"])
def test_too_many_points_of_inkml_are_refused_before_they_are_parsed(comma: str) -> None:
    start = time.process_time()
    with pytest.raises(UnreadableInput, match="expected at most 20,000 points, got 100,001"):
        decode(inkml(f"1 1{comma}" * 100_000), max_points=20_000)
    assert time.process_time() - start < 1


def test_many_blanks_in_a_trace_take_no_time() -> None:
    start = time.process_time()
    with pytest.raises(UnreadableInput, match="expected numbers, got 'x'"):
        decode(b"<ink><trace>1" + b" " * 500_000 + b"x</trace></ink>")
    assert time.process_time() - start < 2
