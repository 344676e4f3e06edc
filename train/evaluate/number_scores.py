"""Figures of a recogniser that reads whole numbers, put together from separate digits."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from app.reading import Reading
from app.recognizer import Recognizer
from train.data.datasets import Ink
from train.render.numbers import PEN, SPACED, TIGHT, Number, compose
from train.render.photograph import photograph

SEEDS: Final = {"spaced": (SPACED, 11), "tight": (TIGHT, 12)}

Read = Callable[[Number, int], Reading]


def score(recognizer: Recognizer, ink: Ink, count: int) -> dict[str, dict[str, Any]]:
    """All figures by the name of the set."""
    figures = {}
    for name, (gaps, seed) in SEEDS.items():
        numbers = compose(ink, count, gaps, seed)
        figures[f"{name}, ink"] = _score(
            numbers, lambda number, _: recognizer.read_ink(number.strokes)
        )
        figures[f"{name}, bitmaps"] = _score(
            numbers, lambda number, index: recognizer.read_image(number.bitmap(_pen(index)))
        )
    spaced = compose(ink, count, *SEEDS["spaced"])
    figures["spaced, photographs"] = _score(
        spaced, lambda number, index: recognizer.read_image(_photograph(number, index))
    )
    singles = [
        Number([stroke.astype(np.float64) for stroke in strokes], str(label))
        for strokes, label in zip(ink.strokes, ink.labels.tolist(), strict=True)
    ]
    figures["single digits, ink"] = _score(
        singles, lambda number, _: recognizer.read_ink(number.strokes)
    )
    figures["single digits, bitmaps"] = _score(
        singles, lambda number, index: recognizer.read_image(number.bitmap(_pen(index)))
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


def _photograph(number: Number, index: int) -> NDArray[np.uint8]:
    points = np.concatenate(number.strokes)
    span = np.ptp(points, axis=0)
    share = float(span[1] / span.max())  # a number is about as high as one digit
    return photograph(number.strokes, np.random.default_rng((3, index)), share).picture
