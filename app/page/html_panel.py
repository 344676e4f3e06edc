"""A part of the page with many buttons, shown by the browser itself.

Streamlit looks through all of its widgets again for each stroke, in the browser and on the server,
and thirty of them take as long as the reading. A panel is one component, however much it shows.
"""

from collections.abc import Callable
from html import escape
from typing import Final

import streamlit as st

from app.page import assets

_panel: Final = assets.component(
    "html_panel",
    '<div class="panel"></div>',
    isolate_styles=False,  # its HTML is styled by the page
)


def show(html: str, key: str, on_press: Callable[[str], None]) -> None:
    """Shows HTML, which must be the page's own, in a panel of this key.

    on_press: told the name of each button that is pressed, before the page runs again.
    """

    def pressed() -> None:
        name = st.session_state[key].pressed
        if isinstance(name, str):
            on_press(name)

    _panel(data={"html": html}, key=key, on_pressed_change=pressed)


def button(name: str, inside: str, label: str = "", more: str = "") -> str:
    """A button of this name, as HTML; the class around it is that of Streamlit's own buttons.

    inside: HTML. label: what screen readers say instead. more: further attributes.
    """
    said = f' aria-label="{escape(label)}"' if label else ""
    return (
        f'<span class="st-key-{name}"><button type="button" data-press="{name}"{said} {more}>'
        f"{inside}</button></span>"
    )


def icon(name: str) -> str:
    """One of Streamlit's Material symbols, as HTML, which screen readers pass over."""
    return f'<span class="icon" translate="no" aria-hidden="true">{name}</span>'
