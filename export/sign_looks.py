"""Fits the looks of signs: to the classifier, a slash is a 1, and a minus mostly no digit."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from app.recognizer import NUM_CLASSES, SIGN_SYMBOLS, Recognizer
from export.operating_point import items_of
from train.data.line_sets import Line

PRIOR: Final = 1.0  # pseudo-count for each sign, spread evenly over the classes

_DECIMALS: Final = 4


def fit_sign_looks(recognizer: Recognizer, lines: Sequence[Line]) -> dict[str, list[float]]:
    """The mean probabilities of the classifier's classes for each sign; see `OperatingPoint`.

    lines: of training writers, with signs; every other one is read as a bitmap.
    """
    totals = np.full((len(SIGN_SYMBOLS), NUM_CLASSES), PRIOR / NUM_CLASSES)
    signed = [line for line in lines if not line.text.isdecimal()]
    for line, item in zip(
        tqdm(signed, "signs", leave=False, mininterval=5), items_of(signed), strict=True
    ):
        looks = recognizer.look(item, line.text)
        if looks is not None:
            _add(totals, line.text, looks)
    means = totals / totals.sum(axis=1, keepdims=True)
    return {
        sign: [round(share, _DECIMALS) for share in row]
        for sign, row in zip(SIGN_SYMBOLS, means.tolist(), strict=True)
    }


def uniform_sign_looks() -> dict[str, list[float]]:
    """The table before it is fitted, in which all classes have the same probability."""
    return {sign: [round(1 / NUM_CLASSES, _DECIMALS)] * NUM_CLASSES for sign in SIGN_SYMBOLS}


def _add(totals: NDArray[np.float64], text: str, looks: NDArray[np.float32]) -> None:
    for symbol, row in zip(text, looks, strict=True):
        if symbol in SIGN_SYMBOLS:
            totals[SIGN_SYMBOLS.index(symbol)] += row
