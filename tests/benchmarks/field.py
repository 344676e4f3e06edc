"""Compares models: accuracy, bytes, and the time of one glyph."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from app.inference.session import PROVIDERS, session_options

ROUNDS: Final = 25  # of each model, in turn with the others
CALLS: Final = 400  # in each


def compared(paths: Sequence[Path], data: Path) -> dict[str, Any]:
    """The figures of each model, by its file's name.

    The time ratio is the first model's time over this one's. A model is on the front if no other
    is better in one of accuracy, bytes and time and at least as good in the others.

    paths: ONNX files that take a glyph with ink 255 on 0, uint8 or float32, of any shape.
    data: the folder with MNIST's test file, which accuracy is measured on; left out without it.
    """
    calls = [_one_glyph(open_session(path)) for path in paths]
    rounds = [[seconds_of(call, CALLS) for call in calls] for _ in range(ROUNDS)]
    test = _mnist_test(data / "MNIST" / "raw")
    figures: dict[str, Any] = {}
    for index, path in enumerate(paths):
        values: dict[str, Any] = {
            "bytes": path.stat().st_size,
            "µs": round(1e6 * median(times[index] for times in rounds), 1),
            "ratio": round(median(times[0] / times[index] for times in rounds), 2),
        }
        if test is not None:
            values["MNIST test"] = _accuracy(open_session(path), *test)
        figures[path.name] = values
    for name, values in figures.items():
        others = (other for key, other in figures.items() if key != name)
        values["front"] = not any(_better(other, values) for other in others)
    return figures


def _better(model: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a model is at least as accurate, small and fast as the other, and not its equal."""
    pairs = [(model[key], other[key]) for key in ("bytes", "µs")]
    pairs += [(-model[key], -other[key]) for key in ("MNIST test",) if key in model]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A session set up as serving does."""
    return onnxruntime.InferenceSession(str(path), session_options(threads), PROVIDERS)


def seconds_of(call: Callable[[], object], count: int) -> float:
    """Seconds per call, after one call that is not counted."""
    call()
    started = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - started) / count


def _one_glyph(session: onnxruntime.InferenceSession) -> Callable[[], object]:
    feed = _feed(session, np.zeros((1, 28, 28), np.uint8))
    names = [session.get_outputs()[0].name]
    return lambda: session.run(names, feed)


def _feed(
    session: onnxruntime.InferenceSession, glyphs: NDArray[np.uint8]
) -> dict[str, NDArray[Any]]:
    entry = session.get_inputs()[0]
    dtype = np.uint8 if "uint8" in entry.type else np.float32
    shape = [side if isinstance(side, int) else len(glyphs) for side in entry.shape]
    return {entry.name: glyphs.astype(dtype).reshape(shape)}


def _accuracy(
    session: onnxruntime.InferenceSession, glyphs: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> float:
    """Percent of glyphs read correctly; a model without a batch axis gets one glyph at a time."""
    names = [session.get_outputs()[0].name]
    many = not isinstance(session.get_inputs()[0].shape[0], int)
    logits = [
        session.run(names, _feed(session, part))[0].reshape(len(part), -1)[:, :10]
        for part in np.array_split(glyphs, 10 if many else len(glyphs))
    ]
    right = np.concatenate(logits).argmax(axis=1) == labels
    return round(100 * float(right.mean()), 2)


def _mnist_test(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    images, labels = (
        folder / "t10k-images-idx3-ubyte",
        folder / "t10k-labels-idx1-ubyte",
    )
    if not (images.is_file() and labels.is_file()):
        return None
    pixels = np.frombuffer(images.read_bytes(), np.uint8, offset=16)
    return pixels.reshape(-1, 28, 28), np.frombuffer(labels.read_bytes(), np.uint8, offset=8)
