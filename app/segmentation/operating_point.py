"""The numbers that were fitted when the models were exported, from the metadata of both models."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from app.inference.line_reader import SYMBOLS
from app.inference.session import WrongModel

KNOWN_SYMBOLS: Final = SYMBOLS[:-1]  # the digits and signs, without "?"
SIGN_SYMBOLS: Final = KNOWN_SYMBOLS[10:]
NUM_CLASSES: Final = 11  # of the classifier: the ten digits, and "not a digit"


@dataclass(frozen=True, eq=False)
class OperatingPoint:
    """Numbers that were fitted on validation writers; the last four on training writers.

    Costs are in nats, and lower a text's score.

    temperature: divides the classifier's logits. threshold, doubt_threshold: the log-odds above
    which a mark is refused, and above which a digit is doubtful. reader_weight: weight of the line
    reader's log-probability; the classifier's has 1. cut_trust: weight of the look of a part that
    was cut from its neighbour, which looks less like its digit; that of other parts is 1.
    odd_cost: for each sign where numbers seldom have one, see `oddness`.
    lone_slash_cost: see `lone_slash`; such a slash is mostly a 1. overlap_cost: for each
    line height by which neighbours overlap more than a little. unlaid_cost: by which a text
    that cannot be laid on the ink is taken to look worse than the best one. slope, offset: turn a
    text's log-odds into calibrated ones; sign_offset replaces offset for a text with signs.
    found_slope, found_offset: turn these into those of ink that the segmenter found in a picture.
    space, space_ratio: see `is_space`.
    sign_looks: how often the classifier takes each of SIGN_SYMBOLS for each of its classes,
    (signs, 11), all above 0, rows sum to 1. single_shares: how often each of KNOWN_SYMBOLS is
    written in one piece of ink, as a colon never is, (symbols,), between 0 and 1.
    """

    temperature: float
    threshold: float
    doubt_threshold: float
    reader_weight: float
    cut_trust: float
    odd_cost: float
    lone_slash_cost: float
    overlap_cost: float
    unlaid_cost: float
    slope: float
    offset: float
    sign_offset: float
    found_slope: float
    found_offset: float
    space: float
    space_ratio: float
    sign_looks: NDArray[np.float64]
    single_shares: NDArray[np.float64]

    @classmethod
    def of(cls, classifier: Mapping[str, str], reader: Mapping[str, str]) -> Self:
        """From the metadata of both models. Raises WrongModel where a number is missing."""
        threshold = _number(classifier, "threshold")
        # Older models have one threshold; with them no digit is doubtful because of its look.
        has_second = "doubt_threshold" in classifier
        return cls(
            temperature=_number(classifier, "temperature"),
            threshold=threshold,
            doubt_threshold=_number(classifier, "doubt_threshold") if has_second else threshold,
            reader_weight=_number(reader, "reader_weight"),
            cut_trust=_number(reader, "cut_trust"),
            odd_cost=_number(reader, "odd_cost"),
            lone_slash_cost=_number(reader, "lone_slash_cost"),
            overlap_cost=_number(reader, "overlap_cost"),
            unlaid_cost=_number(reader, "unlaid_cost"),
            slope=_number(reader, "slope"),
            offset=_number(reader, "offset"),
            sign_offset=_number(reader, "sign_offset"),
            # Older readers judge all ink alike, and have no fitted spaces.
            found_slope=_number({"found_slope": "1", **reader}, "found_slope"),
            found_offset=_number({"found_offset": "0", **reader}, "found_offset"),
            space=_number({"space": "0.7", **reader}, "space"),
            space_ratio=_number({"space_ratio": "1.7", **reader}, "space_ratio"),
            sign_looks=_sign_looks(reader),
            single_shares=_single_shares(reader),
        )


def _number(metadata: Mapping[str, str], key: str) -> float:
    try:
        return float(metadata[key])
    except (KeyError, ValueError) as error:
        message = f"expected a number as {key} in the model, got {metadata.get(key)!r}"
        raise WrongModel(message) from error


def _sign_looks(metadata: Mapping[str, str]) -> NDArray[np.float64]:
    """The table of sign_looks, which is stored as JSON: NUM_CLASSES numbers for each sign."""
    stored = metadata.get("sign_looks", "")
    try:
        rows = json.loads(stored)
        looks = np.array([rows[sign] for sign in SIGN_SYMBOLS], np.float64)
    except (ValueError, KeyError, TypeError) as error:
        message = f"expected rows for {SIGN_SYMBOLS} as sign_looks in the model, got {stored!r}"
        raise WrongModel(message) from error
    if looks.shape != (len(SIGN_SYMBOLS), NUM_CLASSES) or not (looks > 0).all():
        message = f"expected rows of {NUM_CLASSES} numbers above 0 as sign_looks in the model"
        raise WrongModel(f"{message}, got {stored!r}")
    return looks


def _single_shares(metadata: Mapping[str, str]) -> NDArray[np.float64]:
    """The single_shares, which are stored as JSON: a number for each symbol."""
    stored = metadata.get("single_shares", "")
    try:
        by_symbol = json.loads(stored)
        shares = np.array([by_symbol[symbol] for symbol in KNOWN_SYMBOLS], np.float64)
    except (ValueError, KeyError, TypeError) as error:
        message = f"expected numbers for {KNOWN_SYMBOLS} as single_shares in the model"
        raise WrongModel(f"{message}, got {stored!r}") from error
    if shares.shape != (len(KNOWN_SYMBOLS),) or not ((shares > 0) & (shares < 1)).all():
        message = "expected numbers between 0 and 1 as single_shares in the model"
        raise WrongModel(f"{message}, got {stored!r}")
    return shares
