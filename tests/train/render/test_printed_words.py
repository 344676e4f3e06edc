"""Printed words beside digits are labelled as no digits."""

import numpy as np
import pytest

from app.reading import SIGNS
from train.data.line_sets import PixelLine
from train.negatives.lookalikes import LOOKALIKES
from train.render.printed_words import WORDS, beside

DIGITS = PixelLine(np.pad(np.full((40, 90), 255, np.uint8), 3), "472")


@pytest.mark.parametrize("seed", range(20))
def test_a_word_stands_beside_the_digits_or_alone(seed: int) -> None:
    line = beside(DIGITS, np.random.default_rng(seed))
    word = line.text.replace("472", "")
    assert "?" in word
    assert set(word) <= {"?", *SIGNS}
    assert line.text in (word, "472" + word, word + "472")
    if line.text != word:
        assert line.pixels.shape[1] > 90
        assert (line.pixels == 255).sum() >= 40 * 90  # nothing of the digits is lost
    left = line.pixels[:, :60] if line.text.startswith("?") else line.pixels[:, -60:]
    assert left.any()


def test_no_word_may_be_taken_for_a_number() -> None:
    for word in WORDS:
        letters = [letter for letter in word if letter.isalpha()]
        assert not letters or any(letter not in LOOKALIKES for letter in letters), word
