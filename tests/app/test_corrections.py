"""Corrections: kept whole or not at all, whatever happens to the disk and to other writers."""

import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from app import corrections
from app.corrections import Corrections, CorrectionsError
from tests.support.paths import ROOT

GLYPH = np.arange(784, dtype=np.uint16).astype(np.uint8).reshape(28, 28)
STROKES = [[[0.5, 1.0], [2.25, 3.0]], [[4.0, 5.0]]]


def test_what_was_given_is_kept(tmp_path: Path) -> None:
    store = Corrections(tmp_path / "new" / "corrections.sqlite")
    store.record(STROKES, GLYPH, 1, 7)
    store.record([], GLYPH, None, None)
    first, second = store
    assert first["strokes"] == STROKES
    assert (first["read"], first["right"]) == (1, 7)
    assert np.array_equal(first["glyph"], GLYPH)
    assert (second["strokes"], second["read"], second["right"]) == ([], None, None)
    assert second["id"] == first["id"] + 1
    assert first["time"].endswith("+00:00")


def test_off_unless_the_environment_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(corrections.VARIABLE, raising=False)
    assert corrections.from_environment() is None
    monkeypatch.setenv(corrections.VARIABLE, str(tmp_path / "c.sqlite"))
    store = corrections.from_environment()
    assert store is not None
    assert store.path == tmp_path / "c.sqlite"


def test_the_command_writes_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Corrections(tmp_path / "c.sqlite")
    for right in range(3):
        store.record(STROKES, GLYPH, 9, right)
    assert corrections.main([str(store.path)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["right"] for line in lines] == [0, 1, 2]
    assert corrections.main([str(tmp_path / "missing")]) == 2


@pytest.mark.parametrize("wrong", [10, -1, 3.5])
def test_only_digits_are_kept(tmp_path: Path, wrong: int) -> None:
    store = Corrections(tmp_path / "c.sqlite")
    with pytest.raises(CorrectionsError, match="expected a digit"):
        store.record(STROKES, GLYPH, 1, wrong)


def test_writers_do_not_lose_each_others(tmp_path: Path) -> None:
    store = Corrections(tmp_path / "c.sqlite")

    def write(digit: int) -> None:
        for _ in range(20):
            store.record(STROKES, GLYPH, None, digit)

    threads = [threading.Thread(target=write, args=(digit,)) for digit in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(entry["right"] for entry in store) == sorted([0, 1, 2, 3, 4] * 20)


def test_a_locked_database_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "WAIT", 0.1)
    store = Corrections(tmp_path / "c.sqlite")
    store.record(STROKES, GLYPH, 1, 7)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CorrectionsError, match="try again"):
        store.record(STROKES, GLYPH, 1, 7)
    other.rollback()
    other.close()
    store.record(STROKES, GLYPH, 1, 7)
    assert len(list(store)) == 2


def test_a_broken_file_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(CorrectionsError, match="broken file"):
        Corrections(path).record(STROKES, GLYPH, 1, 7)
    assert path.read_bytes() == b"no database" * 100


def test_a_file_that_broke_within_is_said(tmp_path: Path) -> None:
    store = Corrections(tmp_path / "c.sqlite")
    for _ in range(20):
        store.record(STROKES, GLYPH, 1, 7)
    content = bytearray(store.path.read_bytes())
    content[5000:9000] = b"\xff" * 4000  # a page of the table
    store.path.write_bytes(content)
    with pytest.raises(CorrectionsError, match="broken file; move it"):
        list(store)


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Corrections(tmp_path / "c.sqlite")
    store.record(STROKES, GLYPH, 1, 7)
    # SQLite's own way to have no room left.
    monkeypatch.setattr(corrections, "_TABLE", "PRAGMA max_page_count = 1")

    def fill() -> None:
        for _ in range(50):
            store.record(STROKES, GLYPH, 1, 7)

    with pytest.raises(CorrectionsError, match="full"):
        fill()
    monkeypatch.undo()
    assert next(iter(store))["right"] == 7


@pytest.mark.parametrize("path", ["file/c.sqlite", "folder"])
def test_what_cannot_be_a_database_is_said(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CorrectionsError, match=r"cannot be used: .* set DIGITS_CORRECTIONS"):
        Corrections(tmp_path / path).record(STROKES, GLYPH, 1, 7)


# Keeps corrections from a number on, as a server with four visitors, and says what is kept.
WRITER = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from app.corrections import Corrections

store, begin = Corrections(sys.argv[1]), int(sys.argv[2])

def keep(number):
    glyph = np.full((28, 28), number % 256, np.uint8)
    store.record([[[number, 0]]], glyph, None, number % 10)
    os.write(1, b"%d\\n" % number)

with ThreadPoolExecutor(4) as visitors:
    list(visitors.map(keep, range(begin, begin + 2_000)))
"""
ALL = 1_000  # corrections to acknowledge
KILLS = 8  # the last one after all of them
APART = 10_000  # numbers between those of two writers


def test_nothing_acknowledged_is_lost_when_killed(tmp_path: Path) -> None:
    """kill -9 amid writing, again and again: what was said to be kept is there, once."""
    path, random = tmp_path / "c.sqlite", np.random.default_rng(0)
    told: list[int] = []
    for life, enough in enumerate([*sorted(random.choice(ALL, KILLS - 1, replace=False)), ALL]):
        more, delay = max(enough - len(told), 1), random.uniform(0, 0.02)
        told += killed_writer(path, life * APART, more, delay)
    kept = list(Corrections(path))
    numbers = [int(entry["strokes"][0][0][0]) for entry in kept]
    assert len(told) >= ALL
    assert set(told) <= set(numbers)
    assert len(set(numbers)) == len(numbers), "one is kept twice"
    assert len(numbers) <= len(told) + 4 * KILLS  # of each visitor the one that was amid
    for entry, number in zip(kept, numbers, strict=True):
        assert entry["right"] == number % 10
        assert entry["glyph"] == [[number % 256] * 28] * 28


def killed_writer(path: Path, begin: int, enough: int, delay: float) -> list[int]:
    """The numbers that a writer acknowledged, killed some seconds after enough of them."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(begin)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(enough)]
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    assert process.wait() == -signal.SIGKILL, "it ended before it was killed"
    return [int(line) for line in lines if line.endswith("\n")]
