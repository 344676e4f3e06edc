"""Draw: the canvas with its tools, and what is read from it. Runs again after each stroke."""

import logging
import threading
from dataclasses import dataclass
from time import perf_counter, sleep, thread_time
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.ink.strokes import strokes_from_canvas
from app.page import (
    canvas,
    clipboard,
    digit_details,
    drawing_tools,
    headline,
    how_it_works,
    kept_drawing,
    pen,
)
from app.page.history import Objects, current_history
from app.page.live import DrawingRead
from app.page.shared_recognizer import get_recognizer
from app.page.visit import Strokes, current_visit
from app.reading import Reading, UnreadableInput
from app.recognizer import CostlyInk, GlyphMemory, Prepared, Recognizer

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

# Lets the server send the headline before the details are computed. Without this pause, these would
# keep the interpreter for as long as Python lets a thread run, 5 ms.
SEND_SECONDS: Final = 0.001
MAX_SECONDS: Final = 0.1  # drawings that take longer are divided one at a time
_costly: Final = threading.Lock()


@dataclass(frozen=True, eq=False)
class ReadDrawing:
    """The reading of a run of the page.

    strokes: each (n, 2), canvas pixels. times: seconds by step. corrected: indices of the digits
    that the visitor corrected.
    """

    reading: Reading
    strokes: Strokes
    times: dict[str, float]
    drawing: headline.Drawing
    corrected: frozenset[int]


def draw_and_read(size: canvas.Size) -> None:
    """Shows the canvas and what is read from it."""
    _draw_and_read(size)
    pen.attach()


@st.fragment
def _draw_and_read(size: canvas.Size) -> None:
    """Lays out the board, see board.css: the reading, the canvas, its tools, and the details."""
    with st.container(key="board"):
        reading_place = st.container(key="headline")
        _show_board(size, reading_place)


def _show_board(size: canvas.Size, reading_place: "DeltaGenerator") -> None:
    """Shows the canvas first, so that it is there while the model loads, and then the reading."""
    pen_width = drawing_tools.pen_width(size)
    try:
        objects = canvas.show(size, pen_width)
    except UnreadableInput as error:
        _refuse(error, reading_place)
        drawing_tools.show(size, _replace_drawing)
        _show_unread()
        return
    current_history().note(objects)
    recognizer = get_recognizer()
    read = recognizer and _read_and_show(recognizer, objects, pen_width, reading_place)
    kept_drawing.attach(drawing_tools.pen(), pen_width, _restore)
    drawing_tools.show(size, _replace_drawing)
    if recognizer and read:
        clipboard.copy_button(read.reading.text)
        with st.container(key="beside"):
            digit_details.show(recognizer, read.reading, read.strokes)
            how_it_works.show(read.times if read.reading.digits else {})
    elif recognizer:
        _show_unread()


def _read_and_show(
    recognizer: Recognizer, objects: Objects, pen_width: int, reading_place: "DeltaGenerator"
) -> ReadDrawing | None:
    """Reads a drawing and sends the headline; None where it cannot be read."""
    try:
        read = _read(recognizer, objects, pen_width)
    except UnreadableInput as error:
        _refuse(error, reading_place)
        return None
    with reading_place:
        headline.show(read.reading, headline.DRAW_HINT, read.drawing, read.corrected)
    sleep(SEND_SECONDS)
    return read


def _read(recognizer: Recognizer, objects: Objects, pen_width: int) -> ReadDrawing:
    """Reads a drawing with the visitor's corrections. Raises UnreadableInput."""
    visit = current_visit()
    reader = visit.reader()
    start, cpu_start = perf_counter(), thread_time()
    strokes = strokes_from_canvas({"objects": objects})
    converted = perf_counter()
    prepared = _prepare(recognizer, strokes, visit.glyphs)
    divided = perf_counter()
    reading = reader.read(recognizer, prepared)
    times = {
        "ink": converted - start,
        "glyphs": divided - converted,
        "network": perf_counter() - divided,
    }
    drawing = headline.Drawing(
        canvas.sheet(),
        strokes[-1][0].tolist() if strokes else None,
        DrawingRead(recognizer, reader, strokes, pen_width, visit.glyphs).publish(
            thread_time() - cpu_start, sum(times.values())
        ),
    )
    return ReadDrawing(reading, strokes, times, drawing, reader.corrected_in(reading))


def _prepare(recognizer: Recognizer, strokes: Strokes, glyphs: GlyphMemory) -> Prepared:
    """The candidates of a drawing; drawings that take long are divided one at a time.

    glyphs: of the same drawing in earlier runs. Raises UnreadableInput.
    """
    try:
        return recognizer.prepare_ink(strokes, max_seconds=MAX_SECONDS, memory=glyphs)
    except CostlyInk:
        with _costly:
            return recognizer.prepare_ink(strokes)


def _refuse(error: UnreadableInput, reading_place: "DeltaGenerator") -> None:
    """Clears the reading, and logs each reason once."""
    if st.session_state.get("refused") != str(error):
        st.session_state.refused = str(error)
        logging.getLogger(__name__).warning("a drawing cannot be read: %s", error)
    with reading_place:
        headline.show(Reading(), headline.DRAW_HINT)


def _show_unread() -> None:
    """Says that the drawing cannot be read."""
    clipboard.copy_button("")
    st.error("This drawing cannot be read. Clear it and draw again.", icon=":material/error:")
    how_it_works.show({})


def keep_drawing() -> None:
    """Keeps the drawing until the canvas is shown again.

    A session that has shown none yet leaves the drawing that the browser has kept to be restored.
    """
    if canvas.was_shown():
        _replace_drawing(canvas.drawn_objects())


def _restore(objects: Objects, pen_index: int | None) -> None:
    """Goes on with the pen and the drawing that the browser has kept, which can be undone."""
    if pen_index is not None:
        drawing_tools.choose_pen(pen_index)
    if objects:
        current_history().note(objects)
        _replace_drawing(objects)


def _replace_drawing(objects: Objects) -> None:
    current_visit().forget_reading()
    canvas.replace_drawing(objects)
