"""What the guards cost: `python -m tests.benchmarks.guards`, two minutes on a calm machine.

Two servers run side by side, the shipped one and one without its guards. They are asked
alternately, so that other load on the machine affects both alike. Prints strokes per second, and
milliseconds for a picture of a digit, with and without guards, and the median of the rounds'
ratios. Writes models/guards.json, and exits with 1 if guards cost more than MAX_COST.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, Final

import requests

from tests.benchmarks.figures import write
from tests.benchmarks.serving import machine
from tests.support.paths import ROOT
from tests.support.programs import ask
from tests.support.server import running
from tests.support.service import coded

MAX_COST: Final = 0.03
ROUNDS: Final = 15
SECONDS: Final = 2.0  # of strokes, per round and server
PICTURES: Final = 40  # per round and server
# A client may have half of the requests in flight, and asks on 16 connections.
SETTINGS: Final = {"DIGITS_RATE": "0", "DIGITS_WAITING": "62", "OMP_NUM_THREADS": "1"}
# Reads as the shipped server does, but takes every request and decodes pictures in its own process.
UNGUARDED: Final = """
import sys
from contextlib import nullcontext

from app.api import decoding_cost, in_flight, service
from app.guard import (closed_paths, page_paths, tcp_connections, uploads, uvicorn_settings,
                       websockets)
from app.ink.files import decoder_pool, picture_file

def passed_on(self, scope, receive, send):
    return self._page(scope, receive, send)

for middleware in (closed_paths.ClosedPaths, page_paths.PagePaths, uploads.UploadGuard,
                   websockets.WebSocketGuard):
    middleware.__call__ = passed_on
uvicorn_settings.apply = lambda: None
tcp_connections.apply = lambda proxies: None
in_flight.InFlightLimiter.admit = lambda *_: nullcontext(True)
service.turn = lambda *_: _Turn()
decoding_cost.charge = lambda *_: None
decoder_pool.DecoderPool.decode = lambda self, content, *_, **__: picture_file.Page(
    picture_file.decode_inspected(content)[0]
)
decoder_pool.DecoderPool.reading = lambda self: nullcontext()

class _Turn:
    async def __aenter__(self): return None
    async def __aexit__(self, *_): return None

sys.argv = ["streamlit", "run", "app/server.py", *sys.argv[1:]]
from streamlit.web.cli import main
main()
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.guards", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--output", type=Path, default=ROOT / "models" / "guards.json")
    command = parser.parse_args(arguments)
    guarded = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "server.py")]
    unguarded = [sys.executable, "-c", UNGUARDED]
    with ExitStack() as servers:
        addresses = [
            f"http://127.0.0.1:{servers.enter_context(running(server, ROOT, SETTINGS))}"
            for server in (guarded, unguarded)
        ]
        figures = {
            "strokes a second": compare(addresses, strokes_a_second, command.rounds),
            "ms of a picture": compare(addresses, picture_milliseconds, command.rounds),
        }
    strokes, picture = figures.values()
    cost = {
        "of strokes": round(1 - strokes["ratio"], 4),
        "of a picture": round(picture["ratio"] - 1, 4),
    }
    results = {"machine": machine(), "rounds": command.rounds, **figures, "cost": cost}
    print(json.dumps(results, indent=2))
    write(command.output, results)
    return int(max(cost.values()) > MAX_COST)


def compare(addresses: Sequence[str], measure: Any, rounds: int) -> dict[str, float]:
    """The median of each server, and that of the ratios guarded to unguarded, one per round."""
    values: list[list[float]] = []
    for number in range(rounds + 1):
        order = addresses if number % 2 else addresses[::-1]
        by_address = {address: measure(address) for address in order}
        values.append([by_address[address] for address in addresses])
    measured = values[1:]  # the first one is to warm up
    with_guards, without = (round(median(column), 3) for column in zip(*measured, strict=True))
    ratio = round(median(first / second for first, second in measured), 4)
    return {"with guards": with_guards, "without": without, "ratio": ratio}


def strokes_a_second(address: str) -> float:
    """Digits read per second, requested over several connections at once."""
    observed = asyncio.run(ask(address, SECONDS))
    if observed.errors or observed.wrong:
        raise RuntimeError(f"expected readings, got {(observed.errors + observed.wrong)[0]}")
    return len(observed.seconds) / SECONDS


def picture_milliseconds(address: str) -> float:
    """The median time to read a small picture of a digit, one request at a time."""
    picture, waits = coded(".png"), []
    with requests.Session() as session:
        session.headers["Content-Type"] = "image/png"
        for _ in range(PICTURES):
            started = time.perf_counter()
            answer = session.post(f"{address}/api/read", picture, timeout=60)
            waits.append(1e3 * (time.perf_counter() - started))
            answer.raise_for_status()
    return median(waits)


if __name__ == "__main__":
    sys.exit(main())
