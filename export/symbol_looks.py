"""Fits the looks of symbols: what the classifier takes signs for, and what has several pieces.

To the classifier, a slash is a 1 and a minus mostly no digit. A colon has two pieces of ink, a 4
often has, and an 8 seldom.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from app.recognizer import KNOWN_SYMBOLS, NUM_CLASSES, SIGN_SYMBOLS, Recognizer
from export.operating_point import items_of
from train.data.line_sets import Line

PRIOR: Final = 1.0  # pseudo-count for each symbol, spread evenly over what it may look like

_DECIMALS: Final = 4

Looks = Mapping[str, Mapping[str, list[float] | float]]  # by the name of the table, and by symbol


def fit_looks(recognizer: Recognizer, lines: Sequence[Line]) -> Looks:
    """The sign_looks and single_shares of an `OperatingPoint`.

    lines: of training writers; every other one is read as a bitmap.
    """
    classes = np.full((len(KNOWN_SYMBOLS), NUM_CLASSES), PRIOR / NUM_CLASSES)
    pieces = np.full((len(KNOWN_SYMBOLS), 2), PRIOR / 2)  # one, and several
    for line, item in zip(
        tqdm(lines, "looks", leave=False, mininterval=5), items_of(lines), strict=True
    ):
        look = recognizer.look(item, line.text)
        if look is not None:
            for symbol, row, is_single in zip(line.text, *look, strict=True):
                index = KNOWN_SYMBOLS.index(symbol)
                classes[index] += row
                pieces[index, 0 if is_single else 1] += 1
    rows, shares = _shares(classes), _shares(pieces)
    by_symbol = list(zip(KNOWN_SYMBOLS, rows, shares, strict=True))
    return {
        "sign_looks": {symbol: row for symbol, row, _ in by_symbol if symbol in SIGN_SYMBOLS},
        "single_shares": {symbol: share for symbol, _, (share, _) in by_symbol},
    }


def even_looks() -> Looks:
    """The tables before they are fitted, in which all looks are as likely."""
    return {
        "sign_looks": {
            sign: [round(1 / NUM_CLASSES, _DECIMALS)] * NUM_CLASSES for sign in SIGN_SYMBOLS
        },
        "single_shares": dict.fromkeys(KNOWN_SYMBOLS, 0.5),
    }


def metadata(looks: Looks) -> dict[str, str]:
    """The tables as they are stored in the graph."""
    return {name: json.dumps(table) for name, table in looks.items()}


def _shares(counts: NDArray[np.float64]) -> list[list[float]]:
    shares: list[list[float]] = (
        (counts / counts.sum(axis=1, keepdims=True)).round(_DECIMALS).tolist()
    )
    return shares
