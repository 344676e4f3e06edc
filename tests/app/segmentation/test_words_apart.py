"""Words are split from the numbers beside them, and nothing else is split."""

import numpy as np
import pytest

from app.segmentation.ctc import Hypothesis
from app.segmentation.line_reading import LineReading, classes_of
from app.segmentation.operating_point import NUM_CLASSES
from app.segmentation.words_apart import split_at_words
from app.strip import HEIGHT, SIDE_MARGIN, Strip

SYMBOL_WIDTH = 20  # pixels; a gap between groups is as wide, half of the line's height


@pytest.mark.parametrize(
    "text, expected",
    [
        ("????? 125", ["?????", "125"]),
        ("125 ??", ["125", "??"]),
        ("?0??:  7", ["?0??:", "7"]),
        ("?? ?? 12 5", ["????", "125"]),  # only what is between words and numbers
        ("12011?? 125", ["12011??", "125"]),  # some letters look like digits
        ("?. 383", ["?.", "383"]),
        ("1? 345", ["1?345"]),  # one mark that is not sure
        ("? 345", ["?345"]),
        ("??? ?5", ["????5"]),  # no number
        ("12 345", ["12345"]),
        ("?????", ["?????"]),
    ],
)
def test_a_line_is_split_between_words_and_numbers(text: str, expected: list[str]) -> None:
    symbols = text.replace(" ", "")
    starts = [SYMBOL_WIDTH * place for place, symbol in enumerate(text) if symbol != " "]
    boxes = np.array([(x, 0, x + SYMBOL_WIDTH - 5, 40) for x in starts], float)
    strip = Strip(np.zeros((HEIGHT, 400), np.uint8), left=SIDE_MARGIN, scale=1.0)
    columns = tuple((x + 8) // 4 - 1 for x in starts)  # each 4 pixels wide
    hypothesis = Hypothesis(classes_of(symbols), columns, 0.0)
    scores = np.zeros((100, NUM_CLASSES + 1), np.float32)
    groups = split_at_words(
        boxes, list(range(len(symbols))), LineReading(scores, [hypothesis], strip)
    )
    assert ["".join(symbols[part] for part in group) for group in groups] == expected
