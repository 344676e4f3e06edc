"""Undo and redo of what the sheet has shown."""

from typing import Any

import pytest

from app.page.history import MAX_CHANGES, MAX_KEPT_BYTES, History


def strokes(count: int) -> list[dict[str, Any]]:
    """A drawing with this many strokes."""
    return [{"type": "path", "path": [["M", index, 0]]} for index in range(count)]


def test_each_stroke_is_a_change_even_where_a_run_brings_two() -> None:
    history = History()
    history.note(strokes(1))
    history.note(strokes(3))
    counts = []
    while history.past:
        history.undo()
        counts.append(len(history.shown))
    assert counts == [2, 1, 0]


def test_what_is_undone_is_redone_until_something_else_is_drawn() -> None:
    history = History()
    history.note(strokes(2))
    history.undo()
    history.note(strokes(1))  # the canvas shows what it was given
    assert len(history.undone) == 1
    history.redo()
    assert history.shown == strokes(2)
    history.undo()
    history.note([*strokes(1), {"type": "path", "path": [["M", 9, 9]]}])
    assert history.undone == []
    history.redo()
    assert history.shown[1]["path"] == [["M", 9, 9]]


def test_a_cleared_sheet_is_restored_whole() -> None:
    history = History()
    history.note(strokes(4))
    history.change([])
    history.undo()
    assert history.shown == strokes(4)


@pytest.mark.parametrize(
    "drawn", [0, 2], ids=["after a reload", "if the canvas has outlived its server"]
)
def test_a_drawing_that_was_kept_is_undone_stroke_by_stroke(drawn: int) -> None:
    history, counts = History(), []
    history.note(strokes(drawn))
    history.note(strokes(2))
    assert history.shown == strokes(2)
    while history.past:
        history.undo()
        counts.append(len(history.shown))
    assert counts == [1, 0]


def test_nothing_is_undone_or_redone_where_nothing_was_changed() -> None:
    history = History()
    history.undo()
    history.redo()
    assert (history.shown, history.past, history.undone) == ([], [], [])


def test_the_oldest_changes_are_forgotten() -> None:
    history = History()
    for _ in range(MAX_CHANGES + 5):
        history.change([])
    assert len(history.past) == MAX_CHANGES


def test_large_drawings_are_forgotten_early() -> None:
    """Each run brings other strokes, as a script may send them, of a quarter of what is kept."""
    history = History()
    for run in range(10):
        history.note([{"path": [["L", run, 0, "x" * (MAX_KEPT_BYTES // 4)]]}])
        history.change([])
    assert [len(drawing) for drawing in history.past].count(1) == 3


def test_copies_of_the_same_strokes_are_kept_once() -> None:
    history = History()
    for count in range(1, 40):
        history.note([{"path": ["x" * (MAX_KEPT_BYTES // 60)]} for _ in range(count)])
    assert len(history.past) == 39
    assert all(each is history.shown[0] for each in (past[0] for past in history.past[1:]))
