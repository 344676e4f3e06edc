"""The sheet of paper one draws on: its size, and the drawing it is given when it is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

# The canvas component lays a toolbar, invisible on touch screens, over its upper right corner.
# This many rows of canvas above the visible sheet keep it away from fingers; see page.css.
MARGIN: Final = 40  # canvas pixels
# The canvas has more pixels than it is shown with, so that ink is sharp on phones; see page.css.
SHARP: Final = 2  # canvas pixels for a CSS pixel
# Paper is light in the dark theme too: a canvas whose colours change forgets its drawing.
INK: Final = "#1d2433"
PAPER: Final = "#fffefa"


@dataclass(frozen=True)
class Size:
    """Of the visible sheet and of the pens, thin to thick, in CSS pixels."""

    width: int
    height: int
    pens: tuple[int, int, int]

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height of the canvas behind it, with its margin, in canvas pixels."""
        return SHARP * self.width, SHARP * self.height + MARGIN


WIDE: Final = Size(600, 260, (8, 14, 22))  # holds a number; narrow windows show it smaller
PHONE: Final = Size(280, 240, (5, 10, 16))  # leaves a 320 px wide phone 20 px to hold it by


def size_for(agent: str | None) -> Size:
    """What suits the browser of this User-Agent header.

    A canvas has its pixels from the start: how wide the window is, only the browser knows.
    """
    phone = "Mobi" in (agent or "") and "iPad" not in (agent or "")
    return PHONE if phone else WIDE


def take(objects: list[dict[str, Any]]) -> None:
    """Puts a new sheet on the canvas, holding these Fabric objects.

    A canvas under a new key knows only what it is given. Changing the drawing of the one that is
    there would leave the old drawing in its state until the browser answers.
    """
    st.session_state.sheet = st.session_state.get("sheet", 0) + 1
    st.session_state.objects = objects


def objects_of(strokes: Sequence[NDArray[np.float64]], pen: int) -> list[dict[str, Any]]:
    """Strokes, each (n, 2) in canvas pixels, as the canvas's pencil would have drawn them.

    pen: width in canvas pixels.
    """
    return [
        {
            "type": "Path",
            "path": _pencil(stroke),
            "fill": None,
            "stroke": INK,
            "strokeWidth": pen,
            "strokeLineCap": "round",
            "strokeLineJoin": "round",
        }
        for stroke in strokes
    ]


def _pencil(stroke: NDArray[np.float64]) -> list[list[Any]]:
    """Fabric's smoothing: each point bends the curve between the middles of its two legs."""
    middles = (stroke[:-1] + stroke[1:]) / 2
    curves = [["Q", *stroke[at], *middles[at]] for at in range(1, len(middles))]
    path = [["M", *stroke[0]], ["L", *middles[0]], *curves, ["L", *stroke[-1]]]
    return [[name, *(round(float(x), 2) for x in numbers)] for name, *numbers in path]
