"""Signs as UNIPEN's writers wrote them, to put them among composed digits."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.data.pendigits import Strokes
from train.data.unipen_sets import Writing

Stroke = NDArray[np.float64]  # (n, 2), x right and y down
WriterSigns = Mapping[str, Sequence[list[Stroke]]]  # the drawings of each sign

SIGN_LABELS: Final = frozenset("-+/.,:=()%xX")  # of characters that are signs in numbers
# Heights of a usual digit. A few files have other units for signs than for digits.
_MAX_SIDE: Final = 2.5


def written_signs(digits: Writing, characters: Writing) -> list[WriterSigns]:
    """The signs of each writer who also wrote digits, an x for "x" and "X".

    A drawing is in heights of the writer's usual digit, with the middle of its bounding box at 0.
    """
    heights: dict[str, list[float]] = {}
    for strokes, writer in zip(digits.strokes, digits.writers, strict=True):
        heights.setdefault(writer, []).append(float(np.ptp(np.concatenate(strokes)[:, 1])))
    signs: dict[str, dict[str, list[list[Stroke]]]] = {}
    for strokes, label, writer in zip(
        characters.strokes, characters.labels, characters.writers, strict=True
    ):
        if label in SIGN_LABELS and writer in heights:
            drawing = _scaled(strokes, float(np.median(heights[writer])))
            if np.ptp(np.concatenate(drawing), axis=0).max() <= _MAX_SIDE:
                signs.setdefault(writer, {}).setdefault(label.lower(), []).append(drawing)
    return list(signs.values())


def _scaled(strokes: Strokes, height: float) -> list[Stroke]:
    points = np.concatenate(strokes).astype(np.float64)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return [(stroke - middle) / max(height, 1e-6) for stroke in strokes]
