"""The pen on the canvas: what the browser does while it moves and as it is lifted."""

from typing import Final

from app.page import assets

_pen: Final = assets.component("pen", "<span></span>")


def attach() -> None:
    """Attaches the pen to whichever canvas is shown, for as long as Draw is."""
    _pen(key="pen-script")
