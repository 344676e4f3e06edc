"""The page: draw a digit, see it read. Run with `streamlit run app/main.py`."""

import re
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Streamlit puts the script's own folder on the path, but `app` is imported from the one above.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402 - the imports below need the path set above
from streamlit_drawable_canvas import st_canvas  # noqa: E402

from app import looks  # noqa: E402
from app.ink import strokes_from_canvas  # noqa: E402
from app.reading import Reading, UnreadableInput  # noqa: E402
from app.recognizer import Recognizer, WrongModel  # noqa: E402

MODEL_CARD: Final = ROOT / "models" / "README.md"


@st.cache_resource(show_spinner=False)
def load_recognizer() -> Recognizer:
    """The one recogniser of this process, shared by all visitors."""
    return Recognizer()


def take_sheet(objects: list[dict[str, Any]]) -> None:
    """Puts a new sheet on the canvas, holding these Fabric objects.

    A canvas under a new key knows only what it is given. Changing the drawing of the one that is
    there would leave the old drawing in its state until the browser answers.
    """
    st.session_state.sheet = st.session_state.get("sheet", 0) + 1
    st.session_state.objects = objects


def canvas() -> dict[str, Any]:
    """Shows the canvas with undo and clear; returns the drawing as Fabric's JSON."""
    with (
        st.container(horizontal_alignment="center"),
        st.container(key="canvas", width=looks.SHEET),
    ):
        drawing: dict[str, Any] = (
            st_canvas(
                stroke_width=looks.PEN,
                stroke_color=looks.INK,
                background_color=looks.PAPER,
                width=looks.SHEET,
                height=looks.SHEET + looks.MARGIN,
                initial_drawing={"objects": st.session_state.get("objects", [])},
                key=f"sheet-{st.session_state.get('sheet', 0)}",
            ).json_data
            or {}
        )
    objects = drawing.get("objects", [])
    with st.container(key="tools", horizontal=True, horizontal_alignment="center"):
        st.button(
            "Undo",
            key="undo",
            icon=":material/undo:",
            disabled=not objects,
            on_click=take_sheet,
            args=(objects[:-1],),
        )
        st.button(
            "Clear",
            key="clear",
            icon=":material/ink_eraser:",
            disabled=not objects,
            on_click=take_sheet,
            args=([],),
        )
    return drawing


@st.fragment
def draw_and_read(recognizer: Recognizer) -> None:
    """The canvas and what is read from it: the part that runs again for each stroke."""
    drawing = canvas()
    trouble = None
    try:
        reading = recognizer.read_ink(strokes_from_canvas(drawing))
    except UnreadableInput as error:
        reading, trouble = Reading(), str(error)
    with st.container(key="reading"):
        # Markdown, as it changes the text inside the live region and keeps the region itself,
        # which is what makes screen readers speak it.
        st.markdown(looks.headline(reading), unsafe_allow_html=True)
    if trouble:
        st.error(f"This drawing cannot be read: {trouble}", icon=":material/error:")
    with st.container(key="details"):
        st.html(looks.details(reading))


@st.dialog("Model card", width="medium")
def show_model_card() -> None:
    """The model card as it is in the repository, so that it needs no connection."""
    try:
        card = MODEL_CARD.read_text(encoding="utf-8")
    except OSError as error:
        st.error(f"The model card cannot be read: {error}")
        return
    # The dialog has a title of its own, and Streamlit would show HTML comments as text.
    st.markdown(re.sub(r"\A# [^\n]*|<!--.*?-->", "", card, flags=re.DOTALL))


def main() -> None:
    """Lays the page out, top to bottom."""
    st.set_page_config(page_title="Handwritten digits", page_icon="✍️", layout="centered")
    st.html(f"<style>{looks.STYLE}</style>")
    st.title("Handwritten digits", anchor=False)
    try:
        recognizer = load_recognizer()
    except WrongModel as error:
        st.error(f"The model cannot be used: {error}", icon=":material/error:")
        return
    draw_and_read(recognizer)
    with st.container(key="about"):
        st.markdown(
            "Your strokes are scaled and centred into 28\u00a0×\u00a028 pixels, and a small int8"
            " network reads them on this server’s CPU. Nothing is stored."
        )
        if st.button("Model card", key="card", type="tertiary", icon=":material/description:"):
            show_model_card()


main()
