"""The memory that a burst of work needed is returned to the system once it is over."""

import asyncio
import subprocess
import sys

import pytest

from app.guard import idle_memory
from tests.support.coroutines import run_coroutine
from tests.support.paths import ROOT

MAX_KEPT_MEGABYTES = 30  # after two large photographs; before memory is returned, 20 to 46
BURST = """
import threading
from pathlib import Path
from app.guard import idle_memory
from app.ink.files import picture_file
from app.recognizer import Recognizer
from tests.support.pictures import large_photograph, sheet_png

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

recognizer = Recognizer()
small, large = (picture_file.decode(make(["2026"])) for make in (sheet_png, large_photograph))
recognizer.read_image(small)
recognizer.read_image(large[:400, :600])  # loads the segmenter
before = resident()
readers = [threading.Thread(target=recognizer.read_image, args=(large,)) for _ in range(2)]
for reader in readers:
    reader.start()
for reader in readers:
    reader.join()
kept = resident() - before
idle_memory.give_back()
print(kept, resident() - before)
"""

# A line is at most 1,536 pixels long; this is what ten threads need for a line each.
LONG_LINE = """
from pathlib import Path
import numpy as np
from app.guard import idle_memory
from app.inference.line_reader import shared_line_reader

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

reader = shared_line_reader()
reader.scores(np.zeros((48, 400), np.uint8))
before = resident()
reader.scores(np.full((48, 16_000), 255, np.uint8))
kept = resident() - before
idle_memory.give_back()
print(kept, resident() - before)
"""


def kept_megabytes(code: str) -> tuple[float, float]:
    """The megabytes that a burst leaves in memory, and how many are left after the return."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    kept, left = map(float, done.stdout.split())
    return kept, left


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory")
def test_the_memory_of_long_lines_is_given_back() -> None:
    kept, left = kept_megabytes(LONG_LINE)
    assert kept > 15, "there must be something to give back"
    assert left < 3


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory")
def test_the_memory_of_large_photographs_is_given_back() -> None:
    before, after = kept_megabytes(BURST)
    assert after < MAX_KEPT_MEGABYTES
    assert after < before - 5, "there must be something to give back"


def test_it_is_given_back_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(idle_memory, "PERIOD_SECONDS", 0.01)
    monkeypatch.setattr(idle_memory, "give_back", lambda: calls.append(1))

    async def scene() -> None:
        async with idle_memory.given_back():
            while len(calls) < 3:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)  # in case a return has already begun
        ended = len(calls)
        await asyncio.sleep(0.05)
        assert len(calls) == ended

    run_coroutine(scene(), timeout_seconds=10)
