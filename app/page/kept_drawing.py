"""The drawing and the pen that the browser keeps for a page that is reloaded or served anew."""

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Annotated, Final

import msgspec
import numpy as np
import streamlit as st
from msgspec import Meta, Struct

from app.page import assets, canvas, drawing_tools
from app.page.history import Objects
from app.reading import UnreadableInput

MAX_PEN_WIDTH: Final = 200  # canvas pixels
NUM_PENS: Final = len(drawing_tools.PENS)

_keeper: Final = assets.component("kept_drawing", "<span></span>")

Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]


class KeptStroke(Struct):
    """Where the pen was, in canvas pixels, and its width there."""

    points: Annotated[list[tuple[Coordinate, Coordinate]], Meta(min_length=1, max_length=20_000)]
    width: Annotated[int, Meta(ge=1, le=MAX_PEN_WIDTH)]


class KeptDrawing(Struct):
    """What a canvas began with, as Fabric objects, and the strokes that were drawn on it.

    pen: index of the visitor's pen; None in a tab that has kept a drawing since before pens were.
    """

    base: Objects
    strokes: list[KeptStroke]
    pen: Annotated[int, Meta(ge=0, lt=NUM_PENS)] | None = None


def attach(pen: int, pen_width: int, restore: Callable[[Objects, int | None], None]) -> None:
    """Keeps drawing and pen in the browser's tab, and gives them back to a session without them.

    pen: index of the visitor's pen. pen_width: canvas pixels. restore: is given the drawing and the
    pen that were kept, before the page runs.
    """

    def give_back() -> None:
        if canvas.sheet():
            return  # only the first sheet of a session has lost something
        try:
            value = st.session_state["kept-drawing"].kept
            restore(to_objects(value), to_pen(value))
        except UnreadableInput:
            return  # what a browser has stored may be anything

    data = {
        "session": st.session_state.setdefault("session", token_urlsafe(8)),
        "sheet": canvas.sheet(),
        "base": canvas.first_objects(),
        "pen": pen,
        "pen_width": pen_width,
    }
    _keeper(data=data, key="kept-drawing", on_kept_change=give_back)


def to_objects(value: object) -> Objects:
    """The drawing that a browser has kept. Raises UnreadableInput for another value."""
    kept = _checked(value)
    objects = [item for item in kept.base if str(item.get("type")).lower() == "path"]
    for stroke in kept.strokes:
        points = np.array([stroke.points[0], *stroke.points], np.float64)  # a dot has one point
        objects += canvas.fabric_objects([points], stroke.width)
    return canvas.checked_objects(objects)


def to_pen(value: object) -> int | None:
    """The index of the pen that a browser has kept, if any. Raises UnreadableInput as above."""
    return _checked(value).pen


def _checked(value: object) -> KeptDrawing:
    try:
        return msgspec.convert(value, KeptDrawing)
    except msgspec.ValidationError as error:
        raise UnreadableInput(f"expected a kept drawing, got another value: {error}") from error
