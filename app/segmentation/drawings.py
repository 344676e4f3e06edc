"""Tells which marks of a line are parts of drawings and stains, although they are read as digits.

The line reader takes any row of closed lines for digits. Three plain facts speak against it: the
classifier by itself takes a whole piece of ink for no digit, a piece of ink has more holes than
its digits can have, as a drawn flower has, or a mark is a blob that no pen draws.
"""

from collections.abc import Sequence
from itertools import compress, pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.inference.scores import ood_log_odds
from app.segmentation.text_line import TextLine

# Log-odds of the classifier that a mark is no digit. Of 1,570 digits in rightly read pictures that
# were not cut from their neighbours, one has more.
MAX_UNLIKELY: Final = 0.0
MAX_HOLES: Final = 3  # of a digit: an 8 has two, and there may be one where it touches another
# Pixels of a glyph: the diameter of the largest disc in the line of a pen. Of 4,000 digits of
# MNIST, which has broad pens, about four have a larger one.
MAX_PEN: Final = 9
MIN_STRENGTH: Final = 127  # of 255, of a glyph's pixels within the pen's line
DISC: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (MAX_PEN, MAX_PEN))


def are_drawn(line: TextLine, path: Sequence[int], logits: NDArray[np.float32]) -> list[bool]:
    """Which marks may be parts of drawings and stains.

    path: the candidates that are the marks. logits: (candidates, 11), of the classifier.
    """
    is_unlikely = _are_unlikely(logits[path])
    if any(is_unlikely):
        are_cut = line.lattice.is_cut[path].tolist()
        is_unlikely = [
            unlikely and not cut for unlikely, cut in zip(is_unlikely, are_cut, strict=True)
        ]
    if line.num_holes is None:  # strokes, which are as broad as they are drawn
        return is_unlikely
    return [
        any(facts)
        for facts in zip(
            is_unlikely,
            _are_blobs(line.glyphs[path]),
            _have_many_holes(line, path),
            strict=True,
        )
    ]


def _are_unlikely(logits: NDArray[np.float32]) -> list[bool]:
    """Which marks are less likely digits than not; logits: (n, 11), of the classifier."""
    # Lists, because NumPy is slower for the few marks of a line.
    if all(row[-1] <= max(row[:-1]) for row in logits.tolist()):
        return [False] * len(logits)
    return [odds > MAX_UNLIKELY for odds in ood_log_odds(logits).tolist()]


def _are_blobs(glyphs: NDArray[np.uint8]) -> list[bool]:
    """Which glyphs, uint8 (n, 28, 28), are broader somewhere than any pen's line."""
    column = (glyphs > MIN_STRENGTH).astype(np.uint8).reshape(-1, glyph.SIDE)
    rest = cv2.erode(column, DISC, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return [bool(each.any()) for each in rest.reshape(glyphs.shape)]


def _have_many_holes(line: TextLine, path: Sequence[int]) -> list[bool]:
    """Which marks were cut from a piece of ink with more holes than so many digits can have."""
    has_many = [False] * len(path)
    assert line.num_holes is not None
    if line.sliced is None or line.num_holes.max() <= MAX_HOLES:
        return has_many
    starts = np.flatnonzero(~line.sliced).tolist()
    for first, last in pairwise([*starts, len(line.sliced)]):
        runs = (line.candidates[candidate] for candidate in path)
        is_in_piece = [start < last and end > first for start, end in runs]
        if line.num_holes[first] > MAX_HOLES * sum(is_in_piece):
            for index in compress(range(len(path)), is_in_piece):
                has_many[index] = True
    return has_many
