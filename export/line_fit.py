"""Fits the numbers by which line reader and classifier work together, into the reader's graph."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.recognizer import Recognizer
from export.graph import set_metadata
from export.operating_point import fit_operating_point
from export.sign_looks import fit_sign_looks, uniform_sign_looks
from train.data.line_sets import Line, LineSet
from train.render.lines import Composer

NUM_COMPOSED: Final = 500  # lines with and without signs, for the looks of signs
# For the confidence: half as many as there are real lines, because they are harder.
NUM_COMPOSED_BESIDE: Final = 150
UNFITTED: Final = {
    "reader_weight": "1",
    "slope": "1",
    "offset": "0",
    "sign_offset": "0",
    "sign_looks": json.dumps(uniform_sign_looks()),
}

_SEED: Final = 1


def fit(graph: Path, training: LineSet, validation: LineSet) -> dict[str, Any]:
    """Puts all fitted numbers into a graph's metadata. Returns them with their figures."""
    set_metadata(graph, UNFITTED)
    lines = training.strings + composed_lines(training)
    looks = fit_sign_looks(Recognizer(reader=graph), lines)
    set_metadata(graph, {"sign_looks": json.dumps(looks)})
    # Each real string is read both as strokes and as a bitmap.
    lines = [line for line in validation.strings for _ in range(2)]
    lines += composed_lines(validation, NUM_COMPOSED_BESIDE)
    point, figures = fit_operating_point(Recognizer(reader=graph), lines)
    set_metadata(graph, {key: f"{value:.6g}" for key, value in point.items()})
    return {"operating_point": point | {"sign_looks": looks}, "confidence": figures}


def composed_lines(side: LineSet, count: int = NUM_COMPOSED) -> list[Line]:
    """Lines that are composed of these writers' digits; a third of them have signs."""
    composer = Composer(side.writers, signs=side.signs)
    random = np.random.default_rng(_SEED)
    return [composer.draw(random) for _ in range(count)]
