"""Draw: the canvas with its tools, and what is read from it. Runs again after each stroke."""

import logging
from time import perf_counter, sleep
from typing import Any, Final

import streamlit as st

from app.ink.strokes import strokes_from_canvas
from app.page import canvas, digit_details, drawing_tools, headline, how_it_works
from app.page.shared_recognizer import get_recognizer
from app.page.visit import current_visit
from app.reading import Reading, UnreadableInput

# Lets the server send the headline before the details are worked out. Without this pause, they
# would keep the interpreter to themselves for as long as Python allows, 5 ms.
SEND_SECONDS: Final = 0.001
HINT: Final = "Draw a digit or a number"


@st.fragment
def draw_and_read(size: canvas.Size) -> None:
    """The canvas comes first, so that it is there while the model is loaded."""
    drawing = canvas.show(size, drawing_tools.pen_width(size))
    drawing_tools.show(drawing.get("objects", []), size, _replace_drawing)
    recognizer = get_recognizer()
    if recognizer is None:
        return
    start = perf_counter()
    try:
        strokes = strokes_from_canvas(drawing)
        converted = perf_counter()
        prepared = recognizer.prepare_ink(strokes)
        divided = perf_counter()
        reading = current_visit().read(recognizer, prepared)
    except UnreadableInput as error:
        logging.getLogger(__name__).warning("a drawing cannot be read: %s", error)
        headline.show(Reading(), HINT)
        st.error("This drawing cannot be read. Clear it and draw again.", icon=":material/error:")
        how_it_works.show({})
        return
    times = {
        "ink": converted - start,
        "glyphs": divided - converted,
        "network": perf_counter() - divided,
    }
    headline.show(reading, HINT)
    sleep(SEND_SECONDS)
    digit_details.show(recognizer, reading, strokes)
    how_it_works.show(times if reading.digits else {})


def keep_drawing() -> None:
    """Keeps the drawing for when the canvas is shown again."""
    _replace_drawing(canvas.drawn_objects())


def _replace_drawing(objects: list[dict[str, Any]]) -> None:
    current_visit().forget_reading()
    canvas.replace_drawing(objects)
