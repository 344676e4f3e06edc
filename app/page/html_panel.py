"""A panel of HTML with many buttons in a single component.

Streamlit processes all widgets again after each stroke, in the browser and on the server. Thirty
buttons of its own would take as long as the reading.
"""

import re
from collections.abc import Callable
from html import escape
from typing import Annotated, Final

import msgspec
import streamlit as st
from msgspec import Meta

from app.page import assets

MAX_PRESSES: Final = 32  # in one message of a page, see html_panel.js
_PRESSABLE: Final = re.compile(r'data-press="([^"]+)"([^>]*)')
_DISABLED: Final = re.compile(r"\sdisabled\b")
_panel: Final = assets.component(
    "html_panel",
    '<div class="panel"></div>',
    isolate_styles=False,  # its HTML is styled by the page
)

Press = tuple[Annotated[int, Meta(ge=1, lt=1 << 53)], str]  # its number, and the button's name
Presses = Annotated[list[Press], Meta(max_length=MAX_PRESSES)]


def show(html: str, key: str, on_press: Callable[[str], None]) -> None:
    """Shows HTML in a panel with this key. The HTML must not hold what visitors send.

    on_press: called with the name of a button that is pressed, before the page runs again. Names of
    disabled and unknown buttons are ignored, because a browser may send anything.
    """
    counter = f"{key}-handled"  # the number of the last press that counted

    def press() -> None:
        for number, name in _presses(st.session_state[key].pressed):
            if number <= st.session_state.get(counter, 0):
                continue
            st.session_state[counter] = number
            if name in pressable_names(html):
                on_press(name)

    data = {"html": html, "handled": st.session_state.get(counter, 0)}
    _panel(data=data, key=key, on_pressed_change=press)


def _presses(value: object) -> list[Press]:
    """The presses in what a page has sent; none in anything else."""
    try:
        presses: list[Press] = msgspec.convert(value, Presses)
    except msgspec.ValidationError:
        return []
    return presses


def pressable_names(html: str) -> set[str]:
    """The names of the buttons in a panel's HTML that can be pressed."""
    return {name for name, rest in _PRESSABLE.findall(html) if not _DISABLED.search(rest)}


def button(name: str, content: str, label: str = "", attributes: str = "") -> str:
    """The HTML of a button with this name, in an element of class `st-key-NAME` as in Streamlit.

    content: HTML. label: read by screen readers instead. attributes: further attributes.
    """
    aria_label = f' aria-label="{escape(label)}"' if label else ""
    return (
        f'<span class="st-key-{name}"><button type="button" data-press="{name}"{aria_label}'
        f" {attributes}>{content}</button></span>"
    )


def icon(name: str) -> str:
    """The HTML of one of Streamlit's Material symbols, hidden from screen readers."""
    return f'<span class="icon" translate="no" aria-hidden="true">{name}</span>'
