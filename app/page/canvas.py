"""The canvas to draw on: the size of its sheet of paper, and the drawing that it begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.reading import UnreadableInput

# The canvas component puts a toolbar, invisible on touch screens, over its upper right corner. So
# many rows of canvas above the visible sheet keep it away from fingers; see canvas.css.
MARGIN: Final = 40  # canvas pixels
# The canvas has more pixels than are shown, so that ink is sharp on phones; see canvas.css.
PIXEL_RATIO: Final = 2  # canvas pixels for each CSS pixel
# Paper is light in the dark theme too, because a canvas forgets its drawing if its colours change.
INK_COLOUR: Final = "#1d2433"
MAX_STROKES: Final = 500
PAPER_COLOUR: Final = "#fffefa"


@dataclass(frozen=True)
class Size:
    """The size of the visible sheet, and the pens' widths from thin to thick, in CSS pixels."""

    width: int
    height: int
    pen_widths: tuple[int, int, int]

    @property
    def canvas_size(self) -> tuple[int, int]:
        """Width and height of the canvas behind the sheet, with its margin, in canvas pixels."""
        return PIXEL_RATIO * self.width, PIXEL_RATIO * self.height + MARGIN


WIDE: Final = Size(600, 260, (8, 14, 22))  # holds a number; narrow windows show it smaller
PHONE: Final = Size(280, 240, (5, 10, 16))  # leaves 20 px of a 320 px wide phone to scroll by


def size_for(user_agent: str | None) -> Size:
    """The size that suits the browser of this User-Agent header.

    The canvas needs its size at once, and only the browser knows how wide its window is.
    """
    is_phone = "Mobi" in (user_agent or "") and "iPad" not in (user_agent or "")
    return PHONE if is_phone else WIDE


def show(size: Size, pen_width: int) -> list[dict[str, Any]]:
    """Shows the canvas; returns the drawing as Fabric objects. pen_width: in canvas pixels.

    Raises UnreadableInput if the browser sent something else.
    """
    # This import needs Streamlit to run, and other code needs only the sizes of this module.
    from streamlit_drawable_canvas import st_canvas

    width, height = size.canvas_size
    with st.container(key="canvas"):
        try:
            value = st_canvas(
                stroke_width=pen_width,
                stroke_color=INK_COLOUR,
                background_color=PAPER_COLOUR,
                width=width,
                height=height,
                initial_drawing={"objects": first_objects()},
                key=f"sheet-{sheet()}",
            ).json_data
        except (AttributeError, KeyError, TypeError) as error:  # by the component, for such a value
            raise UnreadableInput(f"expected the canvas's value, got {error!r:.100}") from error
    st.session_state.drawn = checked_objects(value)
    return drawn_objects()


def checked_objects(value: object) -> list[dict[str, Any]]:
    """The Fabric objects of a drawing's JSON. Raises UnreadableInput for another value."""
    objects = value.get("objects", []) if isinstance(value, dict) else value or []
    if not isinstance(objects, list) or not all(isinstance(item, dict) for item in objects):
        raise UnreadableInput(f"expected a drawing's objects, got {objects!r:.100}")
    if len(objects) > MAX_STROKES:
        raise UnreadableInput(f"expected at most {MAX_STROKES} strokes, got {len(objects):,}")
    return objects


def was_shown() -> bool:
    """Whether this session has shown a canvas whose drawing could be read."""
    return "drawn" in st.session_state


def drawn_objects() -> list[dict[str, Any]]:
    """The Fabric objects of the canvas when it was last shown."""
    objects: list[dict[str, Any]] = st.session_state.get("drawn", [])
    return objects


def first_objects() -> list[dict[str, Any]]:
    """The Fabric objects that the present canvas began with."""
    objects: list[dict[str, Any]] = st.session_state.get("objects", [])
    return objects


def sheet() -> int:
    """The number of the canvas that is shown, which grows with each new canvas."""
    number: int = st.session_state.get("sheet", 0)
    return number


def replace_drawing(objects: list[dict[str, Any]]) -> None:
    """Shows a new canvas, with these Fabric objects, from the next run on.

    A canvas with a new key has only the objects that it is given. Changing those of the present
    canvas would leave the old drawing in its state until the browser answers.
    """
    st.session_state.sheet = sheet() + 1
    st.session_state.objects = objects


def fabric_objects(strokes: Sequence[NDArray[np.float64]], pen_width: int) -> list[dict[str, Any]]:
    """Strokes, each (n, 2) in canvas pixels, as the canvas's pencil would have drawn them.

    pen_width: in canvas pixels.
    """
    return [
        {
            "type": "Path",
            "path": _pencil_path(stroke),
            "fill": None,
            "stroke": INK_COLOUR,
            "strokeWidth": pen_width,
            "strokeLineCap": "round",
            "strokeLineJoin": "round",
        }
        for stroke in strokes
    ]


def _pencil_path(stroke: NDArray[np.float64]) -> list[list[Any]]:
    """A path that is smoothed as Fabric does: each point bends the curve between two middles."""
    middles = (stroke[:-1] + stroke[1:]) / 2
    curves = [["Q", *stroke[index], *middles[index]] for index in range(1, len(middles))]
    path = [["M", *stroke[0]], ["L", *middles[0]], *curves, ["L", *stroke[-1]]]
    return [[command, *(round(float(x), 2) for x in numbers)] for command, *numbers in path]
