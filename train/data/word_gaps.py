"""The gaps between the words of UNIPEN's writers, from which it is learned where numbers end."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.data import unipen_sets
from train.data.unipen_archive import Archive, Sample
from train.data.unipen_sets import SplitName

MIN_LETTERS: Final = 3  # of a word; shorter ones are often single characters in a form's boxes
MIN_LEVEL: Final = 0.5  # of the lower word's height that both share where they are on one line
MAX_GAP: Final = 4.0  # heights of a number; a wider one is a place left empty


def word_gaps(archive: Archive) -> Mapping[SplitName, NDArray[np.float64]]:
    """The gaps between words written after each other on a line (n,), of each part of the split.

    They are in heights of a usual number by the same writer. See `unipen_sets` for the split.
    """
    samples = list(archive.samples("7", bool))
    heights: defaultdict[str, list[float]] = defaultdict(list)
    for sample in samples:
        if unipen_sets.is_number(sample.label):
            _, top, _, bottom = _box(sample)
            heights[unipen_sets.person(sample)].append(bottom - top)
    gaps: dict[SplitName, list[float]] = {"train": [], "validation": [], "test": []}
    for left, right in _neighbours(samples):
        writer = unipen_sets.person(left)
        gap = _gap(_box(left), _box(right))
        if writer in heights and gap is not None:
            share = gap / float(np.median(heights[writer]))
            if share < MAX_GAP:
                gaps[unipen_sets.split_of(writer)].append(share)
    return {name: np.array(part, np.float64) for name, part in gaps.items()}


def _neighbours(samples: Iterable[Sample]) -> Iterable[tuple[Sample, Sample]]:
    """Words that a writer wrote one after the other."""
    for _, group in groupby(samples, key=lambda sample: (sample.file, sample.writer)):
        words = sorted(group, key=lambda sample: sample.component)
        for left, right in pairwise(words):
            if min(len(left.label), len(right.label)) >= MIN_LETTERS:
                yield left, right


def _box(sample: Sample) -> tuple[float, float, float, float]:
    points = np.concatenate(sample.strokes)
    left, top = points.min(axis=0).tolist()
    right, bottom = points.max(axis=0).tolist()
    return left, top, right, bottom


def _gap(
    left: tuple[float, float, float, float], right: tuple[float, float, float, float]
) -> float | None:
    """From one word to the next on its right; None where they are not beside each other."""
    shared = min(left[3], right[3]) - max(left[1], right[1])
    is_level = shared > MIN_LEVEL * min(left[3] - left[1], right[3] - right[1])
    gap = right[0] - left[2]
    return gap if is_level and gap > 0 else None
