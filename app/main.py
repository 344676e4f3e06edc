"""The page: write digits and see them read. Run with `streamlit run app/main.py`."""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Streamlit puts the script's own folder on the path, but `app` is imported from the one above.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402 - the imports below need the path set above

from app.page import canvas, draw, footer, picture, stylesheet  # noqa: E402

WAYS_TO_WRITE: Final = {
    "Draw": ":material/draw:",
    "Picture": ":material/image:",
    "Camera": ":material/photo_camera:",
}


def leave_way() -> None:
    """Keeps the drawing and frees the picture, before another way to write is shown."""
    draw.keep_drawing()
    picture.forget()


def main() -> None:
    """Lays the page out, top to bottom."""
    st.set_page_config(page_title="Handwritten digits", page_icon="✍️", layout="centered")
    size = canvas.size_for(st.context.headers.get("User-Agent"))
    st.html(stylesheet.for_size(size))
    with st.container(key="top"):
        st.title("Handwritten digits", anchor=False)
        way = st.segmented_control(
            "How to write",
            list(WAYS_TO_WRITE),
            default="Draw",
            required=True,
            format_func=lambda name: f"{WAYS_TO_WRITE[name]} {name}",
            key="way",
            on_change=leave_way,
            label_visibility="collapsed",
        )
    if way == "Picture":
        picture.upload_and_read()
    elif way == "Camera":
        picture.photograph_and_read()
    else:
        draw.draw_and_read(size)
    footer.show()


main()
