"""The pen on the canvas, and the hand that holds it: what the browser does while they move."""

from typing import Final

from app.page import assets

_hand: Final = assets.component("hand", "<span></span>")
_pen: Final = assets.component("pen", "<span></span>")


def attach() -> None:
    """Attaches hand and pen to whichever canvas is shown, for as long as Draw is."""
    _hand(key="hand-script")
    _pen(key="pen-script")
