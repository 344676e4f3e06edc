"""Corrections are stored completely or not at all, whatever the disk and other writers do."""

import contextlib
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


def test_stores_what_it_is_given(tmp_path: Path) -> None:
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


def test_the_check_makes_the_file_and_stores_nothing(tmp_path: Path) -> None:
    store = Corrections(tmp_path / "new" / "c.sqlite")
    store.check()
    assert store.path.is_file()
    assert list(store) == []


def test_the_check_finds_out_that_nothing_can_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "TIMEOUT_SECONDS", 0.1)
    store = Corrections(tmp_path / "c.sqlite")
    store.check()
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # others may still read, but not write
    assert list(store) == []
    with pytest.raises(CorrectionsError, match="try again"):
        store.check()
    other.close()


def test_is_off_unless_the_environment_names_a_file(
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


def test_a_database_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "MAX_DATABASE_BYTES", 1 << 20)
    store = Corrections(tmp_path / "c.sqlite")
    long_drawing = [[[0.5, float(y)] for y in range(10_000)]]
    for _ in range(7):  # of 160 kB each
        store.record(long_drawing, GLYPH, 1, 7)
    with pytest.raises(CorrectionsError, match="less than 1 MB of corrections.*move the file away"):
        store.record(long_drawing, GLYPH, 1, 7)
    assert len(list(store)) == 7


@pytest.mark.parametrize("wrong", [10, -1, 3.5])
def test_stores_only_digits(tmp_path: Path, wrong: int) -> None:
    store = Corrections(tmp_path / "c.sqlite")
    with pytest.raises(CorrectionsError, match="expected a digit"):
        store.record(STROKES, GLYPH, 1, wrong)


def test_concurrent_writers_lose_nothing(tmp_path: Path) -> None:
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


def test_a_locked_database_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "TIMEOUT_SECONDS", 0.1)
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


def test_a_broken_file_is_an_error_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(CorrectionsError, match="broken file"):
        Corrections(path).record(STROKES, GLYPH, 1, 7)
    assert path.read_bytes() == b"no database" * 100


def test_a_damaged_table_is_an_error(tmp_path: Path) -> None:
    store = Corrections(tmp_path / "c.sqlite")
    for _ in range(20):
        store.record(STROKES, GLYPH, 1, 7)
    content = bytearray(store.path.read_bytes())
    content[5000:9000] = b"\xff" * 4000  # a page of the table
    store.path.write_bytes(content)
    with pytest.raises(CorrectionsError, match="broken file; move it away"):
        list(store)


def test_a_full_disk_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Corrections(tmp_path / "c.sqlite")
    store.record(STROKES, GLYPH, 1, 7)
    # How SQLite says that there is no room left.
    monkeypatch.setattr(corrections, "_TABLE", "PRAGMA max_page_count = 1")

    def fill() -> None:
        for _ in range(50):
            store.record(STROKES, GLYPH, 1, 7)

    with pytest.raises(CorrectionsError, match="full"):
        fill()
    monkeypatch.undo()
    assert next(iter(store))["right"] == 7


@pytest.mark.parametrize("path", ["file/c.sqlite", "folder"])
def test_a_path_that_cannot_be_a_database_is_an_error(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CorrectionsError, match=r"cannot be used: .* set DIGITS_CORRECTIONS"):
        Corrections(tmp_path / path).record(STROKES, GLYPH, 1, 7)


# Stores numbered corrections, like a server with four visitors, and prints the stored numbers.
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
NUM_CORRECTIONS = 1_000  # to be acknowledged
NUM_KILLS = 8  # the last one after all of them
STEP = 10_000  # between the first numbers of two writers


def test_nothing_acknowledged_is_lost_when_killed(tmp_path: Path) -> None:
    """After any number of kill -9 during writes, each acknowledged correction is there once."""
    path, random = tmp_path / "c.sqlite", np.random.default_rng(0)
    acknowledged: list[int] = []
    for life, target in enumerate(
        [*sorted(random.choice(NUM_CORRECTIONS, NUM_KILLS - 1, replace=False)), NUM_CORRECTIONS]
    ):
        more, delay = max(target - len(acknowledged), 1), random.uniform(0, 0.02)
        acknowledged += killed_writer(path, life * STEP, more, delay)
    kept = list(Corrections(path))
    numbers = [int(entry["strokes"][0][0][0]) for entry in kept]
    assert len(acknowledged) >= NUM_CORRECTIONS
    assert set(acknowledged) <= set(numbers)
    assert len(set(numbers)) == len(numbers), "a correction is stored twice"
    assert (
        len(numbers) <= len(acknowledged) + 4 * NUM_KILLS
    )  # each kill may leave one more from each visitor
    for entry, number in zip(kept, numbers, strict=True):
        assert entry["right"] == number % 10
        assert entry["glyph"] == [[number % 256] * 28] * 28


def killed_writer(path: Path, begin: int, count: int, delay: float) -> list[int]:
    """The numbers that a writer acknowledged before it was killed.

    It is killed `delay` seconds after it acknowledged `count` of them.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(begin)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(count)]
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    assert process.wait() == -signal.SIGKILL, "the writer ended before it was killed"
    return [int(line) for line in lines if line.endswith("\n")]


# What version 0.1 wrote, from `sqlite3 FILE .dump`. It must not change, because such files exist.
OLD_DATABASE = """
CREATE TABLE corrections (
    id INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    strokes TEXT NOT NULL,
    glyph BLOB NOT NULL,
    read INTEGER,
    right INTEGER
) STRICT;
INSERT INTO corrections VALUES
    (7, '2026-01-02T03:04:05+00:00', '[[[1.0,2.0],[3.0,4.0]]]', zeroblob(784), 1, NULL);
"""


def test_a_database_of_an_older_version_is_read_and_continued(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(OLD_DATABASE)
    corrections = Corrections(path)
    corrections.record([[[5, 6], [7, 8]]], np.zeros((28, 28), np.uint8), 4, 9)
    old, new = corrections
    assert (old["id"], old["time"]) == (7, "2026-01-02T03:04:05+00:00")
    assert (old["strokes"], old["read"], old["right"]) == ([[[1.0, 2.0], [3.0, 4.0]]], 1, None)
    assert old["glyph"] == np.zeros((28, 28), int).tolist()
    assert (new["id"], new["strokes"], new["read"], new["right"]) == (8, [[[5, 6], [7, 8]]], 4, 9)
