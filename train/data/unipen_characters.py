"""UNIPEN's isolated letters and signs, by the people who wrote its digits.

They are split by writer, as the digits are. `negatives` are those that look like no digit:

|  | letters and signs (1b 1c 1d) | of these negatives |
| --- | --- | --- |
| train | 26,468 by 57 | 17,104 |
| validation | 9,801 by 21 | 6,317 |
| test | 17,855 by 28 | 11,923 |
"""

from typing import Final

from train.data.unipen_archive import Archive
from train.data.unipen_sets import Split, Writing, split_samples, whole_samples

# By the digit that they look like when shown alone, upright and without context, because the normal
# form has neither size nor place. The table was made by eye, on contact sheets of all contributors,
# by the rule for printed characters in train.negatives.lookalikes.
LOOKALIKES: Final[dict[str, str]] = {
    "0": "DOQo",
    "1": "Iil!'(),/;[]\\`{|}",  # a dot over or under a bar is often close to it
    "2": "Zz",
    "5": "Ss$",
    "6": "Gb",
    "8": "B",
    "9": "gq",
}
# An enlarged dot shows the tremor of the pen, which may look like any digit or none.
_SHAPELESS: Final = "."
_LEFT_OUT: Final = frozenset("".join(LOOKALIKES.values()) + _SHAPELESS)


def characters(archive: Archive) -> Split:
    """Isolated capitals, small letters and signs, without ibm's pieces of characters."""
    samples = (
        sample
        for category in ("1b", "1c", "1d")
        for sample in whole_samples(archive.samples(category, lambda label: True))
    )
    return split_samples(samples)


def negatives(writing: Writing) -> Writing:
    """The characters that look like no digit."""
    kept = [index for index, label in enumerate(writing.labels) if label not in _LEFT_OUT]
    return Writing(
        [writing.strokes[index] for index in kept],
        [writing.labels[index] for index in kept],
        [writing.writers[index] for index in kept],
    )
