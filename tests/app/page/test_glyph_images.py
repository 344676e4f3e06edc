"""The glyphs that the page shows."""

import numpy as np

from app.page.glyph_images import shown_glyph
from app.recognizer import Recognizer
from tests.support.drawings import placed


def test_a_point_is_shown_as_a_dot_where_the_pen_slipped(recognizer: Recognizer) -> None:
    slip = np.array([[330.0, 400.0], [333.0, 402.0]])
    three, one, four = placed(3, 0, 0, 400), placed(1, 300, 0, 400), placed(4, 550, 0, 400)
    reading = recognizer.read_ink([*three, slip, *one, *four])
    assert reading.text == "3.14"
    point = reading.digits[1]
    assert np.ptp(np.argwhere(point.glyph), axis=0).max() >= 15, "enlarged, it is a line"
    assert np.ptp(np.argwhere(shown_glyph(point)), axis=0).max() <= 4
    for digit in (reading.digits[0], *reading.digits[2:]):
        assert shown_glyph(digit) is digit.glyph
