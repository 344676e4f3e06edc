"""The drawing that the browser keeps for a page that has lost it, by a reload or a new server."""

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Annotated, Final

import msgspec
import numpy as np
import streamlit as st
from msgspec import Meta, Struct

from app.page import assets, canvas
from app.page.history import Objects
from app.reading import UnreadableInput

MAX_PEN_WIDTH: Final = 200  # canvas pixels

_keeper: Final = assets.component("kept_drawing", "<span></span>")

Coordinate = Annotated[float, Meta(ge=-1e6, le=1e6)]


class KeptStroke(Struct):
    """Where the pen was, in canvas pixels, and its width there."""

    points: Annotated[list[tuple[Coordinate, Coordinate]], Meta(min_length=1, max_length=20_000)]
    width: Annotated[int, Meta(ge=1, le=MAX_PEN_WIDTH)]


class KeptDrawing(Struct):
    """What a canvas began with, as Fabric objects, and the strokes that were drawn on it."""

    base: Objects
    strokes: list[KeptStroke]


def attach(pen_width: int, restore: Callable[[Objects], None]) -> None:
    """Keeps the drawing in the browser's tab, and gives it back to a session that has none.

    pen_width: canvas pixels. restore: is given the drawing that was kept, before the page runs.
    """

    def give_back() -> None:
        if canvas.sheet():
            return  # only the first sheet of a session has lost something
        try:
            restore(to_objects(st.session_state["kept-drawing"].kept))
        except UnreadableInput:
            return  # what a browser has stored may be anything

    data = {
        "session": st.session_state.setdefault("session", token_urlsafe(8)),
        "sheet": canvas.sheet(),
        "base": canvas.first_objects(),
        "pen_width": pen_width,
    }
    _keeper(data=data, key="kept-drawing", on_kept_change=give_back)


def to_objects(value: object) -> Objects:
    """The drawing that a browser has kept. Raises UnreadableInput for another value."""
    try:
        kept = msgspec.convert(value, KeptDrawing)
    except msgspec.ValidationError as error:
        raise UnreadableInput(f"expected a kept drawing, got another value: {error}") from error
    objects = [item for item in kept.base if str(item.get("type")).lower() == "path"]
    for stroke in kept.strokes:
        points = np.array([stroke.points[0], *stroke.points], np.float64)  # a dot has one point
        objects += canvas.fabric_objects([points], stroke.width)
    return canvas.checked_objects(objects)
