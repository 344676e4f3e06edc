"""Reads visitors' corrections from the file that `python -m app.corrections` writes.

Every fifth correction, by its number, is held back. `python -m train --corrections FILE` trains on
the others, and `python -m train.evaluate --test-writers FILE` scores on those held back.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.reading import UnreadableInput
from train.data.datasets import Digits, Ink
from train.data.download import DataError
from train.data.pendigits import Strokes
from train.data.sources import Sources

HELD_BACK_EVERY: Final = 5
_ALPHABET: Final = "corrections"


@dataclass(frozen=True, eq=False)
class Corrected:
    """Corrections. ink: drawn digits. digits: glyphs of digits in pictures. negatives: drawn
    marks that are not digits."""

    ink: Ink
    digits: Digits
    negatives: list[Strokes]


def load(path: Path, held_back: bool) -> Corrected:
    """The corrections to learn from, or those held back. Raises DataError with the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected JSON lines of corrections, got {error}") from error
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entries.append(_entry(json.loads(line)))
        except (ValueError, TypeError, KeyError, UnreadableInput) as error:
            raise DataError(
                f"{path}, line {number}: expected a correction with id, strokes, glyph and right,"
                f" got {error!r}"
            ) from error
    chosen = [entry for entry in entries if (entry.number % HELD_BACK_EVERY == 0) == held_back]
    drawings = [entry for entry in chosen if entry.strokes and entry.right is not None]
    pictures = [entry for entry in chosen if not entry.strokes and entry.right is not None]
    return Corrected(
        Ink(
            [entry.strokes for entry in drawings],
            np.array([entry.right for entry in drawings], np.int64),
            np.zeros(len(drawings), np.int64),
        ),
        Digits(
            np.array([entry.glyph for entry in pictures], np.uint8).reshape(-1, 28, 28),
            np.array([entry.right for entry in pictures], np.int64),
        ),
        [entry.strokes for entry in chosen if entry.strokes and entry.right is None],
    )


def add_corrections(sources: Sources, corrected: Corrected) -> Sources:
    """The sources with corrections added to them."""
    ink, count = corrected.ink, len(corrected.negatives)
    return replace(
        sources,
        mnist=Digits(
            np.concatenate([sources.mnist.glyphs, corrected.digits.glyphs]),
            np.concatenate([sources.mnist.labels, corrected.digits.labels]),
        ),
        pen=Ink(
            [*sources.pen.strokes, *ink.strokes],
            np.concatenate([sources.pen.labels, ink.labels]),
            np.concatenate([sources.pen.writers, ink.writers - 1]),  # -1: the writer is unknown
        ),
        characters=replace(
            sources.characters,
            strokes=[*sources.characters.strokes, *corrected.negatives],
            alphabets=[*sources.characters.alphabets, *[_ALPHABET] * count],
            characters=[*sources.characters.characters, *["01"] * count],
            drawers=[*sources.characters.drawers, *["01"] * count],
        ),
    )


def digest(path: Path) -> str:
    """Twelve characters that identify a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@dataclass(frozen=True, eq=False)
class _Entry:
    number: int
    strokes: Strokes
    glyph: NDArray[np.uint8]
    right: int | None


def _is_stroke(points: NDArray[np.float32]) -> bool:
    return points.ndim == 2 and points.shape[1] == 2 and bool(np.isfinite(points).all())


def _entry(content: dict[str, Any]) -> _Entry:
    strokes = [np.asarray(stroke, np.float32) for stroke in content["strokes"]]
    if not all(_is_stroke(stroke) for stroke in strokes):
        raise ValueError("strokes that are not points [x, y]")
    glyph, right = np.asarray(content["glyph"]), content["right"]
    if glyph.shape != (28, 28) or glyph.min() < 0 or glyph.max() > 255:
        raise ValueError("a glyph that is not 28 x 28 bytes")
    if right is not None and right not in range(10):
        raise ValueError(f"right {right!r}")
    return _Entry(int(content["id"]), strokes, glyph.astype(np.uint8), right)
