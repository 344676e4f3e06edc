"""Scores a recogniser on whole numbers that are composed of single digits."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from app.reading import Reading
from app.recognizer import Recognizer
from train.data.datasets import Ink
from train.render.numbers import (
    JOINED,
    JOINED_ZEROS,
    PEN,
    SMALL_ZEROS,
    SPACED,
    TIGHT,
    UNEVEN,
    Number,
    compose,
)
from train.render.photograph import photograph_line

LAYOUTS: Final = {  # with the seeds of their numbers
    "spaced": (SPACED, 11),
    "tight": (TIGHT, 12),
    "heights that differ": (UNEVEN, 13),
    "zeros half as high": (SMALL_ZEROS, 14),
    "zeros joined in a stroke": (JOINED_ZEROS, 15),
    "neighbours joined in a stroke": (JOINED, 16),
}
PHOTOGRAPHED: Final = ("spaced", "heights that differ", "zeros half as high")

Read = Callable[[Number, int], Reading]


def score(recognizer: Recognizer, ink: Ink, count: int) -> dict[str, dict[str, Any]]:
    """All figures by the name of the set, with a bar for each."""

    def read_ink(number: Number, _: int) -> Reading:
        return recognizer.read_ink(number.strokes)

    def read_bitmap(number: Number, index: int) -> Reading:
        return recognizer.read_image(number_bitmap(number, index))

    def read_photograph(number: Number, index: int) -> Reading:
        return recognizer.read_image(number_photograph(number, index))

    singles = [
        Number([stroke.astype(np.float64) for stroke in strokes], str(label))
        for strokes, label in zip(ink.strokes, ink.labels.tolist(), strict=True)
    ]
    sets = {name: compose(ink, count, *layout) for name, layout in LAYOUTS.items()}
    sets["single digits"] = singles
    figures = {}
    for name, numbers in sets.items():
        kinds = {"ink": read_ink, "bitmaps": read_bitmap}
        if name in PHOTOGRAPHED:
            kinds["photographs"] = read_photograph
        for kind, read in kinds.items():
            figures[f"{name}, {kind}"] = _score(f"{name}, {kind}", numbers, read)
    return figures


def _score(name: str, numbers: Sequence[Number], read: Read) -> dict[str, Any]:
    """The percentages of the numbers that are read in each of these ways, and the median time.

    exact: correctly. silently_wrong: wrongly and without "?". right_length: with the right number
    of digits. split: with more digits than were written, as when one is read as two.
    """
    exact = silently_wrong = split = length = 0
    seconds = []
    for index, number in enumerate(tqdm(numbers, name, leave=False, mininterval=5)):
        started = time.perf_counter()
        text = read(number, index).text
        seconds.append(time.perf_counter() - started)
        exact += text == number.text
        silently_wrong += text != number.text and "?" not in text
        split += len(text) > len(number.text)
        length += len(text) == len(number.text)
    shares = {
        "exact": exact,
        "silently_wrong": silently_wrong,
        "right_length": length,
        "split": split,
    }
    return {
        "numbers": len(numbers),
        **{key: round(100 * value / len(numbers), 2) for key, value in shares.items()},
        "median_ms": round(1000 * float(np.median(seconds)), 2),
    }


def number_bitmap(number: Number, index: int) -> NDArray[np.uint8]:
    """A number in black on white, drawn with a pen that depends on its index: uint8 (h, w)."""
    return number.bitmap(float(np.random.default_rng((2, index)).uniform(*PEN)))


def number_photograph(number: Number, index: int) -> NDArray[np.uint8]:
    """A number on rendered paper that depends on its index: uint8 (h, w, 3)."""
    return photograph_line(number.strokes, np.random.default_rng((3, index))).picture
