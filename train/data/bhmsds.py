"""bhmsds: digits and signs by a few writers, pen on paper, cut from photographs.

The pictures have 28 x 28 pixels, black on white. Each is stretched until it fills its height or
width, so that a dot is as large as a zero. Only the name of a file, `LABEL-NUMBER.png`, describes
it: the writers are not named, and their sheets were mixed. Validation is the last fifth of each
label's numbers. Neighbours, which are likely by the same writer, are thus mostly on one side, but
the writers of validation are those of training.

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
LOOKALIKES: Final = {"slash": "1", "z": "2"}  # with the digit that each looks like
_FIRST_HELD_BACK: Final = 1_200  # the numbers run from 0 to 1,499


@dataclass(frozen=True, eq=False)
class Bhmsds:
    """One part. lookalikes: letters and signs that look like a digit. negatives: all others."""

    digits: Pictures
    negatives: Pictures
    lookalikes: Pictures


def load(path: Path, part: Part) -> Bhmsds:
    """The pictures of a part, each of which is read only when it is used. Raises DataError."""
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
