"""The style sheet of the page: the files in `static/`, and the sizes of the canvas."""

from typing import Final, NamedTuple

from app.page import assets, canvas

FILES: Final = (
    "page.css",
    "html_panel.css",
    "board.css",
    "canvas.css",
    "drawing_tools.css",
    "headline.css",
    "digit_details.css",
    "picture.css",
    "how_it_works.css",
)
FACTOR_STEP: Final = 0.04  # of the step from one size of the sheet to the next


class Window(NamedTuple):
    """A kind of window, and what it has room for besides the sheet.

    condition: of a CSS media query. beside, above: CSS pixels that are not the sheet's, in width
    and in height, where everything that is used while drawing is in view.
    """

    condition: str
    beside: int
    above: int


# The sheet is shown as large as its window has room for. Phones keep some 20 pixels on both sides
# of it, where a thumb can scroll.
WINDOWS: Final = {
    canvas.WIDE: (
        Window("(max-width:959px)", 40, 272),
        Window("(min-width:960px)", 448, 252),
    ),
    canvas.PHONE: (
        Window("(orientation:portrait)", 40, 264),
        Window("(orientation:landscape)", 248, 36),
    ),
}
MIN_FACTOR: Final = {canvas.WIDE: 0.44, canvas.PHONE: 0.8}
MAX_FACTOR: Final = 2.0  # the canvas has no more pixels than that
_STYLES: Final = "".join(map(assets.read, FILES))


def for_size(size: canvas.Size) -> str:
    """The style element for a page whose sheet has this size."""
    variables = (
        f"--sheet-width:{size.width}px;--sheet-height:{size.height}px;"
        f"--margin:{canvas.MARGIN}px;--pixel-ratio:{canvas.PIXEL_RATIO}"
    )
    return f"<style>:root{{{variables}}}{_STYLES}{_factors(size)}</style>"


def _factors(size: canvas.Size) -> str:
    """The `--factor` by which each window shows the sheet larger; the last that matches counts."""
    smallest = MIN_FACTOR[size]
    num_steps = round((MAX_FACTOR - smallest) / FACTOR_STEP)
    factors = [round(smallest + FACTOR_STEP * step, 2) for step in range(1, num_steps + 1)]
    rules = [
        f"@media {window.condition} and (min-width:{round(factor * size.width + window.beside)}px)"
        f" and (min-height:{round(factor * size.height + window.above)}px)"
        f"{{:root{{--factor:{factor}}}}}"
        for window in WINDOWS[size]
        for factor in factors
    ]
    return f":root{{--factor:{smallest}}}{''.join(rules)}"
