"""What is prepared once and read several times."""

import numpy as np
import pytest

from app.inference.prototypes import Prototypes
from app.recognizer import Recognizer
from tests.support.drawings import placed
from tests.support.pictures import sheet_png


def test_a_picture_that_was_read_to_find_its_ink_is_not_classified_again(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = recognizer.prepare_image(sheet_png(["42"]))
    drawing = recognizer.prepare_ink([*placed(4, 20, 20, 100), *placed(2, 140, 20, 100)])
    classified: list[int] = []
    logits = recognizer.logits

    def counted(glyphs: np.ndarray) -> np.ndarray:
        classified.append(len(glyphs))
        return logits(glyphs)

    monkeypatch.setattr(recognizer, "logits", counted)
    readings = recognizer.read_prepared([picture, drawing, picture])
    assert [reading.text for reading in readings] == ["42", "42", "42"]
    assert classified == [drawing.num_candidates]
    # What a visitor corrected may change what is read.
    glyph = readings[0].digits[0].glyph
    prototypes = Prototypes()
    prototypes.learn(recognizer.features(glyph[None]), 4)
    assert recognizer.read_prepared([picture], prototypes)[0].text == "42"
    assert classified == [drawing.num_candidates, picture.num_candidates]


def test_a_correction_counts_where_another_way_to_divide_the_strokes_avoids_it(
    recognizer: Recognizer,
) -> None:
    """The head of the first 2 looks like a 7, and its foot and the 0 together like a 0."""
    places = [(int(digit), 20.3 + 105 * index) for index, digit in enumerate("2026")]
    strokes = [np.round(stroke) for digit, x in places for stroke in placed(digit, x, 40.2, 150)]
    drawing = recognizer.prepare_ink(strokes)
    (reading,) = recognizer.read_prepared([drawing])
    glyph = reading.digits[1].glyph
    prototypes = Prototypes()
    prototypes.learn(recognizer.features(glyph[None]), 3)
    assert reading.text == "2026"
    assert recognizer.read_prepared([drawing], prototypes)[0].text == "2326"
