"""Measures how long a reading takes on the page: `make bench-page`.

In Chromium, with the service on the same machine: from each point of the pen to the first live
reading that includes it, from the lifted pen to the final reading, and from the start of the server
to the first page. Writes models/bench_page.json with the goals, and exits with 1 if one is missed.
This is not a test, as machines differ and are noisy. Needs Chromium.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright

from app.recognizer import MODEL
from tests.benchmarks.figures import write
from tests.benchmarks.serving import machine
from tests.support.browser import (
    FLAGS,
    change_sheet,
    find_chromium,
    number_on_sheet,
    open_page,
    serving,
)
from tests.support.visitors import WATCH, first_page

NUMBER: Final = "3609"  # one stroke for each digit, so that the reading changes with each
DEFAULT_ROUNDS: Final = 12  # numbers drawn; the first warms up
DEFAULT_STARTS: Final = 5  # of the server
# Python writes compiled files unless this variable forbids it, as it does on test machines.
KEEP_BYTECODE: Final = {"PYTHONDONTWRITEBYTECODE": ""}
POINT_MS: Final = 16  # from one point of the pen to the next, as screens show them
REST_MS: Final = 300  # after a stroke, so that everything else arrives
# The largest median and 95th percentile, by figure.
GOALS: Final[dict[str, dict[str, float]]] = {
    "moving ms": {"median": 40, "p95": 70},
    "lifted ms": {"median": 90},
    "first page s": {"median": 1.2},
}
# Runs in the page. moving: milliseconds from each point of the pen to a live reading with it.
WATCH_LIVE: Final = """() => {
    let unread = []
    window.moving = []
    document.addEventListener("ink", () => unread.push(performance.now()))
    const { fetch } = window
    window.fetch = async (url, options) => {
        const asked = unread.splice(0)
        const response = await fetch(url, options)
        const { json } = response
        response.json = async () => {
            const answer = await json.call(response)
            requestAnimationFrame(() => {
                window.moving.push(...asked.map(at => performance.now() - at))
            })
            return answer
        }
        return response
    }
}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.page", description=__doc__)
    parser.add_argument("--rounds", type=int, default=DEFAULT_ROUNDS, help="numbers drawn")
    parser.add_argument("--starts", type=int, default=DEFAULT_STARTS, help="of the server")
    parser.add_argument("--output", type=Path, default=MODEL.parent / "bench_page.json")
    command = parser.parse_args(arguments)
    with serving(script="server.py") as address:
        moving, lifted = draw(address, command.rounds)
    measured = {
        "moving ms": summary(moving),
        "lifted ms": summary(lifted),
        "first page s": summary([seconds_to_first_page() for _ in range(command.starts)]),
    }
    figures = {"machine": machine(), **measured, "goals": GOALS}
    print(json.dumps(figures, indent=2))
    write(command.output, figures)
    missed = missed_goals(measured)
    print("\n".join(missed))
    return 1 if missed else 0


def draw(address: str, rounds: int) -> tuple[list[float], list[float]]:
    """Draws NUMBER on a page again and again.

    Returns milliseconds: from each point to the first live reading that includes it, and for each
    stroke from the lifted pen to the final reading.
    """
    moving: list[float] = []
    lifted: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(playwright), args=list(FLAGS)
        )
        page = open_page(browser, address)
        page.evaluate(WATCH)
        page.evaluate(WATCH_LIVE)
        for round_index in range(rounds):
            for stroke in number_on_sheet(page, NUMBER):
                times = _draw_stroke(page, stroke)
                if round_index:  # the first one warms up
                    moving += times[0]
                    lifted.append(times[1])
            change_sheet(page, "clear")
            page.wait_for_timeout(REST_MS)
        browser.close()
    return moving, lifted


def seconds_to_first_page() -> float:
    """Seconds from the start of a server until all of the first page has been sent."""
    started = time.perf_counter()
    with serving(script="server.py", variables=KEEP_BYTECODE) as address:
        asyncio.run(first_page(address))
        return time.perf_counter() - started


def summary(times: Sequence[float]) -> dict[str, float]:
    """The median and the 95th percentile."""
    middle, high = np.quantile(times, [0.5, 0.95]).round(2).tolist()
    return {"median": middle, "p95": high, "n": len(times)}


def missed_goals(measured: dict[str, dict[str, float]]) -> list[str]:
    """A sentence for each of the GOALS that is missed."""
    return [
        f"{name}: expected a {statistic} of at most {goal}, got {measured[name][statistic]}"
        for name, goals in GOALS.items()
        for statistic, goal in goals.items()
        if measured[name][statistic] > goal
    ]


def _draw_stroke(page: Page, stroke: NDArray[np.float64]) -> tuple[list[float], float]:
    """Draws a stroke as quickly as a hand; returns the milliseconds of `draw`."""
    page.evaluate("() => { window.seen.length = window.moving.length = 0 }")
    page.mouse.move(*stroke[0])
    page.mouse.down()
    for x, y in stroke[1:]:
        page.mouse.move(x, y)
        page.wait_for_timeout(POINT_MS)
    moving: list[Any] = page.evaluate("() => window.moving")
    page.mouse.up()
    page.wait_for_function("() => window.seen.length")
    page.wait_for_timeout(REST_MS)
    return [float(time) for time in moving], float(page.evaluate("() => window.seen[0][1]"))


if __name__ == "__main__":
    sys.exit(main())
