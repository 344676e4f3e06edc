"""Tells visitors when the server cannot be reached."""

from typing import Final

from app.page import assets

SILENCE: Final = (
    "The server does not answer. Your drawing is kept, and is read once the server is back."
)

_connection: Final = assets.component(
    "connection",
    f'<div class="silence" role="alert" hidden>{SILENCE}</div>',
    isolate_styles=False,  # the headline looks different while this is shown
)


def watch() -> None:
    """Shows the message whenever the browser waits in vain for the server."""
    _connection(key="connection")
