"""Helps visitors whose browser does not let the page use a camera."""

from collections.abc import Callable
from typing import Final

from app.page import assets

# By the names that camera_help.js gives to the problems.
PROBLEMS: Final = {
    "insecure": "Browsers allow the camera only on https pages, and this page was opened over http."
    " Take the photograph with your camera’s own app, then choose it as a picture.",
    "missing": "No camera was found. Connect one, or choose a picture instead.",
    "refused": "This page may not use the camera. Allow it in the browser’s settings for this page,"
    " or choose a picture instead.",
}

_help: Final = assets.component(
    "camera_help",
    '<div class="help" role="alert" hidden><span></span>'
    '<button type="button">Choose a picture</button></div>',
)


def show(go_to_picture: Callable[[], None]) -> None:
    """Says why the camera cannot be used, if it cannot.

    go_to_picture: called if the visitor chooses a picture instead.
    """
    _help(data={"problems": PROBLEMS}, key="camera-help", on_pictured_change=go_to_picture)
