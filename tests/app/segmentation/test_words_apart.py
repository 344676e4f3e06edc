"""Words are split from the numbers beside them, and nothing else is split."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.segmentation.ctc import Hypothesis
from app.segmentation.line_reading import LineReading, classes_of
from app.segmentation.operating_point import NUM_CLASSES
from app.segmentation.words_apart import readings, split_at_words
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


class CountingReader:
    """Reads nothing, and counts the strips that it is shown."""

    def __init__(self) -> None:
        self.shown = 0

    def scores(self, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.shown += 1
        return np.zeros((strip.shape[1] // 4, NUM_CLASSES + 1), np.float32)


@pytest.mark.parametrize("is_photograph, twice", [(True, 2), (False, 1)])
@pytest.mark.parametrize(
    "digits, is_line",
    [
        ([(10, 15), (40, 15)], True),
        ([(10, 60)], True),  # a wide piece may be several digits that touch
        ([(10, 30)], False),  # as in most cells, where a second look takes a tenth of the time
    ],
)
def test_lines_in_photographs_are_seen_twice_but_lone_digits_once(
    digits: list[tuple[int, int]], is_line: bool, is_photograph: bool, twice: int
) -> None:
    mask = np.zeros((60, 120), np.uint8)
    for left, width in digits:
        mask[10:50, left : left + width] = 255
    photo = np.repeat(255 - mask[..., None] // 2, 3, axis=2) if is_photograph else None
    ink = InkMap(mask, mask, 0.0, 0.0, 1.0, is_found=is_photograph, photo=photo)
    x, y, width, height = ink.parts.boxes[1:].astype(float).T
    boxes = np.stack([x, y, x + width, y + height], axis=1)
    reader: Any = CountingReader()
    line = (list(range(len(digits))), False)
    list(readings(ink, ink.parts.labels, boxes, [line], reader))
    assert reader.shown == (twice if is_line else 1)
