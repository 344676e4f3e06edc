"""EXIF: the orientation of the camera, for formats whose decoder does not turn the picture."""

import struct
from typing import Final

from app.ink.files.formats import png, webp

ORIENTATION: Final = 274  # the tag
UPRIGHT: Final = 1
_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
_SHORT: Final = 3  # the type of its value
_ENTRY: Final = 12  # bytes


def orientation(content: bytes) -> int:
    """The EXIF orientation of a PNG or WebP whose structure was checked, 1 to 8; else UPRIGHT.

    OpenCV turns JPEG and TIFF itself, and libheif HEIC.
    """
    if content.startswith(png.SIGNATURE):
        return _orientation(png.exif(content))
    if content.startswith(webp.SIGNATURE):
        return _orientation(webp.exif(content))
    return UPRIGHT


def _orientation(tags: bytes) -> int:
    """The orientation in the bytes of EXIF, which are a small TIFF; UPRIGHT if they are broken."""
    order = _ORDERS.get(tags[:4])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", tags, 4)
        (count,) = struct.unpack_from(f"{order}H", tags, start)
        for index in range(count):
            entry = struct.unpack_from(f"{order}HHIH", tags, start + 2 + index * _ENTRY)
            if entry[:3] == (ORIENTATION, _SHORT, 1):
                return entry[3] if 1 <= entry[3] <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT
