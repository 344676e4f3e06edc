"""Glyphs of finished strokes are drawn once, the same as without a memory, and forgotten later."""

import numpy as np
import pytest

from app import glyph
from app.recognizer import Recognizer
from app.segmentation import glyph_memory
from app.segmentation.glyph_memory import GlyphMemory
from tests.support.drawings import placed

NUMBER = "0358296174"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows by the number of strokes of each glyph that is drawn."""
    numbers: list[int] = []
    draw = glyph.from_strokes

    def noted(strokes: glyph.Strokes, pen: float = glyph.PEN) -> np.ndarray:
        numbers.append(len(strokes))
        return draw(strokes, pen)

    monkeypatch.setattr(glyph, "from_strokes", noted)
    return numbers


def test_a_growing_drawing_is_read_alike_and_drawn_once(
    recognizer: Recognizer, drawn: list[int]
) -> None:
    memory, strokes = GlyphMemory(), []
    for index, digit in enumerate(NUMBER):
        strokes += placed(int(digit), 100 * index, 0, 90)
        drawn.clear()
        remembered = recognizer.prepare_ink(strokes, memory=memory)
        num_remembered = len(drawn)
        drawn.clear()
        anew = recognizer.prepare_ink(strokes)
        for line, other in zip(remembered.lines, anew.lines, strict=True):
            assert np.array_equal(line.glyphs, other.glyphs)
    assert len(drawn) >= len(NUMBER)
    assert num_remembered <= 3  # those that the last digit is part of


def test_strokes_are_the_same_only_with_the_same_ends() -> None:
    memory = GlyphMemory()
    whole = np.array([[0.0, 0.0], [0.0, 50.0], [40.0, 50.0], [40.0, 0.0]])
    parts = [whole[:2], whole[2:]]
    assert not np.array_equal(memory.from_strokes([whole]), memory.from_strokes(parts))
    assert np.array_equal(memory.from_strokes(parts), glyph.from_strokes(parts))


def test_what_was_asked_for_last_is_kept(drawn: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyph_memory, "MAX_GLYPHS", 2)
    memory = GlyphMemory()
    for digit in (1, 2, 1, 3, 1):  # the 2 is forgotten when the 3 comes
        memory.from_strokes(placed(digit, 0, 0, 90))
    assert len(drawn) == 3
    memory.from_strokes(placed(2, 0, 0, 90))
    assert len(drawn) == 4
