"""BMP: checks the headers, the palette, and whether the file holds all pixels."""

import struct
from typing import Final

from app.ink.files.formats.structure import Structure, check_pixels, ends_within
from app.reading import UnreadableInput

SIGNATURE: Final = b"BM"
_CORE: Final = 12  # bytes of OS/2's header
_HEADERS: Final = (_CORE, 40, 52, 56, 64, 108, 124)
_BITS: Final = (1, 4, 8, 16, 24, 32)
_RGB, _RLE8, _RLE4, _FIELDS = 0, 1, 2, 3


def inspect(content: bytes, max_pixels: int) -> Structure:
    """The structure that a BMP declares. Raises UnreadableInput."""
    try:
        offset, header = struct.unpack_from("<II", content, 10)
        if header not in _HEADERS:
            message = f"expected a BMP's header of {', '.join(map(str, _HEADERS))} bytes"
            raise UnreadableInput(f"{message}, got {header:,}")
        if header == _CORE:
            width, height, _, bits = struct.unpack_from("<HHHH", content, 18)
            compression = colours = 0
        else:
            width, height, _, bits, compression = struct.unpack_from("<iiHHI", content, 18)
            (colours,) = struct.unpack_from("<I", content, 46)
    except struct.error as error:
        raise ends_within("BMP", "header") from error
    check_pixels(max_pixels, width, abs(height))  # a negative height is for rows from the top
    if bits not in _BITS:
        raise UnreadableInput(f"expected 1, 4, 8, 16, 24 or 32 bits a pixel in a BMP, got {bits}")
    if bits <= 8 and colours > 1 << bits:
        raise UnreadableInput(f"expected at most {1 << bits} colours in a BMP, got {colours:,}")
    if compression not in _compressions(bits):
        raise UnreadableInput(f"expected plain or RLE pixels in a BMP, got {compression}")
    stored = (width * bits + 31) // 32 * 4 * abs(height)
    if compression in (_RLE8, _RLE4):
        stored = 2  # bytes of the mark that ends the picture
    if offset + stored > len(content):
        raise ends_within("BMP", "pixels")
    return Structure(width, abs(height), is_plain=bits < 32)


def _compressions(bits: int) -> tuple[int, ...]:
    """The compressions that are possible for pixels of this many bits."""
    return {8: (_RGB, _RLE8), 4: (_RGB, _RLE4), 16: (_RGB, _FIELDS), 32: (_RGB, _FIELDS)}.get(
        bits, (_RGB,)
    )
