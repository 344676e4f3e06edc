"""The style sheet of the page: the files in `static/`, and the sizes of the canvas."""

from typing import Final

from app.page import assets, canvas

FILES: Final = (
    "page.css",
    "html_panel.css",
    "canvas.css",
    "drawing_tools.css",
    "headline.css",
    "digit_details.css",
    "picture.css",
    "how_it_works.css",
)
# By which factor a sheet is shown larger in some windows; the last one that matches counts.
# Phones keep some 20 pixels beside it, where a thumb can scroll.
FACTORS: Final = {
    canvas.WIDE: (
        ("(max-width:640px)", 0.85),
        ("(max-width:550px)", 0.65),
        ("(max-width:430px)", 0.47),
    ),
    canvas.PHONE: tuple(
        (f"(min-width:{width}px) and (orientation:portrait)", factor)
        for width, factor in ((360, 1.14), (390, 1.24), (412, 1.32))
    ),
}
_STYLES: Final = "".join(map(assets.read, FILES))


def for_size(size: canvas.Size) -> str:
    """The style element for a page whose sheet has this size."""
    variables = (
        f"--sheet-width:{size.width}px;--sheet-height:{size.height}px;"
        f"--margin:{canvas.MARGIN}px;--pixel-ratio:{canvas.PIXEL_RATIO}"
    )
    factors = "".join(
        f"@media {window}{{.st-key-canvas{{--factor:{factor}}}}}"
        for window, factor in FACTORS[size]
    )
    return f"<style>:root{{{variables}}}{_STYLES}{factors}</style>"
