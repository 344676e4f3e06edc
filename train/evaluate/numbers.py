"""Scores whole numbers: `python -m train.evaluate.numbers [--data DIR]`, about two minutes.

Puts numbers together from the held-back writers' digits (train.render.numbers), has the shipped
recogniser read them as strokes, bitmaps, and photographs, and writes models/numbers.json: how many
are exact, how many have the right count of digits, how often one digit is read as several,
and the time each takes on one thread.
"""

import argparse
import hashlib
import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from tqdm import tqdm

from app.reading import Reading
from app.recognizer import MODEL, Recognizer
from train.data.datasets import Ink, data_folder, load_pendigits
from train.data.download import DataError
from train.render.numbers import PEN, SPACED, TIGHT, Number, compose
from train.render.photograph import photograph

COUNT: Final = 1_000  # numbers of each kind
SEEDS: Final = {"spaced": (SPACED, 11), "tight": (TIGHT, 12)}

Read = Callable[[Number, int], Reading]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m train.evaluate.numbers", description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL, help="an exported model")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--count", type=int, default=COUNT, help="numbers of each kind")
    parser.add_argument("--output", type=Path, default=Path("models/numbers.json"))
    command = parser.parse_args(arguments)
    try:
        ink = load_pendigits(data_folder(command.data)).validation
    except DataError as error:
        print(f"number_score: {error}", file=sys.stderr)
        return 1
    figures = score(Recognizer(command.model), ink, command.count)
    described = {
        "count": command.count,
        "python": platform.python_version(),
        "model": hashlib.sha256(command.model.read_bytes()).hexdigest(),
        "sets": figures,
    }
    command.output.write_text(json.dumps(described, indent=2) + "\n")
    for name, one in figures.items():
        print(f"{name:24}" + "  ".join(f"{key} {value}" for key, value in one.items()))
    print(f"wrote {command.output}")
    return 0


def score(recognizer: Recognizer, ink: Ink, count: int) -> dict[str, dict[str, Any]]:
    """All figures by the name of the set."""
    figures = {}
    for name, (gaps, seed) in SEEDS.items():
        numbers = compose(ink, count, gaps, seed)
        figures[f"{name}, ink"] = _score(numbers, lambda one, _: recognizer.read_ink(one.strokes))
        figures[f"{name}, bitmaps"] = _score(
            numbers, lambda one, index: recognizer.read_image(one.bitmap(_pen(index)))
        )
    spaced = compose(ink, count, *SEEDS["spaced"])
    figures["spaced, photographs"] = _score(
        spaced, lambda one, index: recognizer.read_image(_photograph(one, index))
    )
    singles = [
        Number([stroke.astype(np.float64) for stroke in strokes], str(label))
        for strokes, label in zip(ink.strokes, ink.labels.tolist(), strict=True)
    ]
    figures["single digits, ink"] = _score(singles, lambda one, _: recognizer.read_ink(one.strokes))
    figures["single digits, bitmaps"] = _score(
        singles, lambda one, index: recognizer.read_image(one.bitmap(_pen(index)))
    )
    return figures


def _score(numbers: Sequence[Number], read: Read) -> dict[str, Any]:
    exact = length = 0
    seconds = []
    for index, number in enumerate(tqdm(numbers, "reading", leave=False)):
        started = time.perf_counter()
        text = read(number, index).text
        seconds.append(time.perf_counter() - started)
        exact += text == number.text
        length += len(text) == len(number.text)
    return {
        "numbers": len(numbers),
        "exact": round(100 * exact / len(numbers), 2),
        "right_length": round(100 * length / len(numbers), 2),
        "median_ms": round(1000 * float(np.median(seconds)), 2),
    }


def _pen(index: int) -> float:
    return float(np.random.default_rng((2, index)).uniform(*PEN))


def _photograph(number: Number, index: int) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    points = np.concatenate(number.strokes)
    span = np.ptp(points, axis=0)
    share = float(span[1] / span.max())  # a number is about as high as one digit
    return photograph(number.strokes, np.random.default_rng((3, index)), share).picture


if __name__ == "__main__":
    sys.exit(main())
