"""Copies the reading to the clipboard, and pastes pictures from it, by scripts of the browser."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from app.page import assets

# The types of the file dialog. A phone that stores HEIC sends a JPEG to a page that asks for it.
ACCEPTED_TYPES: Final = "image/png,image/jpeg,image/webp,image/bmp,image/gif,image/tiff"

# Why a file did not arrive, by the status of the answer; see app/guard/uploads.py.
REFUSALS: Final = {
    "413": "This page holds too many files. Reload it and choose the file again.",
    "429": "Too many files came from your address. Choose it again in a minute.",
    "503": "The server holds too many files. Choose it again in a minute.",
    "other": "The file did not arrive. Check the connection and choose it again.",
}

_copy_button: Final = assets.component("copy_button", '<button type="button">Copy</button>')
_paste_picture: Final = assets.component("paste_picture", "<span></span>")


def copy_button(text: str) -> None:
    """A button that copies the text; without text, its space is kept free."""
    _copy_button(data={"text": text}, key="copy-button", width="content")


def accept_pasted_pictures(go_to_picture: Callable[[], None]) -> None:
    """Gives pictures that are pasted or dropped anywhere to the uploader with the key `file`.

    go_to_picture: called if the uploader is not shown yet. The uploader's dialog then offers only
    pictures, while it accepts any file that is dropped.
    """
    max_bytes = st.get_option("server.maxUploadSize") << 20
    data = {"accept": ACCEPTED_TYPES, "max_bytes": max_bytes, "refusals": REFUSALS}
    _paste_picture(data=data, key="paste", on_pasted_change=go_to_picture)
