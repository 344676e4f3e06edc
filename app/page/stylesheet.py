"""The style sheet of the page: the files in `static/`, and the size of the canvas."""

from functools import cache
from typing import Final

from app.page import assets, canvas

FILES: Final = (
    "page.css",
    "html_panel.css",
    "board.css",
    "canvas.css",
    "drawing_tools.css",
    "headline.css",
    "connection.css",
    "digit_details.css",
    "viewer.css",
    "picture.css",
    "how_it_works.css",
)
SHEET_FILES: Final = {canvas.WIDE: "wide_sheet.css", canvas.PHONE: "phone_sheet.css"}


@cache
def for_size(size: canvas.Size) -> str:
    """The style element for a page whose sheet has this size."""
    values = {
        "--sheet-width": f"{size.width}px",
        "--sheet-height": f"{size.height}px",
        "--margin": f"{canvas.MARGIN}px",
        "--pixel-ratio": str(canvas.PIXEL_RATIO),
    }
    variables = ";".join(f"{name}:{value}" for name, value in values.items())
    styles = "".join(assets.read(name) for name in (*FILES, SHEET_FILES[size]))
    return f"<style>:root{{{variables}}}{styles}</style>"
