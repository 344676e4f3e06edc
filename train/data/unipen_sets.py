"""UNIPEN's digits, number strings and other characters, split by contributor and writer.

|  | digits (1a) | numbers (7) | digits as words (7) | from contributors |
| --- | --- | --- | --- | --- |
| train | 7,532 by 64 | 348 by 39 | 1,378 by 47 | app ced gmd ibm syn, hpp sta |
| validation | 1,739 by 22 | 145 by 13 | 289 by 14 | app ced gmd ibm syn, hpp sta |
| test | 1,326 by 28 | 126 by 22 | 48 by 16 | aga apa art ced, art cec hpp |

No part of the project has seen the test writers: all of aga and apa, whose tablets and forms differ
and which are among the harder ones, all of art and cec, and three writers of hpp for the sake of
dates and telephone numbers. The test set is read once, when everything else is settled. Validation
has writers of every other contributor. No person is in two splits of any category: ibm's 22 ids are
sessions of 12 people, art's writers gave digits and words, and two people wrote for both ced and
cec.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from train.data.datasets import Ink
from train.data.pendigits import Strokes
from train.data.unipen_archive import Archive, Sample

SplitName = Literal["train", "validation", "test"]

TEST_CONTRIBUTORS: Final = ("aga", "apa", "art", "cec")
# BYKG6164 and CYPL9614 are cec's bk4228 and cp4232, with the same names, ages and sex.
TEST_WRITERS: Final = frozenset(
    {"ced/BYKG6164", "ced/CYPL9614", "hpp/hpb3hb0", "hpp/hpb3kn0", "hpp/hpb3vh0"}
)
VALIDATION_WRITERS: Final = frozenset(
    {f"app/{name}" for name in ("ChrisWilliams", "DaveMeek", "JimJones", "MaryWilliams")}
    | {
        f"ced/{name}"
        for name in (
            *("AIKE2911", "DDJH4871", "HRTS4205", "JTKR3293", "KNKE4574.A", "NNWE7032"),
            *("QALE4877", "RISH6239", "SNSN5548", "WMAS2465"),
        )
    }
    | {"gmd/monu", "ibm/04", "ibm/08", "ibm/13"}
    | {f"syn/{name}" for name in ("cam", "lvh", "rkt-dig19", "spd")}
    | {f"hpp/{name}" for name in ("hpb2-an", "hpb2-lb", "hpb3ad0", "hpb3gi0", "hpb3rc0", "hpb3rm0")}
    | {f"sta/hpb0-{name}" for name in ("ben", "cb", "jdc", "ksc", "mek", "rv", "sd", "skw")}
)

_DIGITS: Final = frozenset("0123456789")
_IN_NUMBERS: Final = _DIGITS | frozenset("-/.,:")
# By file and component: a tick that is labelled as a telephone number; and dates and a telephone
# number with the labels that were asked for, although the writer wrote other digits, with dashes.
_MISLABELLED: Final = frozenset(
    {("data/7/hpp/hpp3/hpb3-ek0.dat", 1012)}
    | {("data/7/hpp/hpp3/hpb3-vs0.dat", component) for component in (650, 700, 714, 864)}
)


@dataclass(frozen=True, eq=False)
class Writing:
    """Labelled ink. All three lists have the same length.

    strokes: of each sample, float32 (n, 2), x right and y down, in units of the tablet.
    labels: such as "7", "K" or "12/05". writers: as "contributor/person".
    """

    strokes: list[Strokes]
    labels: list[str]
    writers: list[str]

    def __len__(self) -> int:
        return len(self.labels)

    def __add__(self, other: "Writing") -> "Writing":
        """This writing, followed by the other."""
        return Writing(
            self.strokes + other.strokes,
            self.labels + other.labels,
            self.writers + other.writers,
        )

    @property
    def contributors(self) -> list[str]:
        return [writer.partition("/")[0] for writer in self.writers]

    def ink(self) -> Ink:
        """The same as Ink, for labels of one digit; writers are numbered in the order of names."""
        _, numbers = np.unique(np.array(self.writers, str), return_inverse=True)
        return Ink(self.strokes, np.array(self.labels, np.int64), numbers.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Split:
    """Three parts without a writer in common. The test part is read once."""

    train: Writing
    validation: Writing
    test: Writing


def split_of(writer: str) -> SplitName:
    """The split of a writer, "contributor/person", which is the same in every category."""
    if writer in TEST_WRITERS or writer.partition("/")[0] in TEST_CONTRIBUTORS:
        return "test"
    return "validation" if writer in VALIDATION_WRITERS else "train"


def person(sample: Sample) -> str:
    """The writer of a sample, as "contributor/person"."""
    # r04-14 is person 14 in form r04: the documentation names 12 writers of three sessions each.
    name = sample.writer.rpartition("-")[2] if sample.contributor == "ibm" else sample.writer
    return f"{sample.contributor}/{name}"


def digits(archive: Archive) -> Split:
    """Isolated digits (category 1a), without ibm's pieces of digits."""
    return split_samples(whole_samples(archive.samples("1a", _DIGITS.__contains__)))


def number_strings(archive: Archive) -> Split:
    """Words of category 7 of two or more digits and signs (- / . , :), with at least one digit."""
    return split_samples(archive.samples("7", lambda label: len(label) > 1 and is_number(label)))


def single_digit_words(archive: Archive) -> Split:
    """Words of category 7 that are a single digit, written between other words."""
    return split_samples(archive.samples("7", _DIGITS.__contains__))


def writer_weights(writers: Sequence[str], power: float = 0.5) -> NDArray[np.float64]:
    """The weight of each sample, 1 on average, so that a few writers do not outweigh all others.

    The weight of a writer of n samples is proportional to n ** (1 - power): with power 0 all
    samples have the same weight, with 1 all writers.
    """
    counts = Counter(writers)
    weights = np.array([counts[writer] ** -power for writer in writers], np.float64)
    return weights / weights.mean() if len(weights) else weights


def is_number(label: str) -> bool:
    """Whether a label has digits, and nothing but digits and signs."""
    return _IN_NUMBERS.issuperset(label) and not _DIGITS.isdisjoint(label)


def whole_samples(samples: Iterable[Sample]) -> Iterator[Sample]:
    """The samples without those of ibm that are only pieces of characters.

    Towards the end of each of ibm's files, every sample has one stroke, however many its character
    has; a 4 is only a bar. Everything after the last character of several strokes is left out.
    """
    for _, group in groupby(samples, key=lambda sample: sample.file):
        of_file = list(group)
        if of_file[0].contributor == "ibm":
            several = [index for index, each in enumerate(of_file) if len(each.strokes) > 1]
            of_file = of_file[: several[-1] + 1] if several else []
        yield from of_file


def split_samples(samples: Iterable[Sample]) -> Split:
    """The samples, split by their writers, without those that are mislabelled."""
    parts: dict[SplitName, Writing] = {
        name: Writing([], [], []) for name in ("train", "validation", "test")
    }
    for sample in samples:
        if (sample.file, sample.component) in _MISLABELLED:
            continue
        writer = person(sample)
        part = parts[split_of(writer)]
        part.strokes.append(sample.strokes)
        part.labels.append(sample.label)
        part.writers.append(writer)
    return Split(**parts)
