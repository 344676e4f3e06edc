"""Ink that was found and divided, but is not read yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.reading import Reading
from app.segmentation.text_line import TextLine
from app.tilt import Transform


@dataclass(frozen=True, eq=False)
class Prepared:
    """Ink that was found and divided once, to be read any number of times.

    Only the recogniser makes it, and looks into it.

    turned: degrees clockwise by which the picture was turned, see `app.turning`.
    size: height and width of the picture as it was given; None for strokes, which have no bounds.
    inverse: maps what was levelled or enlarged to be read back to the input, see `app.tilt`.
    reading: the reading without a visitor's corrections, if there is one already.
    """

    lines: Sequence[TextLine] = ()
    turned: int = 0
    size: tuple[int, int] | None = None
    inverse: Transform | None = None
    reading: Reading | None = None

    @property
    def num_candidates(self) -> int:
        """The number of glyphs that are classified to read it."""
        return sum(len(line.candidates) for line in self.lines)
