"""The tools around the canvas: undo, redo, clear, the width of the pen, and samples to try."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

import streamlit as st

from app.page import canvas, html_panel, samples
from app.page.history import History, Objects, current_history

# Icon and name of each pen, in the order of canvas.Size.pen_widths.
PENS: Final = (
    ("pen_size_1", "Thin pen"),
    ("pen_size_3", "Medium pen"),
    ("pen_size_5", "Thick pen"),
)
DEFAULT_PEN: Final = 1
REDO_KEYS: Final = "Control+Shift+Z Meta+Shift+Z Control+Y"


def show(size: canvas.Size, replace_drawing: Callable[[Objects], None]) -> None:
    """Shows the tools.

    replace_drawing: called with the drawing to show when undo, redo, clear or a sample is pressed.
    """
    history = current_history()

    def press(name: str) -> None:
        tool, _, number = name.partition("-")
        index = int(number) if number.isdecimal() else 0
        if tool == "pen" and index < len(PENS):
            choose_pen(index)
            return
        if name == "undo":
            history.undo()
        elif name == "redo":
            history.redo()
        elif name == "clear":
            history.change([])
        elif tool == "sample" and index < len(samples.SAMPLES):
            strokes = samples.place(list(samples.SAMPLES)[index], size)
            history.change(canvas.fabric_objects(strokes, pen_width(size)))
        else:
            return
        replace_drawing(history.shown)

    html_panel.show(_html(history, pen(), list(samples.SAMPLES)), "tools", press)


def pen_width(size: canvas.Size) -> int:
    """The width of this visitor's pen, in canvas pixels."""
    return canvas.PIXEL_RATIO * size.pen_widths[pen()]


def pen() -> int:
    """The index in PENS of this visitor's pen."""
    index: int = st.session_state.get("pen", DEFAULT_PEN)
    return index


def choose_pen(index: int) -> None:
    """Makes the pen with this index in PENS the visitor's from the next run on."""
    st.session_state.pen = index  # not the key of a widget, so that it outlives the canvas


def _html(history: History, chosen_pen: int, sample_names: Sequence[str]) -> str:
    """Buttons `undo`, `redo`, `clear`, `sample-0` and so on; radio buttons `pen-0` and so on."""
    has_ink = bool(history.shown)
    edit_buttons = (
        _edit_button("undo", "undo", "Undo", "Control+Z Meta+Z", bool(history.past))
        + _edit_button("redo", "redo", "Redo", REDO_KEYS, bool(history.undone))
        + _edit_button("clear", "ink_eraser", "Clear", "", has_ink)
    )
    pen_buttons = "".join(
        f'<label><input type="radio" name="pen" data-press="pen-{index}" aria-label="{name}"'
        f"{' checked' if index == chosen_pen else ''}>{html_panel.icon(icon)}</label>"
        for index, (icon, name) in enumerate(PENS)
    )
    sample_buttons = "".join(
        html_panel.button(f"sample-{index}", escape(name), f"Try {name}")
        for index, name in enumerate(sample_names)
    )
    sample_row = f'<div class="samples"><span>Try</span>{sample_buttons}</div>'
    return (
        f'<div class="edit">{edit_buttons}</div>'
        f'<div class="pens st-key-pen" role="radiogroup" aria-label="Pen">{pen_buttons}</div>'
        + ("" if has_ink else sample_row)
    )


def _edit_button(name: str, icon: str, text: str, keys: str, is_enabled: bool) -> str:
    attributes = f'aria-keyshortcuts="{keys}"' if keys else ""
    return html_panel.button(
        name,
        f"{html_panel.icon(icon)}<span>{text}</span>",
        attributes=attributes if is_enabled else f"{attributes} disabled",
    )
