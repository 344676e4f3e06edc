"""Keeps visitors' corrections in SQLite, and prints them: `python -m app.corrections FILE`.

The command prints JSON lines, which `python -m train --corrections` reads. Corrections are kept
only if DIGITS_CORRECTIONS names a database, as a hosted Space does not keep its disk.
"""

import argparse
import contextlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

VARIABLE: Final = "DIGITS_CORRECTIONS"
TIMEOUT_SECONDS: Final = 5.0  # for which a writer waits for another one
MAX_COORDINATES: Final = 100_000  # in one drawing; the page reads no more
MAX_DATABASE_BYTES: Final = 256 << 20  # some 100,000 corrections
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS corrections (
    id INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    strokes TEXT NOT NULL,
    glyph BLOB NOT NULL,
    read INTEGER,
    right INTEGER
) STRICT
"""


class CorrectionsError(RuntimeError):
    """A correction could not be stored or read; the message says why and what to do."""


class Corrections:
    """One database file, which any number of threads and processes may write to.

    Every call opens the file again, so that a killed process leaves no lock behind. When `record`
    returns, the correction is on the disk.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def check(self) -> None:
        """Makes the file if it is missing. Raises CorrectionsError if it cannot be written to."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")  # fails for a file that can only be read

    def record(
        self,
        strokes: Sequence[ArrayLike],
        glyph: NDArray[np.uint8],
        read: int | None,
        right: int | None,
    ) -> int:
        """Stores one correction; returns its id. Raises CorrectionsError.

        strokes: float (n, 2), canvas pixels; empty for a picture. glyph: uint8 (28, 28), which the
        network read. read, right: the digit that it was read as, and the right one, or None for
        "not a digit".
        """
        for value in (read, right):
            if value is not None and value not in range(10):
                raise CorrectionsError(f"expected a digit 0 to 9 or None, got {value!r}")
        points = [np.round(np.asarray(stroke, np.float64), 2).tolist() for stroke in strokes]
        if (count := 2 * sum(map(len, points))) > MAX_COORDINATES:
            message = f"expected at most {MAX_COORDINATES:,} coordinates in a drawing"
            raise CorrectionsError(f"{message}, got {count:,}")
        row = (
            datetime.now(UTC).isoformat(timespec="seconds"),
            json.dumps(points, allow_nan=False),
            np.asarray(glyph, np.uint8).tobytes(),
            read,
            right,
        )
        with self._open() as database:
            self._check_size(database)
            cursor = database.execute(
                "INSERT INTO corrections (time, strokes, glyph, read, right) VALUES (?,?,?,?,?)",
                row,
            )
            database.commit()
        return int(cursor.lastrowid or 0)

    def remove(self, identifier: int) -> None:
        """Deletes the correction with this id, if there is one. Raises CorrectionsError."""
        with self._open() as database:
            database.execute("DELETE FROM corrections WHERE id = ?", (identifier,))
            database.commit()

    def _check_size(self, database: sqlite3.Connection) -> None:
        """Raises CorrectionsError if the database has reached its maximum size."""
        (pages,), (page_bytes,) = (
            database.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
        )
        if pages * page_bytes >= MAX_DATABASE_BYTES:
            limit = f"expected less than {MAX_DATABASE_BYTES >> 20} MB of corrections, got as much"
            raise CorrectionsError(f"{self.path}: {limit}; move the file away to collect more")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """All corrections in order: id, time, strokes, glyph (28 rows of 28), read, right."""
        with self._open() as database:
            cursor = database.execute(
                "SELECT id, time, strokes, glyph, read, right FROM corrections ORDER BY id"
            )
            for identifier, time_stored, strokes, glyph, read, right in cursor:
                yield {
                    "id": identifier,
                    "time": time_stored,
                    "strokes": json.loads(strokes),
                    "glyph": np.frombuffer(glyph, np.uint8).reshape(28, 28).tolist(),
                    "read": read,
                    "right": right,
                }

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(
                sqlite3.connect(self.path, timeout=TIMEOUT_SECONDS)
            ) as database:
                _use_write_ahead_log(database)
                # A commit returns when it is on the disk.
                database.execute("PRAGMA synchronous = FULL")
                database.execute(_TABLE)
                yield database
        except (sqlite3.Error, OSError, ValueError) as error:
            raise CorrectionsError(self._message(error)) from error

    def _message(self, error: Exception) -> str:
        text = str(error)
        if "locked" in text or "busy" in text:
            return "others are writing corrections at the moment; try again"
        if "full" in text or "No space" in text:
            return (
                "the disk is full, so this correction was not stored; free some space and try again"
            )
        if "not a database" in text or "malformed" in text:
            return (
                f"{self.path}: expected a database of corrections, got a broken file; move it away"
            )
        advice = f"make it a file that this user may write to, or set {VARIABLE} to another one"
        return f"{self.path}: the corrections cannot be used: {text}; {advice}"


def _use_write_ahead_log(database: sqlite3.Connection) -> None:
    """Lets processes read while another one writes; the database file keeps this setting.

    The first connection rewrites the file's header. Meanwhile SQLite fails at once for others,
    without waiting for the timeout, so this function waits.
    """
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def from_environment() -> Corrections | None:
    """The database that DIGITS_CORRECTIONS names, or None if corrections are not kept."""
    path = os.environ.get(VARIABLE)
    return Corrections(path) if path else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m app.corrections",
        description="Prints visitors' corrections as JSON lines, which"
        " `python -m train --corrections` reads.",
    )
    parser.add_argument("path", metavar="FILE", help="the database that DIGITS_CORRECTIONS named")
    path = parser.parse_args(arguments).path
    if not Path(path).is_file():
        print(f"corrections: {path}: expected an existing database, got no file", file=sys.stderr)
        return 2
    try:
        for entry in Corrections(path):
            print(json.dumps(entry))
    except CorrectionsError as error:
        print(f"corrections: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
