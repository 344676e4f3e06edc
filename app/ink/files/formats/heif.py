"""HEIF, the format of iPhones: checks the boxes that declare the sizes of its pictures."""

import struct
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Final

from app.ink.files.formats.structure import (
    Structure,
    UnsupportedFormat,
    check_at_most,
    check_pixels,
    ends_within,
    printable,
)
from app.reading import UnreadableInput

BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
DECODER: Final = "pillow_heif"
MAX_BOXES: Final = 5_000  # on one level; a picture of 50 million pixels has 200 tiles
MAX_SIZES: Final = 1_000  # of pictures, tiles, thumbnails and masks; all tiles share one
_HEADER: Final = struct.Struct(">I4s")
_FULL: Final = 4  # bytes of version and flags at the beginning of a full box
# The nested boxes that lead to the sizes, each with the bytes before its own boxes.
_PATH: Final = ((b"meta", _FULL), (b"iprp", 0), (b"ipco", 0))

_OPACITY: Final = (b"urn:mpeg:hevc:2015:auxid:1", b"auxiliary:alpha")  # names of a mask's kind

_Box = tuple[bytes, int, int]  # kind; start and end of its content, in bytes of the file


def is_heif(content: bytes) -> bool:
    """Whether a file begins as HEIF, and not as AVIF or a film."""
    return content[4:8] == b"ftyp" and content[8:12] in BRANDS and b"avif" not in content[:64]


def inspect(content: bytes, max_pixels: int) -> Structure:
    """The structure that a HEIF declares. Raises UnreadableInput.

    Raises UnsupportedFormat if its decoder is not installed.
    """
    if find_spec(DECODER) is None:
        advice = "Have pillow-heif installed where this program runs, or share it as JPEG."
        raise UnsupportedFormat("HEIC", advice)
    offset, end = 0, len(content)
    for kind, skipped in _PATH:
        part = next((box for box in _boxes(content, offset, end) if box[0] == kind), None)
        if part is None:
            raise ends_within("HEIC", "header")
        offset, end = part[1] + skipped, part[2]
    sizes = [
        _size(content, box, max_pixels) for box in _boxes(content, offset, end) if _is_size(box)
    ]
    check_at_most(MAX_SIZES, "sizes in a HEIC", len(sizes))
    if not sizes:
        raise ends_within("HEIC", "sizes")
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    is_opaque = not any(name in content[offset:end] for name in _OPACITY)
    return Structure(width, height, is_plain=is_opaque)


def _boxes(content: bytes, offset: int, end: int) -> Iterator[_Box]:
    """The boxes between two bytes of the file."""
    count = 0
    while offset + _HEADER.size <= end:
        length, kind = _HEADER.unpack_from(content, offset)
        start = offset + _HEADER.size
        if length == 1 and start + 8 <= end:  # the length is a longer number
            (length,) = struct.unpack_from(">Q", content, start)
            start += 8
        elif length == 0:  # the box goes on to the end
            length = end - offset
        if offset + length > end or offset + length < start:
            raise ends_within("HEIC", f"box {printable(kind)}")
        count += 1
        check_at_most(MAX_BOXES, "boxes in a HEIC", count)
        yield kind, start, offset + length
        offset += length


def _is_size(box: _Box) -> bool:
    return box[0] == b"ispe"


def _size(content: bytes, box: _Box, max_pixels: int) -> tuple[int, int]:
    if box[2] - box[1] != _FULL + 8:
        raise UnreadableInput(f"expected an ispe of 12 bytes in a HEIC, got {box[2] - box[1]:,}")
    width, height = struct.unpack_from(">II", content, box[1] + _FULL)
    check_pixels(max_pixels, width, height)
    return width, height
