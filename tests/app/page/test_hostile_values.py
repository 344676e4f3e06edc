"""What a browser may send to the page instead of drawings, presses and pictures."""

import math
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from app import corrections
from app.ink.strokes import strokes_from_canvas
from app.page import canvas, correction_limit, draw, file_refusals, html_panel, visitor
from app.page.correction_limit import MAX_CORRECTIONS, CorrectionLimit
from app.page.visit import TOO_MANY, Visit
from app.reading import Reading, UnreadableInput
from app.recognizer import CostlyInk, GlyphMemory, Recognizer
from tests.support.drawings import placed
from tests.support.paths import ROOT

PATH = {"type": "path", "path": [["M", 1, 2], ["L", 3, 4]]}


@pytest.mark.parametrize(
    "value",
    [
        "text",
        5,
        [1, 2],
        {"objects": "text"},
        {"objects": {"0": PATH}},
        {"objects": [PATH, None]},
        {"objects": [[PATH]]},
        {"objects": [PATH] * (canvas.MAX_STROKES + 1)},
    ],
)
def test_values_that_are_not_drawings_are_refused(value: object) -> None:
    with pytest.raises(UnreadableInput, match="expected") as refused:
        canvas.checked_objects(value)
    assert len(str(refused.value)) < 200  # the message does not repeat the whole value


@pytest.mark.parametrize("value, count", [(None, 0), ({}, 0), ([], 0), ({"objects": [PATH]}, 1)])
def test_drawings_are_accepted(value: object, count: int) -> None:
    assert len(canvas.checked_objects(value)) == count


@pytest.mark.parametrize(
    "item",
    [
        {"type": "path"},
        {"type": "path", "path": 5},
        {"type": "path", "path": [5]},
        {"type": "path", "path": [[]]},
        {"type": "path", "path": [[["M"], 1, 2]]},
        {"type": "path", "path": [["M", "x", "y"]]},
        {"type": "path", "path": [["M", None, {}]]},
        {"type": "path", "path": [["M", [1, 2], 3]]},
        {"type": "path", "path": [["M", 10**400, 0]]},
        {"type": "path", "path": [["C", 1, 2, 3, 4, 5, 6]]},
        {"type": "path", "path": [["M", float("nan"), 0]]},
        {"type": "path", "path": [["x" * 100_000]]},
    ],
    ids=lambda item: str(item)[:60],
)
def test_objects_that_are_not_strokes_are_refused_in_few_words(item: dict[str, Any]) -> None:
    with pytest.raises(UnreadableInput) as refused:
        strokes_from_canvas({"objects": [item]})
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize("kind", [5, None, ["path"], "group"])
def test_objects_of_other_kinds_are_passed_over(kind: object) -> None:
    assert strokes_from_canvas({"objects": [{"type": kind, "path": 5}]}) == []


def test_a_malformed_canvas_is_refused_in_words_and_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    value = SimpleNamespace(json_data=[{"type": "path"}, "nonsense"])
    component = SimpleNamespace(st_canvas=lambda **_: value)
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", component)
    page = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30).run()
    for _ in range(2):
        page.run()
        assert [error.value for error in page.error] == [
            "This drawing cannot be read. Clear it and draw again."
        ]
        assert not page.exception
    records = [record for record in caplog.records if "a drawing cannot" in record.getMessage()]
    assert len(records) == 1
    assert records[0].exc_info is None


def test_costly_drawings_of_pages_are_divided_one_after_the_other() -> None:
    running, seen = [], []

    class Divider:
        """Says that all drawings are costly, and counts how many it divides at the same time."""

        @staticmethod
        def prepare_ink(_: object, max_seconds: float = math.inf, **memory: object) -> str:
            if max_seconds < 1:
                raise CostlyInk
            running.append(1)
            seen.append(len(running))
            time.sleep(0.02)
            running.pop()
            return "prepared"

    divider: Any = Divider()
    with ThreadPoolExecutor(4) as pages:
        results: list[Any] = list(
            pages.map(lambda _: draw._prepare(divider, [], GlyphMemory()), range(4))
        )
    assert results == ["prepared"] * 4
    assert seen == [1] * 4


def test_only_shown_buttons_can_be_pressed() -> None:
    html = (
        html_panel.button("right-3", "3")
        + html_panel.button("right-4", "4", attributes='style="--part:1%" disabled')
        + html_panel.button("undo", "Undo", label="disabled > not", attributes="")
        + '<input type="radio" name="pen" data-press="pen-1" checked>'
    )
    assert html_panel.pressable_names(html) == {"right-3", "undo", "pen-1"}


@pytest.mark.parametrize(
    "value",
    [
        *([[1, name]] for name in ("right-9", "right-" + "9" * 5_000, "", 5, None, ["right-3"])),
        [["1", "right-3"]],
        [[1.5, "right-3"]],
        [[0, "right-3"]],
        [[number, "right-3"] for number in range(1, html_panel.MAX_PRESSES + 2)],
        [[1]],
        [1, "right-3"],
        "right-3",
        None,
    ],
    ids=lambda value: str(value)[:30],
)
def test_presses_of_what_is_not_shown_are_ignored(
    value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    presses: list[str] = []
    callbacks: list[Any] = []
    monkeypatch.setattr(
        html_panel, "_panel", lambda **options: callbacks.append(options["on_pressed_change"])
    )
    state: dict[str, Any] = {"details": SimpleNamespace(pressed=value)}
    monkeypatch.setattr(streamlit, "session_state", state)
    html_panel.show(html_panel.button("right-3", "3"), "details", presses.append)
    callbacks[0]()
    assert presses == []
    state["details"].pressed = [[2, "right-3"], [3, "right-3"]]
    callbacks[0]()
    assert presses == ["right-3"] * 2
    callbacks[0]()
    assert presses == ["right-3"] * 2, "a press that is reported again counts once"


@pytest.mark.parametrize(
    "name, shown",
    [
        ("digits.png", "`digits.png`"),
        ("![x](https://evil.example/a.png).png", "`![x](https://evil.example/a.png).png`"),
        ("a`![x](https://evil.example)`", "`a_![x](https://evil.example)_`"),
        ("two\nlines\r", "`two_lines_`"),
        ("x" * 500, f"`{'x' * 80}`"),
        ("", "`_`"),
    ],
)
def test_names_of_files_are_shown_as_text(name: str, shown: str) -> None:
    assert file_refusals.shown_name(name) == shown


def test_a_client_may_correct_so_often_a_minute_in_all_its_pages(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[object] = []
    store = SimpleNamespace(record=lambda *correction: stored.append(correction))
    monkeypatch.setattr(corrections, "from_environment", lambda: store)
    now, client = 1_000.0, "203.0.113.9"
    monkeypatch.setattr(correction_limit, "shared", CorrectionLimit(lambda: now))
    monkeypatch.setattr(visitor, "client", lambda: client)
    strokes = placed(3, 0, 0, 100)
    reading: Reading = recognizer.read_ink(strokes)

    def outcome() -> tuple[str, bool]:
        """What a new page of the client says to a correction."""
        visit = Visit()
        visit.correct(recognizer, reading, 0, 5, strokes)
        return visit.trouble, bool(visit.thanks)

    assert [outcome() for _ in range(MAX_CORRECTIONS)] == [("", True)] * MAX_CORRECTIONS
    assert outcome() == (TOO_MANY, False)
    assert len(stored) == MAX_CORRECTIONS
    client = "203.0.113.10"
    assert outcome() == ("", True)
    client, now = "203.0.113.9", now + 61
    assert outcome() == ("", True)
    client = ""  # unknown, so that each page counts for itself
    assert [outcome() for _ in range(MAX_CORRECTIONS + 1)] == [("", True)] * (MAX_CORRECTIONS + 1)


def test_few_clients_corrections_are_remembered() -> None:
    limit = CorrectionLimit()
    assert all(limit.admits(str(client)) for client in range(correction_limit.MAX_CLIENTS + 10))
    assert len(limit._corrected_at) == correction_limit.MAX_CLIENTS


def test_the_kept_drawing_has_few_points() -> None:
    curve = [["M", 0, 0], *(["Q", x, x, x + 1, x + 1] for x in range(29_000))]
    strokes = strokes_from_canvas({"objects": [{"type": "path", "path": curve}]})
    assert sum(map(len, strokes)) <= 50_001
    assert all(stroke.dtype == np.float64 for stroke in strokes)
