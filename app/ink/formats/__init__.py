"""The declared structure of picture files, walked without decoding: one module for each format.

What a file declares bounds what decoding it takes: a decoder makes room for each tile, frame and
chunk before it looks for its bytes, and goes through the picture once for each scan. Nothing is
decoded whose declaration was not checked here. Each module takes a time that the file's length
bounds, some 20 ms for 8 MB.
"""

from collections.abc import Callable
from typing import Final

from app.ink.formats import bmp, gif, heif, jpeg, pdf, png, tiff, webp
from app.ink.formats.structure import (
    NotAPicture,
    PictureTooLarge,
    Structure,
    UnsupportedFormat,
)
from app.ink.formats.unsupported import check_is_supported

MIN_FILE_BYTES: Final = 20  # no format has a picture in fewer
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

__all__ = ["NotAPicture", "PictureTooLarge", "Structure", "UnsupportedFormat", "inspect"]


def inspect(content: bytes, max_pixels: int) -> Structure:
    """What a picture file declares, where decoding it stays within the limit.

    max_pixels: of the picture, and of each part that is decoded as a whole. Raises NotAPicture,
    PictureTooLarge, and another UnreadableInput for what declares more than it should. A format
    that is known by name and not read is an UnsupportedFormat.
    """
    if heif.is_heif(content):
        return heif.inspect(content, max_pixels)
    for signature, inspector in _INSPECTORS.items():
        if content.startswith(signature) and len(content) >= MIN_FILE_BYTES:
            return inspector(content, max_pixels)
    check_is_supported(content)
    raise NotAPicture(f"expected a picture ({KNOWN}), got bytes in no known picture format")
