"""Load on the served page and service: `python -m tests.benchmarks.load`, about five minutes.

Each visitor draws a stroke every second, which is read while it is drawn, and programs ask for
readings in an open loop: a late answer does not delay the next request. Counts errors and readings
of another visitor's drawing, and watches the server's memory, also after all have left. With --soak
SECONDS only programs ask, for that long. Writes models/load.json and exits with 1 if anything
failed or was slow. The limits for one address are lifted, since all requests come from one here.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.benchmarks.figures import write_part
from tests.benchmarks.serving import machine
from tests.support.browser import serving
from tests.support.paths import ROOT
from tests.support.programs import ask
from tests.support.visitors import Observations, by_protocol, in_browser

WARM: Final = 200  # readings before memory is measured
# All requests come from one address here, which would otherwise be limited to its share.
FREE: Final = {"DIGITS_RATE": "0", "DIGITS_WAITING": "400"}
REACH: Final = 0.5  # seconds from the lifted pen to the reading, as the 95th percentile's limit


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--browsers", type=int, default=3, help="visitors in a real Chromium")
    parser.add_argument("--seconds", type=float, default=120, help="of load")
    parser.add_argument("--api", type=float, default=200, help="readings a second by programs")
    parser.add_argument("--after", type=float, default=150, help="seconds of rest, watched")
    parser.add_argument("--soak", type=float, default=0, help="seconds of programs alone")
    parser.add_argument("--rate", type=float, default=50, help="readings a second of the soak")
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "load.json")
    command = parser.parse_args(arguments)
    os.environ |= FREE
    with serving(script="server.py") as address:
        if command.soak:
            name, figures = "soak", asyncio.run(soak(address, command.soak, command.rate))
        else:
            name, figures = "load", asyncio.run(load(address, command))
    print(json.dumps(figures, indent=2))
    write_part(command.output, name, {"machine": machine(), **figures})
    failed = figures["errors"] or figures["wrong"] or not figures.get("reached", True)
    return 1 if failed else 0


async def load(address: str, command: argparse.Namespace) -> dict[str, Any]:
    """Runs visitors and programs at the same time, then rests."""
    memory = Memory(address)
    await ask(address, WARM / 100, 100)
    before, watch = memory.now(), asyncio.create_task(memory.watch(1))
    drawing: list[Awaitable[Observations]] = [
        by_protocol(address, visitor, command.seconds)
        for visitor in range(command.browsers, command.visitors)
    ]
    browsers = range(min(command.browsers, command.visitors))
    if browsers:
        drawing.append(asyncio.to_thread(in_browser, address, browsers, command.seconds))
    (programs, elapsed), visitors = await asyncio.gather(
        _timed(ask(address, command.seconds, command.api)), asyncio.gather(*drawing)
    )
    chromium = visitors[-1].seconds if browsers else []
    loaded = len(memory.seen)
    await asyncio.sleep(command.after)
    watch.cancel()
    seen = _together(visitors)
    slow = _percentile(seen.seconds, 95)
    return {
        "visitors": command.visitors,
        "visitors in Chromium": len(browsers),
        "seconds": command.seconds,
        "strokes": len(seen.seconds),
        "stroke to reading, median s": _percentile(seen.seconds, 50),
        "stroke to reading, p95 s": slow,
        "live readings by protocol": len(seen.live_seconds),
        "live median ms": round(1000 * _percentile(seen.live_seconds, 50), 1),
        "live p95 ms": round(1000 * _percentile(seen.live_seconds, 95), 1),
        "strokes without live readings": seen.num_not_live,
        "strokes in Chromium": len(chromium),
        "mouse-up to reading in Chromium, p95 s": _percentile(chromium, 95),
        "reached": max([slow, *([_percentile(chromium, 95)] if chromium else [])]) < REACH,
        "readings by programs": len(programs.seconds),
        "a second": round(len(programs.seconds) / elapsed, 1),
        "program median ms": round(1000 * _percentile(programs.seconds, 50), 1),
        "program p99 ms": round(1000 * _percentile(programs.seconds, 99), 1),
        "wrong": seen.wrong + programs.wrong,
        "errors": seen.errors + programs.errors,
        "memory before MB": round(before),
        "memory at most MB": round(max(size for _, size in memory.seen)),
        "memory after MB": round(memory.now()),
        "slope under load MB/min": slope(memory.seen[loaded // 3 : loaded]),
        "slope at rest MB/min": slope(memory.seen[loaded:]),
    }


def _together(visitors: Sequence[Observations]) -> Observations:
    """What all visitors saw."""
    seen = Observations()
    for visitor in visitors:
        seen.seconds += visitor.seconds
        seen.live_seconds += visitor.live_seconds
        seen.num_not_live += visitor.num_not_live
        seen.wrong += visitor.wrong
        seen.errors += visitor.errors
    return seen


async def soak(address: str, seconds: float, rate: float) -> dict[str, Any]:
    """Runs programs alone for a long time, and measures memory every minute."""
    memory = Memory(address)
    await ask(address, WARM / 100, 100)
    watch = asyncio.create_task(memory.watch(min(60, seconds / 6)))
    programs, elapsed = await _timed(ask(address, seconds, rate))
    watch.cancel()
    hours = slope(memory.seen[len(memory.seen) // 6 :])
    return {
        "seconds": seconds,
        "readings": len(programs.seconds),
        "a second": round(len(programs.seconds) / elapsed, 1),
        "median ms": round(1000 * _percentile(programs.seconds, 50), 1),
        "p99 ms": round(1000 * _percentile(programs.seconds, 99), 1),
        "wrong": programs.wrong,
        "errors": programs.errors,
        "memory MB each minute": [round(size, 1) for _, size in memory.seen],
        "slope MB/h": None if hours is None else round(60 * hours, 2),
    }


async def _timed(asking: Awaitable[Observations]) -> tuple[Observations, float]:
    """The result and the seconds that it took, which exceed those asked for if answers are late."""
    started = time.perf_counter()
    return await asking, time.perf_counter() - started


class Memory:
    """The resident megabytes of the process that serves an address. seen: (seconds, megabytes)."""

    def __init__(self, address: str) -> None:
        port = f"--server.port={address.rpartition(':')[2]}"
        folders = [folder for folder in Path("/proc").iterdir() if folder.name.isdigit()]
        (self._process,) = (folder for folder in folders if port in _arguments(folder))
        self.seen: list[tuple[float, float]] = []

    def now(self) -> float:
        """The megabytes at this moment."""
        pages = int((self._process / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    async def watch(self, every: float) -> None:
        """Records the memory at this interval in seconds, until it is cancelled."""
        while True:
            self.seen.append((time.monotonic(), self.now()))
            await asyncio.sleep(every)


def slope(seen: Sequence[tuple[float, float]]) -> float | None:
    """Megabytes per minute of the line fitted through the values; None if there are too few."""
    if len(seen) < 3:
        return None
    seconds, sizes = np.array(seen).T
    return round(60 * float(np.polyfit(seconds - seconds[0], sizes, 1)[0]), 3)


def _arguments(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_text().split("\0")
    except OSError:
        return []


def _percentile(seconds: Sequence[float], share: float) -> float:
    return round(float(np.percentile(seconds, share)), 4) if seconds else float("nan")


if __name__ == "__main__":
    sys.exit(main())
