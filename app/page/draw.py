"""Draw: the canvas with its tools, and what is read from it. Runs again for each stroke."""

from time import perf_counter, sleep
from typing import Any, Final

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from app.ink import strokes as ink
from app.page import (
    canvas,
    headline,
    how_it_works,
    html_panel,
    result,
    samples,
)
from app.page.shared_recognizer import loaded
from app.reading import Reading, UnreadableInput

# Icon and name; as canvas.Size.pens.
PENS: Final = (
    ("pen_size_1", "Thin pen"),
    ("pen_size_3", "Medium pen"),
    ("pen_size_5", "Thick pen"),
)
# Seconds in which the server sends the reading. What comes after it would else keep the interpreter
# to itself for as long as Python lets it, 5 ms.
SOON: Final = 0.001
HINT: Final = "Draw a digit or a number"


@st.fragment
def draw_and_read(size: canvas.Size) -> None:
    """The whole of drawing. The canvas comes first: it is there while the model is loaded."""
    drawing = _canvas(size)
    _tools(drawing.get("objects", []), size)
    recognizer = loaded()
    if recognizer is None:
        return
    reading, strokes, trouble = Reading(), [], ""
    times = {}
    try:
        start = perf_counter()
        strokes = ink.strokes_from_canvas(drawing)
        taken = perf_counter()
        prepared = recognizer.prepare_ink(strokes)
        normal = perf_counter()
        reading = result.read(recognizer, prepared)
        times = {
            "ink": taken - start,
            "glyphs": normal - taken,
            "network": perf_counter() - normal,
        }
    except UnreadableInput as error:
        trouble = str(error)
    result.show_headline(reading, HINT)
    sleep(SOON)
    if trouble:
        st.error(f"This drawing cannot be read: {trouble}", icon=":material/error:")
    result.show_details(recognizer, reading, strokes)
    how_it_works.show_steps(times if reading.digits else {})


def _canvas(size: canvas.Size) -> dict[str, Any]:
    """Shows the canvas; returns the drawing as Fabric's JSON."""
    width, height = size.canvas
    with st.container(key="canvas"):
        drawing: dict[str, Any] = (
            st_canvas(
                stroke_width=canvas.SHARP * size.pens[_pen()],
                stroke_color=canvas.INK,
                background_color=canvas.PAPER,
                width=width,
                height=height,
                initial_drawing={"objects": st.session_state.get("objects", [])},
                key=f"sheet-{st.session_state.get('sheet', 0)}",
            ).json_data
            or {}
        )
    st.session_state.drawn = drawing.get("objects", [])
    return drawing


def keep_drawing() -> None:
    """Lays the drawing aside, for when the canvas is shown again."""
    _take(st.session_state.get("drawn", []))


def _take(objects: list[dict[str, Any]]) -> None:
    result.visit().look_elsewhere()
    canvas.take(objects)


def _tools(objects: list[dict[str, Any]], size: canvas.Size) -> None:
    """Undo, clear, the pen's width, and drawings to try."""

    def press(name: str) -> None:
        what, _, number = name.partition("-")
        at = int(number) if number.isdecimal() else 0
        if name == "undo":
            _take(objects[:-1])
        elif name == "clear":
            _take([])
        elif what == "pen" and at < len(PENS):
            st.session_state.pen = at  # no widget's, so it outlives the canvas
        elif what == "sample" and at < len(samples.SAMPLES):
            strokes = samples.placed(list(samples.SAMPLES)[at], size)
            _take(canvas.objects_of(strokes, canvas.SHARP * size.pens[_pen()]))

    html_panel.show(
        headline.tools(bool(objects), PENS, _pen(), list(samples.SAMPLES)), "tools", press
    )


def _pen() -> int:
    """Which of PENS this visitor draws with."""
    found: int = st.session_state.get("pen", 1)
    return found
