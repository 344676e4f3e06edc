"""Scores readings of whole pages, by the digits that are read in the page's order."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from app.reading import Digit
from app.recognizer import Recognizer

Page = tuple[NDArray[np.uint8], str]  # a picture (h, w, 3), and its digits in reading order


def score(recognizer: Recognizer, pages: Iterable[Page], name: str = "") -> dict[str, Any]:
    """The figures of a set of pages, in percent of their digits, with a bar that shows its name.

    answered_rightly: digits of the page that are read in its order, so one that is read but not
    there, or is left out, does not move the others. likeliest_right: the same, when each "?" is
    replaced by the likeliest digit. refused, doubtful: marks that are. wrong_without_doubt: digits
    that are read without a sign of doubt and are not among those of the page in its order.
    """
    totals = np.zeros(6, np.int64)
    for picture, text in tqdm(pages, name, leave=False):
        marks = [mark for mark in recognizer.read_image(picture).digits if mark.sign is None]
        read = [mark for mark in marks if mark.value is not None]
        is_right = in_order(text, "".join(mark.text for mark in read))
        totals += (
            len(text),
            sum(is_right),
            sum(in_order(text, "".join(map(_likeliest, marks)))),
            len(marks) - len(read),
            sum(mark.is_doubtful for mark in read),
            sum(
                not (right or mark.is_doubtful) for mark, right in zip(read, is_right, strict=True)
            ),
        )
    names = ("answered_rightly", "likeliest_right", "refused", "doubtful", "wrong_without_doubt")
    shares = 100 * totals[1:] / max(totals[0], 1)
    figures = dict(zip(names, shares.round(3).tolist(), strict=True))
    return {"n": int(totals[0]), **figures}


def in_order(expected: str, got: Sequence[str]) -> list[bool]:
    """Which characters of `got` are in the longest sequence that both have in this order."""
    lengths = np.zeros((len(got) + 1, len(expected) + 1), np.int64)
    for row, mark in enumerate(got, 1):
        for column, wanted in enumerate(expected, 1):
            lengths[row, column] = (
                lengths[row - 1, column - 1] + 1
                if mark == wanted
                else max(lengths[row - 1, column], lengths[row, column - 1])
            )
    is_common = [False] * len(got)
    row, column = len(got), len(expected)
    while row and column:
        if got[row - 1] == expected[column - 1]:
            is_common[row - 1] = True
            row, column = row - 1, column - 1
        elif lengths[row - 1, column] >= lengths[row, column - 1]:
            row -= 1
        else:
            column -= 1
    return is_common


def _likeliest(mark: Digit) -> str:
    return str(int(mark.probabilities.argmax()) if mark.value is None else mark.value)
