"""Turns pictures that lie on their side or upside down, automatically or by a button."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import turning
from app.recognizer import Prepared, Recognizer

NOTE: Final = (
    "This picture lay on its side or upside down, and was turned to be read. The button under it"
    " turns it further."
)


@dataclass(frozen=True, eq=False)
class TurnedPicture:
    """A picture as it is shown, with the ink on it.

    pixels: uint8 (h, w, ...), turned clockwise by the degrees. note: for the visitor; empty unless
    the picture was turned automatically.
    """

    pixels: NDArray[np.uint8]
    degrees: int
    prepared: Prepared
    note: str = ""


def prepare(recognizer: Recognizer, file_id: str, pixels: NDArray[np.uint8]) -> TurnedPicture:
    """The picture of a file, turned as the visitor chose, or else as the recogniser does.

    Raises UnreadableInput and WrongModel.
    """
    chosen = _chosen(file_id)
    note = ""
    if chosen is None:
        prepared = recognizer.prepare_image(pixels)
        if not prepared.turned:
            return TurnedPicture(pixels, 0, prepared)
        chosen, note = prepared.turned, NOTE
    pixels = turning.turn(pixels, chosen)  # so that the digits' boxes lie on what is shown
    return TurnedPicture(pixels, chosen, recognizer.prepare_image(pixels, turn=0), note)


def button(file_id: str, degrees: int, forget: Callable[[], None]) -> None:
    """A button that turns the picture of this file by another quarter.

    degrees: by which it is turned now. forget: makes the page prepare the picture again.
    """

    def turn() -> None:
        st.session_state.chosen_turn = (file_id, (degrees + 90) % 360)
        forget()

    icon = ":material/rotate_90_degrees_cw:"
    st.button("Turn the picture", key="turn", icon=icon, type="tertiary", on_click=turn)


def _chosen(file_id: str) -> int | None:
    """The degrees that the visitor chose for this file, if any."""
    chosen_for, degrees = st.session_state.get("chosen_turn", ("", None))
    return degrees if chosen_for == file_id else None
