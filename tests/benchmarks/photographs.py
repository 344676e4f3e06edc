"""Measures what a photograph costs to read: `python -m tests.benchmarks.photographs`.

Adds to models/bench.json, for one thread: the milliseconds from bytes to reading for a photograph
of 12 megapixels with one digit and for a photographed cell of 60 pixels, and the peak memory of a
fresh process that reads the photograph. `make bench` measures it too.
"""

import subprocess
import sys
from statistics import median
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.recognizer import Recognizer
from tests.benchmarks.field import seconds_of
from tests.benchmarks.figures import add
from tests.support.drawings import placed
from tests.support.paths import ROOT

ROUNDS: Final = 9
SIDES: Final = (3000, 4000)  # pixels: 12 megapixels
CELL_SIDE: Final = 60  # pixels
# Reads a file and prints the peak memory of the process in kilobytes. `getrusage` would include the
# memory of the process that started this one.
MAX_MEMORY: Final = (
    "import re, sys\n"
    "from app.recognizer import Recognizer\n"
    "Recognizer().read_image(sys.stdin.buffer.read())\n"
    "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
)


def main() -> int:
    """Runs the command. Returns the exit status."""
    add("photographs", measure())
    return 0


def measure() -> dict[str, Any]:
    """The figures; raises RuntimeError where a picture is misread."""
    recognizer = Recognizer()
    files = {"12 megapixels": photograph(*SIDES), "cell of 60 pixels": photograph(*[CELL_SIDE] * 2)}
    figures: dict[str, Any] = {"unit": "ms"}
    for name, content in files.items():
        if (text := recognizer.read_image(content).text) != "2":
            raise RuntimeError(f"{name}: expected 2, got {text!r}")
        times = [seconds_of(lambda: recognizer.read_image(content), 1) for _ in range(ROUNDS)]  # noqa: B023
        figures[name] = round(1000 * median(times), 1)
    done = subprocess.run(
        [sys.executable, "-c", MAX_MEMORY],
        cwd=ROOT,
        input=files["12 megapixels"],
        capture_output=True,
        check=True,
    )
    return figures | {"max memory MB": round(int(done.stdout) / 1000)}


def photograph(width: int, height: int) -> bytes:
    """A JPEG of one digit, a third of the picture's height, in uneven light with noise."""
    picture = np.full((height, width), 225, np.uint8)
    size = height / 3
    strokes = placed(2, 0.4 * width - size / 4, size, size)
    points = [np.round(stroke * 16).astype(np.int32) for stroke in strokes]
    cv2.polylines(picture, points, False, 60, max(round(size / 12), 2), cv2.LINE_AA, 4)
    light = np.linspace(1.0, 0.7, width, dtype=np.float32)
    noise = np.random.default_rng(0).standard_normal(picture.shape, np.float32)
    seen: NDArray[np.float32] = picture * light + 4 * noise
    _, written = cv2.imencode(".jpg", np.clip(seen, 0, 255).astype(np.uint8))
    return written.tobytes()


if __name__ == "__main__":
    sys.exit(main())
