"""The page: write digits and see them read. Run with `streamlit run app/main.py`."""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Streamlit puts the script's own folder on the path, but `app` is imported from the one above.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402 - the imports below need the path set above

from app.page import (  # noqa: E402
    assets,
    camera_help,
    canvas,
    clipboard,
    connection,
    draw,
    footer,
    picture,
    picture_file,
    plain_data,
    stylesheet,
    ways,
)


def leave_way() -> None:
    """Keeps the drawing and frees the picture, before another way to write is shown."""
    draw.keep_drawing()
    picture_file.forget()


def go_to_picture() -> None:
    """Shows Picture from the next run on."""
    ways.go("Picture", leave_way)


def main() -> None:
    """Lays the page out, top to bottom."""
    plain_data.spare_pandas()
    # A drawing and no emoji, to know which Streamlit compiles a pattern of all of them: 0.1 s.
    icon = assets.read("icon.svg")
    st.set_page_config(page_title="Handwritten digits", page_icon=icon, layout="centered")
    size = canvas.size_for(st.context.headers.get("User-Agent"))
    st.html(stylesheet.for_size(size))
    with st.container(key="top"):
        st.title("Handwritten digits", anchor=False)
        way = ways.choose(leave_way)
    clipboard.accept_pasted_pictures(go_to_picture)
    connection.watch()
    if way == "Picture":
        picture.upload_and_read()
    elif way == "Camera":
        camera_help.show(go_to_picture)
        picture.photograph_and_read()
    else:
        draw.draw_and_read(size)
    footer.show()


main()
