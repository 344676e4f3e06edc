"""A part of the page with many buttons: one component, whatever HTML it shows.

Streamlit goes through all of its widgets again after each stroke, in the browser and on the server;
thirty of its own buttons would take as long as the reading.
"""

import re
from collections.abc import Callable
from html import escape
from typing import Final

import streamlit as st

from app.page import assets

_PRESSABLE: Final = re.compile(r'data-press="([^"]+)"([^>]*)')
_DISABLED: Final = re.compile(r"\sdisabled\b")
_panel: Final = assets.component(
    "html_panel",
    '<div class="panel"></div>',
    isolate_styles=False,  # its HTML is styled by the page
)


def show(html: str, key: str, on_press: Callable[[str], None]) -> None:
    """Shows HTML, which must be the page's own, in a panel with this key.

    on_press: is given the name of a button that is pressed, before the page runs again. Names of
    buttons that are not shown, or are disabled, are ignored: a page may send any.
    """

    def press() -> None:
        name = st.session_state[key].pressed
        if isinstance(name, str) and name in pressable_names(html):
            on_press(name)

    _panel(data={"html": html}, key=key, on_pressed_change=press)


def pressable_names(html: str) -> set[str]:
    """The names of the buttons in a panel's HTML that can be pressed."""
    return {name for name, rest in _PRESSABLE.findall(html) if not _DISABLED.search(rest)}


def button(name: str, content: str, label: str = "", attributes: str = "") -> str:
    """The HTML of a button with this name, in an element of class `st-key-NAME`, as Streamlit's.

    content: HTML. label: what screen readers say instead. attributes: further ones.
    """
    aria_label = f' aria-label="{escape(label)}"' if label else ""
    return (
        f'<span class="st-key-{name}"><button type="button" data-press="{name}"{aria_label}'
        f" {attributes}>{content}</button></span>"
    )


def icon(name: str) -> str:
    """The HTML of one of Streamlit's Material symbols, which screen readers skip."""
    return f'<span class="icon" translate="no" aria-hidden="true">{name}</span>'
