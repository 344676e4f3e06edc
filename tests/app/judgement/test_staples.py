"""An equals sign of one piece on a line without digits is a staple, and is left out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from app.judgement.judged import judged
from app.judgement.staples import without_staples
from app.reading import Digit, Reading

SHARES = np.full(10, 0.1, np.float32)


def bars(*tops: int) -> NDArray[np.uint8]:
    """A glyph with level bars at these rows."""
    glyph = np.zeros((28, 28), np.uint8)
    for top in tops:
        cv2.line(glyph, (5, top), (22, top + 2), 255, 3)
    return glyph


STAPLE, WRITTEN = bars(13, 15), bars(8, 18)


def read(glyph: NDArray[np.uint8], *lines: str) -> Reading:
    """What is read in lines; each equals sign in them looks like this."""
    marks = [
        Digit(
            None if symbol == "=" else int(symbol),
            0.99,
            SHARES,
            (100.0 * place, 200.0 * row, 80.0, 32.0 if symbol == "=" else 140.0),
            glyph,
            number_index=row,
            line_index=row,
            sign=symbol if symbol == "=" else None,
        )
        for row, line in enumerate(lines)
        for place, symbol in enumerate(line)
    ]
    return Reading(tuple(marks))


def test_a_staple_above_a_number_is_left_out() -> None:
    assert without_staples(read(STAPLE, "=", "83022")).text == "83022"
    assert judged(read(STAPLE, "=", "83022")).text == "83022"


def test_a_staple_below_a_number_is_left_out() -> None:
    assert without_staples(read(STAPLE, "83022", "=")).text == "83022"


def test_a_sign_of_two_bars_stays() -> None:
    assert without_staples(read(WRITTEN, "83022", "=")).text == "83022\n="


def test_a_sign_beside_a_digit_stays() -> None:
    assert without_staples(read(STAPLE, "8", "=22")).text == "8\n=22"


def test_a_sign_that_is_all_there_is_stays() -> None:
    assert without_staples(read(STAPLE, "=")).text == "="
