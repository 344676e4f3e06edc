"""A picture's bytes: checked by their header alone, before anything is decoded, then decoded.

Pillow reads the header and OpenCV the picture. Where they understand a file differently, OpenCV's
own limit holds, which `app.server` sets.
"""

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.api.errors import Refusal
from app.api.limits import Limits
from app.ink import image as picture

FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")  # the attack surface kept small
PLAIN: Final = ("PNG", "JPEG", "WEBP")  # where the header says for sure whether it is
COSTLY: Final = 4  # times the memory of a plain picture, opaque and of 8 bits, that others take
DEPTH: Final = 24  # where a PNG has its bits a channel


def pixels_of(content: bytes, limits: Limits) -> NDArray[np.uint8]:
    """The decoded picture, see `app.ink.image.decode`. Raises Refusal or UnreadableInput."""
    most = min(limits.pixels, picture.LARGEST_PICTURE)
    width, height, plain = _header(content, most)
    most = most if plain else most // COSTLY
    if width * height > most:
        kind = "" if plain else " where they may be transparent or of 16 bits"
        message = f"expected at most {most:,} pixels{kind}, came {width:,} x {height:,}"
        raise Refusal("too_many_pixels", message)
    return picture.decode(content, "body")


def _header(content: bytes, most: int) -> tuple[int, int, bool]:
    """Width and height in pixels, and whether it is plain for sure, without decoding.

    most: pixels, as the message of Refusal has it, which is raised for what is no picture, and for
    so many pixels that Pillow already raises.
    """
    from PIL import Image  # imported when the first picture comes

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            plain = image.format in PLAIN and not image.has_transparency_data
            deep = image.format == "PNG" and content[DEPTH] > 8
            return *image.size, plain and not deep
    except Image.DecompressionBombError as error:
        message = f"expected at most {most:,} pixels, came more: {error}"
        raise Refusal("too_many_pixels", message) from error
    # Pillow raises what its parsers happen to: these are the classes seen with broken headers.
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:
        message = f"expected a picture ({', '.join(FORMATS)}), came bytes that are none"
        raise Refusal("unreadable", message) from error
