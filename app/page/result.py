"""The part of the page below the drawing or picture: what was read, why, and was it wrong?"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import corrections, glyph
from app.inference import occlusion
from app.inference.prototypes import Prototypes
from app.page import clipboard, digit_details, headline, html_panel
from app.reading import Digit, Reading
from app.recognizer import NUM_DIGITS, Prepared, Recognizer

MOST_TILES: Final = 24  # some two lines on a phone; on a picture, all digits can be pressed

Strokes = Sequence[NDArray[np.float64]]


@dataclass
class Visit:
    """What one visitor corrected, and which digit of the reading is looked at.

    refused: glyphs, as bytes, that were said to be no digit. chosen: a place in the reading, None
    for the least sure one. said: what came of the last correction.
    """

    prototypes: Prototypes = field(default_factory=Prototypes)
    refused: set[bytes] = field(default_factory=set)
    chosen: int | None = None
    said: str = ""
    trouble: str = ""

    def look_elsewhere(self) -> None:
        """Forgets what belongs to the reading shown so far, not what was learned."""
        self.chosen, self.said, self.trouble = None, "", ""


def visit() -> Visit:
    """This visitor's."""
    found: Visit = st.session_state.setdefault("visit", Visit())
    return found


def read(recognizer: Recognizer, prepared: Prepared) -> Reading:
    """The best reading, in the light of what this visitor corrected."""
    here = visit()
    (reading,) = recognizer.read_prepared([prepared], here.prototypes)
    return Reading(
        tuple(
            replace(digit, value=None) if digit.glyph.tobytes() in here.refused else digit
            for digit in reading.digits
        )
    )


def show_headline(reading: Reading, hint: str) -> None:
    """The reading itself, large."""
    with st.container(key="reading"):
        # Markdown, as it changes the text inside the live region and keeps the region itself,
        # which is what makes screen readers speak it.
        st.markdown(headline.headline(reading, hint), unsafe_allow_html=True)
    clipboard.copy_button(reading.text)


def chosen(reading: Reading) -> int:
    """The place of the digit looked at: the one chosen, else the least sure."""
    wanted = visit().chosen
    if wanted is not None and wanted < len(reading.digits):
        return wanted
    sure = [0.0 if one.value is None else one.confidence for one in reading.digits]
    return int(np.argmin(sure))


def show_details(recognizer: Recognizer, reading: Reading, strokes: Strokes = ()) -> None:
    """A tile for each digit and, of the one looked at, what was seen and how to correct it.

    strokes: the drawing, in canvas pixels; none for a picture.
    """
    if not reading.digits:
        return
    at = chosen(reading)
    digit = reading.digits[at]

    def press(name: str) -> None:
        what, _, number = name.partition("-")
        value = int(number) if number.isdecimal() else None
        if what == "tile" and value is not None:
            choose(value)
        elif name == "no-digit" or (what == "right" and value in range(NUM_DIGITS)):
            _correct(recognizer, digit, strokes, value)
            visit().chosen = at  # whose correction is thanked for

    label = NUM_DIGITS if digit.value is None else digit.value
    heat = occlusion.occlusion(recognizer.logits, digit.glyph, label)
    html = (
        (digit_details.tiles(reading, tiles_of(reading, at), at) if len(reading.digits) > 1 else "")
        + f'<div class="chosen">{digit_details.seen(digit, heat)}{digit_details.bars(digit)}</div>'
        + digit_details.consent(digit, stored=corrections.from_environment() is not None)
        + digit_details.outcome(visit().said, visit().trouble)
    )
    html_panel.show(html, "details", press)


def tiles_of(reading: Reading, at: int) -> list[int]:
    """The places of the digits that get a tile: all, or of many, those in the line looked at."""
    places = list(range(len(reading.digits)))
    if len(places) > MOST_TILES:
        line = reading.digits[at].line_index
        places = [place for place in places if reading.digits[place].line_index == line]
    first = max(min(places.index(at) - MOST_TILES // 2, len(places) - MOST_TILES), 0)
    return places[first : first + MOST_TILES]


def choose(place: int) -> None:
    """Looks at the digit of this place from now on."""
    visit().look_elsewhere()
    visit().chosen = place


def _correct(recognizer: Recognizer, digit: Digit, strokes: Strokes, right: int | None) -> None:
    """Learns for this visit, and records where that is on, that a digit was read wrongly."""
    here = visit()
    here.look_elsewhere()
    if right is None:
        here.refused.add(digit.glyph.tobytes())
    else:
        here.refused.discard(digit.glyph.tobytes())
        here.prototypes.learn(recognizer.features(digit.glyph[None]), right)
    here.said = "Thank you. " + (
        "This is no digit." if right is None else f"This one is a {right}, and so is what is alike."
    )
    store = corrections.from_environment()
    if store is not None:
        try:
            store.record(own_strokes(strokes, digit), digit.glyph, digit.value, right)
        except corrections.CorrectionsError as error:
            here.trouble = str(error)


def own_strokes(strokes: Strokes, digit: Digit) -> list[NDArray[np.float64]]:
    """Of a drawing, the strokes that make this very digit; none where that cannot be told."""
    x, y, width, height = digit.box
    low, high = np.array([x, y]) - 1e-6, np.array([x + width, y + height]) + 1e-6
    inside = [
        stroke for stroke in strokes if ((stroke >= low) & (stroke <= high)).all() and len(stroke)
    ]
    same = inside and np.array_equal(glyph.from_strokes(inside), digit.glyph)
    return inside if same else []
