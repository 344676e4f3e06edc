"""The numbers that were fitted when the models were exported, from the metadata of both models."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from app.inference.line_reader import SYMBOLS
from app.inference.session import WrongModel

SIGN_SYMBOLS: Final = SYMBOLS[10:-1]  # between the digits and "?"
NUM_CLASSES: Final = 11  # of the classifier: the ten digits, and "not a digit"


@dataclass(frozen=True, eq=False)
class OperatingPoint:
    """Numbers that were fitted on validation writers; sign_looks was fitted on training writers.

    temperature: divides the classifier's logits. threshold, doubt_threshold: the log-odds above
    which a mark is refused, and above which a digit is doubtful. reader_weight: weight of the line
    reader's log-probability; the classifier's has 1. slope, offset: turn a text's log-odds into
    calibrated ones; sign_offset replaces offset for a text with signs. sign_looks: how often the
    classifier takes each of SIGN_SYMBOLS for each of its classes, (signs, 11), all above 0, rows
    sum to 1.
    """

    temperature: float
    threshold: float
    doubt_threshold: float
    reader_weight: float
    slope: float
    offset: float
    sign_offset: float
    sign_looks: NDArray[np.float64]

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
            slope=_number(reader, "slope"),
            offset=_number(reader, "offset"),
            sign_offset=_number(reader, "sign_offset"),
            sign_looks=_sign_looks(reader),
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
