"""PDF: chooses the size at which a page is drawn, because the file declares no size in pixels."""

import math
from importlib.util import find_spec
from typing import Final

from app.ink.files.formats.structure import Structure, UnsupportedFormat, check_pixels

SIGNATURE: Final = b"%PDF-"
DECODER: Final = "pypdfium2"
MAX_PIXELS: Final = 4_000_000  # of a drawn page; A4 at 200 dots per inch has 3.9 million
DOTS_PER_INCH: Final = 200  # of pages that stay below MAX_PIXELS with it
POINTS_PER_INCH: Final = 72  # points are the unit of PDF
SIDE: Final = math.isqrt(MAX_PIXELS)


def inspect(_: bytes, max_pixels: int) -> Structure:
    """The largest structure of a drawn page. Raises UnsupportedFormat and PictureTooLarge."""
    if find_spec(DECODER) is None:
        advice = (
            "Have pypdfium2 installed where this program runs, or save the page as PNG or JPEG."
        )
        raise UnsupportedFormat("PDF", advice)
    check_pixels(max_pixels, SIDE, SIDE)
    return Structure(SIDE, SIDE, is_plain=True, pages=0)


def scale(width: float, height: float) -> float:
    """The pixels per point at which a page of this size, in points, is drawn."""
    return min(DOTS_PER_INCH / POINTS_PER_INCH, math.sqrt(MAX_PIXELS / (width * height)))
