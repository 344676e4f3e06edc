"""Measures what serving costs: `make bench`, or `python -m tests.benchmarks.serving`.

Writes models/bench.json. Nothing here is a test: machines differ and are noisy, so every figure is
a median, and models take turns in one run. --field names ONNX files of others that read one 28x28
glyph.
"""

import argparse
import asyncio
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import distribution
from pathlib import Path
from statistics import median
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.inference.occlusion import occlusion
from app.recognizer import MODEL, Recognizer
from tests.benchmarks import photographs, request_rates
from tests.benchmarks.field import compared, open_session, seconds_of
from tests.benchmarks.figures import write
from tests.benchmarks.server_process import alone_on_a_core, memory, processor_seconds
from tests.support.browser import serving
from tests.support.drawings import placed
from tests.support.paths import ROOT
from tests.support.programs import CONNECTIONS, ask
from tests.support.visitors import by_protocol, first_page
from tests.tools.image_files import left_out, locked
from train.machine import cpu_name

ROUNDS: Final = 15  # of each measurement
LINE_HEIGHT: Final = 190  # pixels from the top of the sheet that hold its first line
SECONDS: Final = 5.0  # of load
START: Final = (
    "import time; t = time.perf_counter()\n"
    "from app.recognizer import Recognizer\n"
    "Recognizer().read_ink([[[10, 10], [60, 12], [30, 90]]])\n"
    "import sys; heavy = {'streamlit', 'pandas', 'torch'} & set(sys.modules)\n"
    "print(time.perf_counter() - t, sorted(heavy))"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.serving", description=__doc__)
    parser.add_argument("--field", type=Path, nargs="*", default=[], help="models to compare with")
    parser.add_argument("--output", type=Path, default=MODEL.parent / "bench.json")
    parser.add_argument("--data", type=Path, help="MNIST's folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)
    data = command.data or Path(os.environ.get("DIGITS_DATA", "data"))
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "models": lambda: compared([MODEL, *command.field], data),
        "strokes to reading": strokes_to_reading,
        "batch": batch,
        "picture": picture,
        "photographs": photographs.measure,
        "first reading": first_reading,
        "server": server,
        "request rates": request_rates.measure,
        "sessions": sessions,
        "installed": installed,
    }
    figures: dict[str, Any] = {"machine": machine()}
    for name, part in parts.items():
        figures[name] = part()
        print(name, json.dumps(figures[name]), flush=True)
    write(command.output, figures)
    return 0


def machine() -> dict[str, Any]:
    """The model that was measured, by its hash, and the machine."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "model": hashlib.sha256(MODEL.read_bytes()).hexdigest(),
    }


def strokes_to_reading() -> dict[str, Any]:
    """Microseconds of `read_ink` on one thread: for one digit, the mean of all ten, and for six."""
    recognizer = Recognizer()
    digits = [placed(digit, 0, 0, 160) for digit in range(10)]
    places = enumerate((2, 0, 3, 6, 8, 9))
    number = [stroke for index, digit in places for stroke in placed(digit, 110 * index, 0, 90)]
    rounds = [
        (
            seconds_of(lambda: [recognizer.read_ink(strokes) for strokes in digits], 20)
            / len(digits),
            seconds_of(lambda: recognizer.read_ink(number), 50),
        )
        for _ in range(ROUNDS)
    ]
    single, six = (round(1e6 * median(times), 1) for times in zip(*rounds, strict=True))
    return {"unit": "µs", "one digit": single, "six digits": six}


def batch(count: int = 4096, part: int = 256) -> dict[str, Any]:
    """Glyphs per second, by threads that share one session and take a part of them at a time.

    ONNX Runtime's own threads would have to wait for each other after every layer.
    """
    glyphs = np.random.default_rng(0).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    parts = np.array_split(glyphs, count // part)
    session = open_session(MODEL)
    rates: dict[str, Any] = {"unit": "glyphs/s", "glyphs": count}

    def classify_all(pool: ThreadPoolExecutor) -> list[Any]:
        return list(pool.map(lambda part: session.run(["logits"], {"glyphs": part}), parts))

    for threads in (1, 2):
        with ThreadPoolExecutor(threads) as pool:
            rounds = [seconds_of(partial(classify_all, pool), 1) for _ in range(ROUNDS)]
        rates[f"{threads} threads"] = round(count / median(rounds))
    return rates


def picture() -> dict[str, Any]:
    """Milliseconds on one thread: `read_image` of a sheet of 100 digits and of one of its lines,
    and the explanation of one digit."""
    recognizer, pixels = Recognizer(), sheet_of_hundred()
    row = pixels[:LINE_HEIGHT]
    if (text := recognizer.read_image(row).text) != "0123456789":
        raise RuntimeError(f"expected 0123456789, got {text}")
    line = [seconds_of(lambda: recognizer.read_image(row), 1) for _ in range(ROUNDS)]
    digits = recognizer.read_image(pixels).digits
    read = sum(digit.value == at % 10 for at, digit in enumerate(digits))
    glyph, label = digits[0].glyph, digits[0].value or 0
    sheet = [seconds_of(lambda: recognizer.read_image(pixels), 1) for _ in range(5)]
    heat = [
        seconds_of(lambda: occlusion(recognizer.logits, glyph, label), 1) for _ in range(ROUNDS)
    ]
    return {
        "unit": "ms",
        "line of ten digits": round(1000 * median(line), 1),
        "sheet of 100 digits": round(1000 * median(sheet)),
        "of them right": read,
        "why": round(1000 * median(heat), 1),
    }


def sheet_of_hundred() -> NDArray[np.uint8]:
    """Ten lines of the ten digits on white paper, as in a scan: uint8 (1600, 1200)."""
    pixels = np.full((1600, 1200), 255, np.uint8)
    for line in range(10):
        for digit in range(10):
            for stroke in placed(digit, 60 + 110 * digit, 60 + 150 * line, 90):
                points = np.round(stroke).astype(np.int32)
                cv2.polylines(pixels, [points], False, 30, 5, cv2.LINE_AA)
    return pixels


def first_reading() -> dict[str, Any]:
    """Milliseconds from a fresh process's first import to its first reading."""
    durations = []
    for _ in range(7):
        done = subprocess.run(
            [sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=True
        )
        seconds, heavy = done.stdout.split(" ", 1)
        durations.append(float(seconds))
    return {"unit": "ms", "median": round(1000 * median(durations)), "heavy modules": heavy.strip()}


def server() -> dict[str, Any]:
    """Seconds to the first page, memory, and readings per second over HTTP, on a core of its own.

    The first page counts once all of it has been sent. The program that asks has the other core.
    """
    os.environ |= {"DIGITS_RATE": "0", "DIGITS_WAITING": "64"}
    started = time.perf_counter()
    with serving(script="server.py") as address:
        asyncio.run(first_page(address))
        start = time.perf_counter() - started
        asyncio.run(ask(address, 1, 100))
        before = memory(address)
        with alone_on_a_core(address):
            busy = processor_seconds(address)
            seen = asyncio.run(ask(address, SECONDS))
            busy = processor_seconds(address) - busy
        after = memory(address)
    if seen.errors or seen.wrong:
        raise RuntimeError(f"expected right readings, got {[*seen.errors, *seen.wrong][0]}")
    return {
        "start s": round(start, 2),
        "memory MB": round(before),
        "memory after MB": round(after),
        "readings/s": round(len(seen.seconds) / SECONDS),
        "processor µs a reading": round(1e6 * busy / len(seen.seconds)),
        "median ms": round(1000 * median(seen.seconds), 1),
        "p99 ms": round(1000 * sorted(seen.seconds)[int(0.99 * len(seen.seconds))], 1),
        "connections": CONNECTIONS,
    }


def sessions(visitors: int = 20) -> dict[str, Any]:
    """Megabytes by which the server grows with each further visitor who has the page open.

    Each has drawn a number of two digits. The first visitors load what the page needs; they and
    the memory arenas of their threads are not counted.
    """
    os.environ |= {"DIGITS_RATE": "0", "DIGITS_WAITING": "64"}
    with serving(script="server.py") as address:
        asyncio.run(asyncio.wait_for(_stay(address, range(5), 4), 60))
        before = memory(address)
        after = asyncio.run(_stay(address, range(5, 5 + visitors), 15))
    return {"visitors": visitors, "MB each": round((after - before) / visitors, 2)}


async def _stay(address: str, visitors: range, seconds: float) -> float:
    """The server's megabytes just before these visitors leave."""
    drawing = [by_protocol(address, visitor, seconds) for visitor in visitors]
    whole = asyncio.gather(*drawing)
    await asyncio.sleep(seconds - 1)
    megabytes = memory(address)
    for seen in await whole:
        if seen.errors or seen.wrong:
            raise RuntimeError(f"expected right readings, got {[*seen.errors, *seen.wrong][0]}")
    return megabytes


def installed() -> dict[str, Any]:
    """Megabytes of the lock's packages, of those it leaves out, and of each of 10 MB or more.

    The bytecode that Python adds is not counted.
    """
    sizes = {name: _megabytes(name) for name in [*locked(), *left_out()]}
    largest = sorted(locked(), key=lambda name: -sizes[name])
    itemised = {name: round(sizes[name], 1) for name in largest if sizes[name] >= 10}
    totals = {"lock": locked(), "left out": left_out()}
    return {"unit": "MB"} | {
        **{total: round(sum(map(sizes.__getitem__, names))) for total, names in totals.items()},
        "packages": len(locked()),
        "largest": itemised,
    }


def _megabytes(package: str) -> float:
    """The disk space of an installed package in blocks of 4 kB, as `du -m` counts it."""
    installed = distribution(package)
    paths = (Path(str(installed.locate_file(file))) for file in installed.files or [])
    files = (path for path in paths if path.is_file() and path.suffix != ".pyc")
    return sum(-(-path.stat().st_size // 4096) for path in files) / 256


if __name__ == "__main__":
    sys.exit(main())
