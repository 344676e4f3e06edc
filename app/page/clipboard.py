"""The clipboard, which only the browser can reach: copy the reading, paste a picture."""

from typing import Final

from app.page import assets

# What the file dialog offers. A phone that stores HEIC sends a JPEG to a page that asks for one.
ACCEPTED_TYPES: Final = "image/png,image/jpeg,image/webp,image/bmp,image/gif"

_copy_button: Final = assets.component("copy_button", '<button type="button">Copy</button>')
_paste_picture: Final = assets.component("paste_picture", "<span></span>")


def copy_button(text: str) -> None:
    """A button that copies the text; without text its room is kept free."""
    _copy_button(data={"text": text}, key="copy-button", width="content")


def accept_pasted_pictures() -> None:
    """Hands pictures that are pasted anywhere on the page to the uploader with the key `file`.

    The uploader's dialog then offers only pictures, though any dropped file is taken.
    """
    _paste_picture(data={"accept": ACCEPTED_TYPES}, key="paste")
