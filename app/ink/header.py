"""A picture's bytes: checked by their header alone, before anything is decoded, then decoded.

Pillow reads the header and OpenCV the picture. Where they understand a file differently, OpenCV's
own limit holds, which `app.server` sets.
"""

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink import image as picture
from app.reading import UnreadableInput

FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")  # the attack surface kept small
PLAIN: Final = ("PNG", "JPEG", "WEBP")  # where the header says for sure whether it is
COSTLY: Final = 4  # times the memory of a plain picture, opaque and of 8 bits, that others take
DEPTH: Final = 24  # where a PNG has its bits a channel


class PictureTooLarge(UnreadableInput):
    """A picture with more pixels than may be decoded; the message has both numbers."""


class NotAPicture(UnreadableInput):
    """Bytes whose header is not that of a picture in one of FORMATS."""


def decode_checked(
    content: bytes, max_pixels: int = picture.LARGEST_PICTURE, name: str = "picture"
) -> NDArray[np.uint8]:
    """Decodes a picture, see `app.ink.image.decode`, once its header says that it is small enough.

    max_pixels: of a plain picture; any other takes COSTLY times the memory, and may have as many
    fewer. Never more than LARGEST_PICTURE are decoded. name: begins the messages of `decode`.
    Raises PictureTooLarge, NotAPicture, or another UnreadableInput where decoding fails.
    """
    max_pixels = min(max_pixels, picture.LARGEST_PICTURE)
    width, height, is_plain = _header(content, max_pixels)
    max_pixels = max_pixels if is_plain else max_pixels // COSTLY
    if width * height > max_pixels:
        kind = "" if is_plain else " where they may be transparent or of 16 bits"
        message = f"expected at most {max_pixels:,} pixels{kind}, came {width:,} x {height:,}"
        raise PictureTooLarge(message)
    return picture.decode(content, name)


def _header(content: bytes, max_pixels: int) -> tuple[int, int, bool]:
    """Width and height in pixels, and whether the picture is plain for sure, without decoding.

    max_pixels: for the message where Pillow itself refuses the number of pixels.
    Raises PictureTooLarge and NotAPicture.
    """
    from PIL import Image  # imported when the first picture comes

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            plain = image.format in PLAIN and not image.has_transparency_data
            deep = image.format == "PNG" and content[DEPTH] > 8
            return *image.size, plain and not deep
    except Image.DecompressionBombError as error:
        message = f"expected at most {max_pixels:,} pixels, came more: {error}"
        raise PictureTooLarge(message) from error
    # Pillow raises what its parsers happen to: these are the classes seen with broken headers.
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:
        message = f"expected a picture ({', '.join(FORMATS)}), came bytes that are none"
        raise NotAPicture(message) from error
