"""Checks the declared structure of picture files without decoding them, in a module per format.

A decoder allocates memory for each tile, frame and chunk before it looks for its bytes, and goes
through the picture once for each scan. So what a file declares determines the time and memory of
decoding, and nothing is decoded before that was checked here. The time of a check grows with the
length of the file, to about 20 ms for 8 MB.
"""

from collections.abc import Callable
from typing import Final

from app.ink.files.formats import bmp, gif, heif, jpeg, pdf, png, tiff, webp
from app.ink.files.formats.structure import (
    NotAPicture,
    PictureTooLarge,
    Structure,
    UnsupportedFormat,
)
from app.ink.files.formats.unrecognised import described
from app.ink.files.formats.unsupported import check_is_supported

MIN_FILE_BYTES: Final = 20  # shorter files hold no picture in any format
_INSPECTORS: Final[dict[bytes, Callable[[bytes, int], Structure]]] = {
    png.SIGNATURE: png.inspect,
    jpeg.SIGNATURE: jpeg.inspect,
    webp.SIGNATURE: webp.inspect,
    bmp.SIGNATURE: bmp.inspect,
    gif.SIGNATURE: gif.inspect,
    pdf.SIGNATURE: pdf.inspect,
    **dict.fromkeys(tiff.SIGNATURES, tiff.inspect),
}
KNOWN: Final = "PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC or PDF"

__all__ = [
    "NotAPicture",
    "PictureTooLarge",
    "Structure",
    "UnsupportedFormat",
    "described",
    "inspect",
]


def inspect(content: bytes, max_pixels: int) -> Structure:
    """The structure that a picture file declares, if decoding it stays within the limit.

    max_pixels: of the picture, and of each part that is decoded as a whole. Raises NotAPicture,
    UnsupportedFormat for a known format that cannot be read, PictureTooLarge, and UnreadableInput
    for other declarations that exceed a limit.
    """
    if not content:
        raise NotAPicture(f"expected a picture ({KNOWN}), got an empty file")
    if heif.is_heif(content):
        return heif.inspect(content, max_pixels)
    for signature, inspector in _INSPECTORS.items():
        if content.startswith(signature) and len(content) >= MIN_FILE_BYTES:
            return inspector(content, max_pixels)
    check_is_supported(content)
    raise NotAPicture(f"expected a picture ({KNOWN}), got {described(content)}")
