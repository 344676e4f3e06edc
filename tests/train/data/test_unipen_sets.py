"""UNIPEN's splits: their rules on samples made here, their counts on the real archive."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from train.data import unipen_characters, unipen_sets
from train.data.unipen_archive import Archive, Sample
from train.data.unipen_sets import Split, Writing

PART = "unipen/train_r01_v07-552a4d4-part.zip"


@pytest.fixture(scope="module")
def archive(data: Path) -> Iterator[Archive]:
    if not (data / PART).is_file():
        pytest.skip("needs UNIPEN: python -m train.data")
    with Archive(data / PART) as opened:
        yield opened


def sample(contributor: str, writer: str, file: str = "f", component: int = 0) -> Sample:
    stroke = np.array([[component, 0], [1, 1]], np.float32)
    return Sample("7", contributor, writer, file, component, [stroke])


@pytest.mark.parametrize(
    "contributor, writer, person, split",
    [
        ("app", "KirkGould", "app/KirkGould", "train"),
        ("app", "DaveMeek", "app/DaveMeek", "validation"),
        # All sessions of a person are in the same part.
        ("ibm", "r00-07", "ibm/07", "train"),
        ("ibm", "r02-07", "ibm/07", "train"),
        ("ibm", "r01-04", "ibm/04", "validation"),
        ("ibm", "r04-04", "ibm/04", "validation"),
        # Whole contributors, and one who wrote for two.
        ("aga", "anyone", "aga/anyone", "test"),
        ("cec", "bk4228", "cec/bk4228", "test"),
        ("ced", "BYKG6164", "ced/BYKG6164", "test"),
    ],
)
def test_a_writer_is_in_one_split(contributor: str, writer: str, person: str, split: str) -> None:
    assert unipen_sets.person(sample(contributor, writer)) == person
    assert unipen_sets.split_of(person) == split


def test_ibm_ends_with_the_last_character_of_two_strokes() -> None:
    def kept(contributor: str) -> list[tuple[str, int]]:
        # For each file, the number of strokes of each character.
        counts = [("f", [1, 2, 1, 2, 1, 1]), ("g", [3, 1]), ("h", [1, 1])]
        samples = [
            replace(
                sample(contributor, "w", file, index), strokes=[np.zeros((2, 2), np.float32)] * n
            )
            for file, numbers in counts
            for index, n in enumerate(numbers)
        ]
        return [(each.file, each.component) for each in unipen_sets.whole_samples(samples)]

    assert kept("ibm") == [("f", 0), ("f", 1), ("f", 2), ("f", 3), ("g", 0)]
    assert len(kept("syn")) == 10


@pytest.mark.parametrize(
    "power, weights",
    [
        (0, [1, 1, 1, 1, 1]),
        (1, [0.625, 0.625, 0.625, 0.625, 2.5]),
        # Four samples together have twice the weight of one.
        (0.5, [5 / 6, 5 / 6, 5 / 6, 5 / 6, 5 / 3]),
    ],
)
def test_weights_even_writers_out(power: float, weights: list[float]) -> None:
    writers = ["a", "a", "a", "a", "b"]
    assert unipen_sets.writer_weights(writers, power) == pytest.approx(weights)
    assert unipen_sets.writer_weights([]).shape == (0,)


def test_writing_as_ink_numbers_its_writers() -> None:
    stroke = [np.zeros((2, 2), np.float32)]
    ink = Writing([stroke] * 3, ["7", "0", "1"], ["b/1", "a/1", "b/1"]).ink()
    assert (ink.labels.tolist(), ink.writers.tolist()) == ([7, 0, 1], [1, 0, 1])
    assert ink.labels.dtype == ink.writers.dtype == np.int64


def counts(split: Split) -> dict[str, tuple[int, int, dict[str, int]]]:
    """Samples, writers, and samples by contributor, of each part."""
    return {
        name: (len(part), len(set(part.writers)), dict(Counter(part.contributors)))
        for name, part in vars(split).items()
    }


def check_people(split: Split) -> None:
    people = [set(part.writers) for part in vars(split).values()]
    assert sum(map(len, people)) == len(set.union(*people))


def test_real_archive_has_the_digits_that_its_readme_counts(archive: Archive) -> None:
    samples = list(archive.samples("1a", lambda label: True))
    assert Counter(sample.contributor for sample in samples) == {
        **{"syn": 4554, "ibm": 1571, "ced": 1369, "gmd": 1145},
        **{"app": 1046, "apa": 692, "aga": 405, "art": 170},
    }
    assert len({(sample.contributor, sample.writer) for sample in samples}) == 124
    assert len({unipen_sets.person(sample) for sample in samples}) == 114
    assert {sample.label for sample in samples} == set("0123456789")


def test_real_digits_are_split_as_described(archive: Archive) -> None:
    split = unipen_sets.digits(archive)
    assert counts(split) == {
        "train": (7532, 64, {"app": 757, "ced": 980, "gmd": 1010, "ibm": 820, "syn": 3965}),
        "validation": (1739, 22, {"app": 289, "ced": 330, "gmd": 135, "ibm": 396, "syn": 589}),
        "test": (1326, 28, {"aga": 405, "apa": 692, "art": 170, "ced": 59}),
    }
    check_people(split)


def test_real_number_strings_are_split_as_described(archive: Archive) -> None:
    split = unipen_sets.number_strings(archive)
    assert counts(split) == {
        "train": (348, 39, {"hpp": 114, "sta": 234}),
        "validation": (145, 13, {"hpp": 59, "sta": 86}),
        "test": (126, 22, {"art": 39, "cec": 40, "hpp": 47}),
    }
    check_people(split)
    labels = [label for part in vars(split).values() for label in part.labels]
    assert sum(label.isdigit() for label in labels) == 446
    assert (
        len(labels) == 446 + 178 - 1 - 4
    )  # one is mislabelled, and four of hpp say other signs than were drawn
    # Long numbers are wide, which shows that strokes and labels belong together.
    for label, strokes in zip(split.train.labels, split.train.strokes, strict=True):
        width, height = np.ptp(np.concatenate(strokes), axis=0)
        assert 0.18 * len(label) < width / height < 1.4 * len(label), label


def test_real_single_digit_words_are_split_as_described(archive: Archive) -> None:
    split = unipen_sets.single_digit_words(archive)
    assert {name: part[:2] for name, part in counts(split).items()} == {
        "train": (1378, 47),
        "validation": (289, 14),
        "test": (48, 16),
    }
    check_people(split)


def test_negatives_do_not_look_like_digits() -> None:
    labels = ["A", "O", "l", "/", ".", "+", "B"]
    stroke = [np.zeros((2, 2), np.float32)]
    writing = Writing([stroke] * 7, labels, [f"app/{label}" for label in labels])
    kept = unipen_characters.negatives(writing)
    assert (kept.labels, kept.writers, len(kept.strokes)) == (["A", "+"], ["app/A", "app/+"], 2)


def test_real_characters_are_split_as_described(archive: Archive) -> None:
    split = unipen_characters.characters(archive)
    assert {name: part[:2] for name, part in counts(split).items()} == {
        "train": (26468, 57),
        "validation": (9801, 21),
        "test": (17855, 28),
    }
    check_people(split)
    kept = {name: len(unipen_characters.negatives(part)) for name, part in vars(split).items()}
    assert kept == {"train": 17104, "validation": 6317, "test": 11923}
