"""The clipboard, which only the browser can reach: copy the reading, paste a picture."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from app.page import assets

# What the file dialog offers. A phone that stores HEIC sends a JPEG to a page that asks for one.
ACCEPTED_TYPES: Final = "image/png,image/jpeg,image/webp,image/bmp,image/gif,image/tiff"

_copy_button: Final = assets.component("copy_button", '<button type="button">Copy</button>')
_paste_picture: Final = assets.component("paste_picture", "<span></span>")


def copy_button(text: str) -> None:
    """A button that copies the text; without text its room is kept free."""
    _copy_button(data={"text": text}, key="copy-button", width="content")


def accept_pasted_pictures(go_to_picture: Callable[[], None]) -> None:
    """Hands pictures that are pasted anywhere on the page to the uploader with the key `file`.

    go_to_picture: called where that is not shown yet. The uploader's dialog then offers only
    pictures, though any dropped file is taken.
    """
    max_bytes = st.get_option("server.maxUploadSize") << 20
    data = {"accept": ACCEPTED_TYPES, "max_bytes": max_bytes}
    _paste_picture(data=data, key="paste", on_pasted_change=go_to_picture)
