"""A visitor's corrections, and the digit whose details are shown."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import corrections, glyph
from app.inference.prototypes import Prototypes
from app.page import correction_limit, visitor
from app.page.correction_limit import MAX_CORRECTIONS
from app.page.personal_reader import PersonalReader
from app.reading import Digit, Reading
from app.recognizer import GlyphMemory, Prepared, Recognizer

TOO_MANY: Final = (
    f"At most {MAX_CORRECTIONS} digits a minute may be corrected from one address."
    " Try again in a minute."
)
UNSTORED: Final = "Your correction counts for this visit, but it could not be stored on the server."
STILL_STORED: Final = "It is undone for this visit, but the server could not delete what it stored."

Strokes = Sequence[NDArray[np.float64]]  # each (n, 2), canvas pixels


@dataclass
class Visit:
    """The corrections of a visitor, and the digit of the reading whose details are shown.

    refused_glyphs: glyphs, as bytes, that the visitor called "not a digit". named_glyphs: those
    for which the visitor named the right digit.
    chosen: index of the digit whose details are shown; None for the least sure one.
    thanks: the answer to the last correction. trouble: what went wrong with it, if anything.
    name: for which corrections are counted where the client is unknown.
    last: the corrections before the last one, while that can be undone.
    last_stored: the number under which the last one is stored, if it is.
    glyphs: of the drawing's finished strokes, which are drawn once for all runs of the page.
    """

    prototypes: Prototypes = field(default_factory=Prototypes)
    refused_glyphs: set[bytes] = field(default_factory=set)
    named_glyphs: set[bytes] = field(default_factory=set)
    chosen: int | None = None
    thanks: str = ""
    trouble: str = ""
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    last: PersonalReader | None = None
    last_stored: int | None = None
    glyphs: GlyphMemory = field(default_factory=GlyphMemory)

    def read(self, recognizer: Recognizer, prepared: Prepared) -> Reading:
        """The best reading that agrees with this visitor's corrections."""
        return self.reader().read(recognizer, prepared)

    def reader(self) -> PersonalReader:
        """A reader with the corrections up to now, for any thread."""
        return PersonalReader(
            self.prototypes.copy(), frozenset(self.refused_glyphs), frozenset(self.named_glyphs)
        )

    def forget_reading(self) -> None:
        """Forgets everything about the present reading, but no correction."""
        self.chosen, self.thanks, self.trouble = None, "", ""
        self.last = self.last_stored = None

    def choose(self, index: int) -> None:
        """Shows the details of the digit with this index from now on."""
        self.forget_reading()
        self.chosen = index

    def chosen_in(self, reading: Reading) -> int:
        """The index of the digit whose details are shown: the chosen one, or the least sure."""
        if self.chosen is not None and self.chosen < len(reading.digits):
            return self.chosen
        marks = reading.digits
        return min(range(len(marks)), key=lambda index: _sureness(marks[index]))

    def correct(
        self,
        recognizer: Recognizer,
        reading: Reading,
        index: int,
        right: int | None,
        strokes: Strokes,
    ) -> None:
        """Learns that the digit with this index was misread, and stores it if storing is on.

        right: the right digit, or None for "not a digit". strokes: the drawing; empty for a
        picture.
        """
        digit = reading.digits[index]
        self.choose(index)
        if not correction_limit.shared.admits(visitor.client() or self.name):
            self.trouble = TOO_MANY
            return
        self.last = self.reader()
        if right is None:
            self.refused_glyphs.add(digit.glyph.tobytes())
            self.named_glyphs.discard(digit.glyph.tobytes())
            self.thanks = "Thank you. This is not a digit."
        else:
            self.refused_glyphs.discard(digit.glyph.tobytes())
            self.named_glyphs.add(digit.glyph.tobytes())
            self.prototypes.learn(recognizer.features(digit.glyph[None]), right)
            self.thanks = f"Thank you. This is {with_article(right)}, and so are others like it."
        try:
            self.last_stored = _store(strokes, digit, right)
        except corrections.CorrectionsError as error:
            logging.getLogger(__name__).warning("a correction was not stored: %s", error)
            self.trouble = UNSTORED

    def can_take_back(self) -> bool:
        """Whether there is a correction that `take_back` can undo."""
        return self.last is not None

    def take_back(self) -> None:
        """Undoes the last correction, and removes it from the store."""
        if self.last is None:
            return
        before, stored, chosen = self.last, self.last_stored, self.chosen
        self.prototypes = before.prototypes
        self.refused_glyphs, self.named_glyphs = (
            set(before.refused_glyphs),
            set(before.named_glyphs),
        )
        self.forget_reading()
        self.chosen = chosen
        try:
            _withdraw(stored)
        except corrections.CorrectionsError as error:
            logging.getLogger(__name__).warning("a correction was not withdrawn: %s", error)
            self.trouble = STILL_STORED


def current_visit() -> Visit:
    """The visit of the present visitor."""
    visit: Visit = st.session_state.setdefault("visit", Visit())
    return visit


def _sureness(mark: Digit) -> tuple[float, ...]:
    """Orders marks: refused ones, doubtful ones, others, and signs, which have no value to correct.

    Of several doubtful ones, that of the least sure number comes first.
    """
    if mark.sign is not None:
        return (3.0,)
    if mark.value is None:
        return (0.0,)
    if mark.is_doubtful:
        return (1.0, mark.number_confidence, mark.confidence)
    return (2.0, mark.confidence)


def with_article(value: int) -> str:
    """A digit with its article, such as a 7 or an 8."""
    return f"{'an' if value == 8 else 'a'} {value}"


def _store(strokes: Strokes, digit: Digit, right: int | None) -> int | None:
    """Stores a correction if storing is on; returns its number. Raises CorrectionsError."""
    store = corrections.from_environment()
    if store is None:
        return None
    return store.record(strokes_of(digit, strokes), digit.glyph, digit.value, right)


def _withdraw(number: int | None) -> None:
    """Removes the correction of this number, if there is one. Raises CorrectionsError."""
    store = corrections.from_environment()
    if store is not None and number is not None:
        store.remove(number)


def strokes_of(digit: Digit, strokes: Strokes) -> list[NDArray[np.float64]]:
    """The strokes of a drawing that form exactly this digit; empty if there are none."""
    x, y, width, height = digit.box
    low, high = np.array([x, y]) - 1e-6, np.array([x + width, y + height]) + 1e-6
    inside = [
        stroke for stroke in strokes if len(stroke) and ((stroke >= low) & (stroke <= high)).all()
    ]
    is_same = inside and np.array_equal(glyph.from_strokes(inside), digit.glyph)
    return inside if is_same else []
