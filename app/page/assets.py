"""Loads the page's scripts and style sheets, which are files so that their linters see them."""

from importlib.resources import files
from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

STATIC: Final = files("app.page") / "static"


def read(name: str) -> str:
    """The text of `static/NAME`."""
    return (STATIC / name).read_text(encoding="utf-8")


def component(name: str, html: str, isolate_styles: bool = True) -> "ComponentRenderer":
    """A Streamlit component of `static/NAME.js`.

    html: its markup before the script runs. isolate_styles: whether it lives in a shadow root,
    where the page's style sheet does not reach, and `static/NAME.css`, where there is one, does.
    """
    css = f"{name}.css"
    return st.components.v2.component(
        name,
        html=html,
        css=read(css) if isolate_styles and (STATIC / css).is_file() else None,
        js=read(f"{name}.js"),
        isolate_styles=isolate_styles,
    )
