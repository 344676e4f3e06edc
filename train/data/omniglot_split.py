"""Divides Omniglot's characters into those for training, for validation, and for neither.

A letter O is not a digit, but no network can tell it from a zero. Characters like it are neither
trained on as negatives nor counted as mistakes. The table was made by eye, on contact sheets of
normal-form glyphs: a character is in it if a person who sees it upright, alone and without context
may well call it that digit. The normal form has no size, position or pen width, so "o" and "O" are
the same.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from train.data.datasets import Characters

VALIDATION_ALPHABETS: Final = ("Early_Aramaic", "Greek")

# By alphabet and character, the digits that it looks like, and why.
LOOKALIKES: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("Balinese", "05"): ("7", "a 7 with a small hook to the left"),
    ("Early_Aramaic", "01"): ("4", "an angle with a stroke through it, as in an open 4"),
    ("Early_Aramaic", "02"): ("9", "a closed head on a bent tail"),
    ("Early_Aramaic", "03"): ("17", "a flag on a slanted bar"),
    ("Early_Aramaic", "04"): ("49", "a pointed head closed against a bar"),
    ("Early_Aramaic", "05"): ("3", "three prongs to the left of a bar"),
    ("Early_Aramaic", "06"): ("4", "an open 4"),
    ("Early_Aramaic", "07"): ("1", "a bar with a serif at both ends"),
    ("Early_Aramaic", "10"): ("27", "a crossed Z"),
    ("Early_Aramaic", "12"): ("6", "a bar that curls up at its foot"),
    ("Early_Aramaic", "14"): ("49", "a small bowl on a tail that bends to the left"),
    ("Early_Aramaic", "16"): ("0", "a ring"),
    ("Early_Aramaic", "17"): ("17", "a flag on a bar"),
    ("Early_Aramaic", "20"): ("49", "a pointed head closed against a bar"),
    ("Greek", "04"): ("68", "delta: a bowl whose stem curls over it"),
    ("Greek", "06"): ("35", "zeta: a flat-topped 3, or a 5 where its middle is short"),
    ("Greek", "08"): ("08", "theta: a barred zero, or an 8 with a straight waist"),
    ("Greek", "09"): ("1", "iota: a bar with a small hook"),
    ("Greek", "15"): ("0", "omicron: a ring"),
    ("Greek", "18"): ("06", "sigma: a ring with a short stem"),
    ("Korean", "09"): ("1", "a bar on a foot"),
    ("Korean", "10"): ("4", "an open 4 with a second dash"),
    ("Korean", "12"): ("4", "an open 4, slightly apart"),
    ("Korean", "21"): ("1", "a bar"),
    ("Korean", "22"): ("7", "a flat roof on a bar"),
    ("Korean", "27"): ("2", "an angular 2"),
    ("Korean", "33"): ("0", "a ring with a tick on top"),
    ("Korean", "37"): ("7", "a barred 7"),
    ("Latin", "02"): ("6", "b"),
    ("Latin", "07"): ("9", "g"),
    ("Latin", "09"): ("1", "i, its dot often close to its bar"),
    ("Latin", "12"): ("1", "l"),
    ("Latin", "15"): ("0", "o"),
    ("Latin", "17"): ("9", "q"),
    ("Latin", "19"): ("5", "s"),
    ("Latin", "26"): ("2", "z"),
}


class OmniglotSplit(NamedTuple):
    """Omniglot in three parts; the first two have no alphabet in common."""

    train: Characters
    validation: Characters
    lookalikes: Characters  # of all alphabets


def split_omniglot(characters: Characters) -> OmniglotSplit:
    """Omniglot's drawings for training and for validation, and those that look like digits.

    Two alphabets are kept for validation. Greek, with round letters of one to three strokes, is the
    closest to Latin, and so the hardest test by unseen letters. Early Aramaic has angles, crossed
    bars, and too many look-alikes for training to gain much from it. Latin stays in training,
    because its letters are those that people are most likely to write. Balinese and Korean, which
    are dense and straight, stay there for the sake of variety.
    """
    named = zip(characters.alphabets, characters.characters, strict=True)
    alike = np.array([name in LOOKALIKES for name in named], bool)
    held = np.array([alphabet in VALIDATION_ALPHABETS for alphabet in characters.alphabets], bool)
    return OmniglotSplit(
        _part(characters, ~held & ~alike),
        _part(characters, held & ~alike),
        _part(characters, alike),
    )


def _part(whole: Characters, chosen: NDArray[np.bool_]) -> Characters:
    numbers = np.flatnonzero(chosen)
    return Characters(
        [whole.strokes[number] for number in numbers],
        [whole.alphabets[number] for number in numbers],
        [whole.characters[number] for number in numbers],
        [whole.drawers[number] for number in numbers],
    )
