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
