"""The gaps between words: of words made here, and of the real archive."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.train.data.test_unipen_sets import archive  # noqa: F401
from train.data.unipen_archive import Archive, Sample
from train.data.word_gaps import word_gaps


class Words:
    """Stands in for an archive that holds these words."""

    def __init__(self, *samples: Sample) -> None:
        self._samples = samples

    def samples(self, category: str, _: object) -> Iterator[Sample]:
        assert category == "7"
        yield from self._samples


def word(
    label: str, left: float, right: float, component: int, top: float = 0, writer: str = "an"
) -> Sample:
    """A word as a box 20 high."""
    stroke = np.array([[left, top], [right, top + 20]], np.float32)
    return Sample(label, "hpp", writer, "f", component, [stroke])


def gaps(*samples: Sample) -> list[float]:
    number = word("42", 0, 20, 0)
    return word_gaps(Words(number, *samples))["train"].tolist()  # type: ignore[arg-type]


def test_the_gap_is_in_heights_of_the_writers_numbers() -> None:
    assert gaps(word("and", 100, 150, 2), word("two", 160, 200, 3)) == [0.5]


@pytest.mark.parametrize(
    "right",
    [
        word("two", 160, 200, 3, top=15),  # on another line
        word("two", 140, 200, 3),  # it overlaps
        word("two", 500, 540, 3),  # far away
        word("2nd", 160, 200, 3, writer="another"),
        word("2", 160, 200, 3),
    ],
)
def test_other_words_have_no_gap(right: Sample) -> None:
    assert gaps(word("and", 100, 150, 2), right) == []


def test_real_gaps(archive: Archive) -> None:  # noqa: F811
    found = word_gaps(archive)
    assert len(found["train"]) == 2397
    assert len(found["validation"]) == 418
    assert 0.4 < np.median(found["validation"]) < np.median(found["train"]) < 2
