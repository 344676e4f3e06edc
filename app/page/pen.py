"""Attaches the scripts that follow the pen on the canvas and clean up the moves of the hand."""

from typing import Final

from app.page import assets

_hand: Final = assets.component("hand", "<span></span>")
_pen: Final = assets.component("pen", "<span></span>")


def attach() -> None:
    """Attaches both scripts to the canvas that is shown, for as long as Draw is shown."""
    _hand(key="hand-script")
    _pen(key="pen-script")
