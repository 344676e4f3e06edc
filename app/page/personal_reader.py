"""Reads with the corrections of one visitor."""

from dataclasses import dataclass, replace

from app.inference.prototypes import Prototypes
from app.reading import Digit, Reading
from app.recognizer import Prepared, Recognizer


@dataclass(frozen=True, eq=False)
class PersonalReader:
    """Reads with the corrections that a visitor had made up to some moment.

    refused_glyphs, named_glyphs: see `app.page.visit.Visit`.
    """

    prototypes: Prototypes
    refused_glyphs: frozenset[bytes]
    named_glyphs: frozenset[bytes]

    def read(self, recognizer: Recognizer, prepared: Prepared) -> Reading:
        """The best reading that agrees with the corrections."""
        (reading,) = recognizer.read_prepared([prepared], self.prototypes)
        return replace(reading, digits=tuple(map(self._as_said, reading.digits)))

    def _as_said(self, digit: Digit) -> Digit:
        """The digit, corrected if the visitor refused or named exactly this glyph."""
        ink = digit.glyph.tobytes()
        if ink in self.refused_glyphs:
            return replace(digit, value=None, sign=None)
        if ink in self.named_glyphs and digit.value is None:
            return replace(digit, value=int(digit.probabilities.argmax()), sign=None)
        return digit

    def corrected_in(self, reading: Reading) -> frozenset[int]:
        """The indices of the digits that the visitor has corrected."""
        glyphs = self.refused_glyphs | self.named_glyphs
        return frozenset(
            index for index, digit in enumerate(reading.digits) if digit.glyph.tobytes() in glyphs
        )
