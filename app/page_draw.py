"""Draw: the canvas with its tools, and what is read from it. Runs again for each stroke."""

from time import perf_counter
from typing import Any, Final

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from app import ink, lines, page_about, page_reading, samples, sheet
from app.page_model import loaded
from app.reading import Reading, UnreadableInput

PENS: Final = ("Thin pen", "Medium pen", "Thick pen")  # as sheet.Size.pens
ICONS: Final = (":material/pen_size_1:", ":material/pen_size_3:", ":material/pen_size_5:")
HINT: Final = "Draw a digit or a number"


@st.fragment
def draw_and_read(size: sheet.Size) -> None:
    """The whole of drawing. The canvas comes first: it is there while the model is loaded."""
    pen = sheet.SHARP * size.pens[st.session_state.get("pen", 1)]
    drawing = _canvas(size, pen)
    _tools(drawing.get("objects", []), size, pen)
    recognizer = loaded()
    if recognizer is None:
        return
    reading, strokes, trouble = Reading(), [], ""
    times = {}
    try:
        start = perf_counter()
        strokes = ink.strokes_from_canvas(drawing)
        taken = perf_counter()
        found = lines.of_ink(strokes)
        normal = perf_counter()
        reading = page_reading.read(recognizer, found)
        times = {
            "ink": taken - start,
            "glyphs": normal - taken,
            "network": perf_counter() - normal,
        }
    except UnreadableInput as error:
        trouble = str(error)
    page_reading.show_headline(reading, HINT)
    if trouble:
        st.error(f"This drawing cannot be read: {trouble}", icon=":material/error:")
    page_reading.show_details(recognizer, reading, strokes)
    page_about.show_steps(times if reading.digits else {})


def _canvas(size: sheet.Size, pen: int) -> dict[str, Any]:
    """Shows the canvas; returns the drawing as Fabric's JSON. pen: in canvas pixels."""
    width, height = size.canvas
    with (
        st.container(key="phone" if size == sheet.PHONE else "wide", horizontal_alignment="center"),
        st.container(key="canvas", width=size.width),
    ):
        drawing: dict[str, Any] = (
            st_canvas(
                stroke_width=pen,
                stroke_color=sheet.INK,
                background_color=sheet.PAPER,
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
    page_reading.visit().look_elsewhere()
    sheet.take(objects)


def _tools(objects: list[dict[str, Any]], size: sheet.Size, pen: int) -> None:
    """Undo, clear, the pen's width, and drawings to try."""
    with st.container(key="tools", horizontal=True, horizontal_alignment="center"):
        st.button(
            "Undo",
            key="undo",
            icon=":material/undo:",
            disabled=not objects,
            on_click=_take,
            args=(objects[:-1],),
        )
        st.button(
            "Clear",
            key="clear",
            icon=":material/ink_eraser:",
            disabled=not objects,
            on_click=_take,
            args=([],),
        )
        st.segmented_control(
            "Pen",
            range(len(PENS)),
            default=1,
            required=True,
            format_func=lambda one: f"{ICONS[one]} {PENS[one]}",
            key="pen",
            label_visibility="collapsed",
        )
    with st.container(
        key="samples",
        horizontal=True,
        horizontal_alignment="center",
        vertical_alignment="center",
    ):
        st.markdown("Try", width="content")
        for number, name in enumerate(samples.SAMPLES):
            strokes = samples.placed(name, size)
            st.button(
                name,
                key=f"sample-{number}",
                type="tertiary",
                on_click=_take,
                args=(sheet.objects_of(strokes, pen),),
            )
