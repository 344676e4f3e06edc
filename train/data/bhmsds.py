"""bhmsds: digits and signs by a few writers, pen on paper, cut from photographs.

Pictures of 28 x 28, black on white, each stretched until it fills its height or width: a dot is as
large as a zero. Only the name of a file, `LABEL-NUMBER.png`, describes it: the writers are not
named, and their sheets were mixed. Validation is the last fifth of each label's numbers, so that
neighbours, which are likeliest by one hand, are mostly on one side, but its writers are those of
training.

|  | digits | negatives | look-alikes |
| --- | --- | --- | --- |
| train | 7,145 | 1,440 | 480 |
| validation | 1,855 | 360 | 120 |
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from train.data.download import DataError
from train.data.pictures import Pictures, read_labels

Part = Literal["train", "validation"]
_DIGITS: Final = frozenset("0123456789")
LOOKALIKES: Final = {"slash": "1", "z": "2"}  # the digit that each looks like
_FIRST_HELD_BACK: Final = 1_200  # of numbers 0 to 1,499


@dataclass(frozen=True, eq=False)
class Bhmsds:
    """One part. negatives: no digits. lookalikes: letters and signs that look like a digit."""

    digits: Pictures
    negatives: Pictures
    lookalikes: Pictures


def load(path: Path, part: Part) -> Bhmsds:
    """The pictures of a part, read when they are asked for. Raises DataError."""
    entries = read_labels(path)
    files, labels = ([entry[field] for entry in entries] for field in ("file", "label"))
    whole = Pictures(path, files, labels)
    whole = whole.chosen(lambda file, _: _part(path, file) == part)
    return Bhmsds(
        whole.chosen(lambda _, label: label in _DIGITS),
        whole.chosen(lambda _, label: label not in _DIGITS and label not in LOOKALIKES),
        whole.chosen(lambda _, label: label in LOOKALIKES),
    )


def _part(path: Path, file: str) -> Part:
    number = PurePosixPath(file).stem.rpartition("-")[2]
    if not number.isdecimal():
        raise DataError(f"{path}: expected files LABEL-NUMBER.png, got {file!r}")
    return "validation" if int(number) >= _FIRST_HELD_BACK else "train"
