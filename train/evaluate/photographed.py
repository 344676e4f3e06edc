"""Makes the sets of photographed digits from rendered pictures, with serving's own code."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from train.data.datasets import Digits, PenDigits
from train.data.normal_form import candidate_glyphs
from train.evaluate.collection import Collection, EvaluationSet, Example, first, first_ink
from train.evaluate.protocol import MNIST, PHOTOGRAPHED_INK, PHOTOGRAPHED_MNIST
from train.render.photograph import photograph, photograph_glyph

_PHOTOGRAPHED_DIGITS: Final = 3_000  # of MNIST; one digit is a thirtieth of a percentage point
_TAKES: Final = 2  # photographs of each pen digit
_EXAMPLES: Final = 14  # pictures that are kept for the page


def add_photographed(collection: Collection, pen: PenDigits | None, max_digits: int | None) -> None:
    """Adds the photographed sets. Each picture has its own fixed seed."""
    if pen is not None:
        ink, takes = first_ink(pen.validation, max_digits), _TAKES if max_digits is None else 1
        pictures = (
            photograph(strokes, np.random.default_rng((0, number))).picture
            for number, strokes in enumerate(ink.strokes * takes)
        )
        collection.sets[PHOTOGRAPHED_INK] = _seen(pictures, np.tile(ink.labels, takes), collection)
    if MNIST in collection.sets:
        digits = first(collection.sets[MNIST].digits, _PHOTOGRAPHED_DIGITS)
        pictures = (
            photograph_glyph(glyph, np.random.default_rng((1, number))).picture
            for number, glyph in enumerate(digits.glyphs)
        )
        collection.sets[PHOTOGRAPHED_MNIST] = _seen(pictures, digits.labels, collection)


def _seen(
    pictures: Iterator[NDArray[np.uint8]], labels: NDArray[np.int64], collection: Collection
) -> EvaluationSet:
    """The set of glyphs that serving finds in pictures; the first pictures become examples."""
    candidates: list[list[NDArray[np.uint8]]] = []
    for number, picture in enumerate(tqdm(pictures, "photograph", len(labels), leave=False)):
        candidates.append(list(candidate_glyphs(picture)))
        if number < _EXAMPLES:
            collection.photographs.append(
                Example(picture, candidates[-1][0] if candidates[-1] else None)
            )
    with_ink = [glyphs for glyphs in candidates if glyphs]
    others = [glyph for glyphs in with_ink for glyph in glyphs[1:]]
    return EvaluationSet(
        Digits(
            _stacked([glyphs[0] for glyphs in with_ink]),
            labels[[bool(glyphs) for glyphs in candidates]],
        ),
        len(candidates) - len(with_ink),
        _stacked(others),
        np.repeat(np.arange(len(with_ink)), [len(glyphs) - 1 for glyphs in with_ink]),
    )


def _stacked(glyphs: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.array(glyphs, np.uint8).reshape(-1, 28, 28)
