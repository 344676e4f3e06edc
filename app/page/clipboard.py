"""The clipboard, which only the browser can reach: copy the reading, paste a picture."""

from typing import Final

from app.page import assets

# What the browser offers to choose. A phone that keeps HEIC makes a JPEG for a page that asks so.
ACCEPTED: Final = "image/png,image/jpeg,image/webp,image/bmp,image/gif"

_copy_button: Final = assets.component("copy_button", '<button type="button">Copy</button>')
_paste_picture: Final = assets.component("paste_picture", "<span></span>")


def copy_button(text: str) -> None:
    """A button that copies the text; its place is kept where there is none."""
    _copy_button(data={"text": text}, key="copy-button", width="content")


def take_pasted() -> None:
    """Hands pictures that are pasted anywhere on the page to the uploader of key `file`.

    The uploader then offers pictures alone to choose from, though it takes what is dropped.
    """
    _paste_picture(data={"accept": ACCEPTED}, key="paste")
