"""The tools around the canvas: undo, clear, the width of the pen, and samples to try."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Final

import streamlit as st

from app.page import canvas, html_panel, samples

# Icon and name of each pen, in the order of canvas.Size.pen_widths.
PENS: Final = (
    ("pen_size_1", "Thin pen"),
    ("pen_size_3", "Medium pen"),
    ("pen_size_5", "Thick pen"),
)
DEFAULT_PEN: Final = 1


def show(
    objects: list[dict[str, Any]],
    size: canvas.Size,
    replace_drawing: Callable[[list[dict[str, Any]]], None],
) -> None:
    """Shows the tools.

    objects: the drawing, as Fabric objects. replace_drawing: is given the changed drawing when
    undo, clear or a sample is pressed.
    """

    def press(name: str) -> None:
        tool, _, number = name.partition("-")
        index = int(number) if number.isdecimal() else 0
        if name == "undo":
            replace_drawing(objects[:-1])
        elif name == "clear":
            replace_drawing([])
        elif tool == "pen" and index < len(PENS):
            st.session_state.pen = index  # not a widget's key, so it outlives the canvas
        elif tool == "sample" and index < len(samples.SAMPLES):
            strokes = samples.place(list(samples.SAMPLES)[index], size)
            replace_drawing(canvas.fabric_objects(strokes, pen_width(size)))

    html_panel.show(_html(bool(objects), _pen(), list(samples.SAMPLES)), "tools", press)


def pen_width(size: canvas.Size) -> int:
    """The width of this visitor's pen, in canvas pixels."""
    return canvas.PIXEL_RATIO * size.pen_widths[_pen()]


def _pen() -> int:
    """The index in PENS of this visitor's pen."""
    pen: int = st.session_state.get("pen", DEFAULT_PEN)
    return pen


def _html(has_ink: bool, pen: int, sample_names: Sequence[str]) -> str:
    """Buttons `undo` and `clear`, radio buttons `pen-0`, ..., and buttons `sample-0`, ..."""
    state = "" if has_ink else "disabled"
    edit_buttons = "".join(
        html_panel.button(name, f"{html_panel.icon(icon)}<span>{text}</span>", attributes=state)
        for name, icon, text in (("undo", "undo", "Undo"), ("clear", "ink_eraser", "Clear"))
    )
    pen_buttons = "".join(
        f'<label><input type="radio" name="pen" data-press="pen-{index}" aria-label="{name}"'
        f"{' checked' if index == pen else ''}>{html_panel.icon(icon)}</label>"
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
