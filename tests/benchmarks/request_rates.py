"""Measures requests per second on one core: `python -m tests.benchmarks.request_rates`.

Adds to models/bench.json the rate for strokes of a digit with the access log and metrics on, and
the rate for data URLs of a canvas of 280 x 280 pixels. `make bench` measures them too, besides the
rate for strokes without log and metrics.
"""

import asyncio
import base64
import json
import sys
from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np

from tests.benchmarks.figures import add
from tests.benchmarks.server_process import alone_on_a_core
from tests.support.browser import serving
from tests.support.drawings import placed
from tests.support.programs import ask, strokes_body

SECONDS: Final = 5.0  # of each
CANVAS_SIDE: Final = 280  # pixels
PEN: Final = 20  # pixels of the canvas
LIMITS: Final = {"DIGITS_RATE": "0", "DIGITS_WAITING": "64"}
OBSERVED: Final = {"DIGITS_LOG": "json", "DIGITS_METRICS": "loopback"}


def main() -> int:
    """Runs the command. Returns the exit status."""
    add("request rates", measure())
    return 0


def measure() -> dict[str, Any]:
    """The figures; raises RuntimeError where a request is refused or misread."""
    return {
        "unit": "per second",
        "strokes, log and metrics on": _rate(OBSERVED, strokes_body),
        "data URL of a canvas": _rate({}, data_url_body),
    }


def data_url_body(digit: int) -> bytes:
    """JSON with the data URL of a PNG: a canvas with a digit in black on white."""
    canvas = np.full((CANVAS_SIDE, CANVAS_SIDE), 255, np.uint8)
    for stroke in placed(digit, 60, 40, 200):
        cv2.polylines(canvas, [stroke.round().astype(np.int32)], False, 0, PEN, cv2.LINE_AA)
    content = cv2.imencode(".png", canvas)[1].tobytes()
    url = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    return json.dumps({"image": url}).encode()


def _rate(variables: dict[str, str], body_of: Callable[[int], bytes]) -> int:
    """Requests per second that a server with these variables answers on a core of its own."""
    with serving(script="server.py", variables=LIMITS | variables) as address:
        asyncio.run(ask(address, 1, 20, body_of))
        with alone_on_a_core(address):
            seen = asyncio.run(ask(address, SECONDS, body_of=body_of))
    if problems := [*seen.errors, *seen.wrong]:
        raise RuntimeError(f"expected right readings, got {problems[0]}")
    return round(len(seen.seconds) / SECONDS)


if __name__ == "__main__":
    sys.exit(main())
