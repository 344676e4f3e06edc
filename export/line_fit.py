"""Fits the numbers by which line reader and classifier work together, into the reader's graph."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from app.recognizer import Recognizer
from export import symbol_looks
from export.found_confidence import fit_found
from export.graph import set_metadata
from export.operating_point import GRID, fit_operating_point
from export.space_fit import fit_spaces, space_figures
from train.data.line_sets import Line, LineSet
from train.render.lines import Composer

NUM_COMPOSED: Final = 500  # lines with and without signs
NUM_COMPOSED_SIGNED: Final = 1_500  # for the looks of signs, a third of which have some
# For the confidence: half as many as there are real lines, because they are harder.
NUM_COMPOSED_BESIDE: Final = 150
UNFITTED: Final = {
    **{name: str(row[0]) for name, row in GRID.items()},
    "slope": "1",
    "offset": "0",
    "sign_offset": "0",
    "found_slope": "1",
    "found_offset": "0",
    "space": "0.7",
    "space_ratio": "1.7",
    **symbol_looks.metadata(symbol_looks.even_looks()),
}

# In the second one, texts are laid on the ink by what symbols were found to look like.
LOOK_ROUNDS: Final = 2

_SEED: Final = 1


def fit(graph: Path, training: LineSet, validation: LineSet) -> dict[str, Any]:
    """Puts all fitted numbers into a graph's metadata. Returns them with their figures."""
    set_metadata(graph, UNFITTED)
    composed = composed_lines(training, NUM_COMPOSED_SIGNED)
    lines = training.strings + [line for line in composed if not line.text.isdecimal()]
    for _ in range(LOOK_ROUNDS):
        fitted = symbol_looks.fit_looks(Recognizer(reader=graph), lines)
        set_metadata(graph, symbol_looks.metadata(fitted))
    # Each real string is read both as strokes and as a bitmap.
    lines = [line for line in validation.strings for _ in range(2)]
    lines += composed_lines(validation, NUM_COMPOSED_BESIDE)
    point, figures = fit_operating_point(Recognizer(reader=graph), lines)
    set_metadata(graph, {key: f"{value:.6g}" for key, value in point.items()})
    found, figures["photographs"] = fit_found(Recognizer(reader=graph), validation.strings)
    set_metadata(graph, {key: f"{value:.6g}" for key, value in found.items()})
    spaces = fit_spaces(Recognizer(reader=graph), training.strings, training.word_gaps)
    set_metadata(graph, {key: f"{value:.6g}" for key, value in spaces.items()})
    parted = space_figures(Recognizer(reader=graph), validation.strings, validation.word_gaps)
    return {
        "operating_point": point | found | spaces | dict(fitted),
        "confidence": figures,
        "spaces": parted,
    }


def composed_lines(side: LineSet, count: int = NUM_COMPOSED) -> list[Line]:
    """Lines that are composed of these writers' digits; a third of them have signs."""
    composer = Composer(side.writers, signs=side.signs, is_lesson=False)
    random = np.random.default_rng(_SEED)
    return [composer.draw(random) for _ in range(count)]
