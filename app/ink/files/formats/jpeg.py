"""JPEG: checks the marker segments and the number of scans, without decoding a block."""

import re
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.ink.files.formats.structure import Structure, check_at_most, check_pixels, ends_within
from app.reading import UnreadableInput

SIGNATURE: Final = b"\xff\xd8"
MAX_SCANS: Final = 64  # each is decoded over the whole picture; encoders write 10 to 20
MAX_SEGMENTS: Final = 2_000  # a JPEG with a depth map of 5 MB has 80
_SOF: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # frame headers
_DECODED: Final = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive, all Huffman
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_ALONE: Final = (0x01, *range(0xD0, 0xD8))  # markers without a length
# In the compressed data of a scan, FF is followed by 0 if it is data, by D0 to D7 for a restart,
# and by FF as filling.
_MARKER: Final = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")


class _Segment(NamedTuple):
    marker: int
    start: int  # of what follows its length, in bytes of the file
    length: int


def inspect(content: bytes, max_pixels: int) -> Structure:
    """The structure that a JPEG declares up to its end. Raises UnreadableInput.

    What follows its end, such as a film of a phone, is not decoded.
    """
    size: tuple[int, int] | None = None
    scans = 0
    for segments, segment in enumerate(_segments(content), 1):
        check_at_most(MAX_SEGMENTS, "segments in a JPEG", segments)
        if segment.marker in _SOF:
            if size is not None:
                raise UnreadableInput("expected one frame header in a JPEG, got a second one")
            size = _frame(content, segment, max_pixels)
        elif segment.marker == _SOS:
            if size is None:
                message = "expected a JPEG's frame header before its first scan"
                raise UnreadableInput(f"{message}, got the scan first")
            scans += 1
            check_at_most(MAX_SCANS, "scans in a JPEG", scans)
    if size is None or not scans:
        raise ends_within("JPEG", "headers")
    return Structure(*size, is_plain=True)


def _segments(content: bytes) -> Iterator[_Segment]:
    offset = len(SIGNATURE)
    while (match := _MARKER.search(content, offset)) is not None:
        marker, offset = match[1][0], match.end()
        if marker == _EOI:
            return
        if marker == _SOI:
            raise UnreadableInput("expected one picture in a JPEG, got a second one within it")
        if marker in _ALONE or marker < 0xC0:
            continue
        if offset + 2 > len(content):
            return
        (length,) = struct.unpack_from(">H", content, offset)
        if length < 2 or offset + length > len(content):
            raise ends_within("JPEG", f"segment {marker:02X}")
        yield _Segment(marker, offset + 2, length - 2)
        offset += length


def _frame(content: bytes, segment: _Segment, max_pixels: int) -> tuple[int, int]:
    """The width and the height in pixels from a frame header."""
    if segment.marker not in _DECODED:
        message = "expected a baseline or progressive JPEG with Huffman coding"
        raise UnreadableInput(f"{message}, got frame header {segment.marker:02X}")
    if segment.length < 6:
        raise ends_within("JPEG", "frame header")
    bits, height, width, components = struct.unpack_from(">BHHB", content, segment.start)
    if bits != 8:
        raise UnreadableInput(f"expected 8 bits a sample in a JPEG, got {bits}")
    check_pixels(max_pixels, width, height)
    if components not in (1, 3, 4) or segment.length != 6 + 3 * components:
        message = f"expected 1, 3 or 4 components of 3 bytes each in a JPEG, got {components}"
        raise UnreadableInput(f"{message} in {segment.length} bytes")
    for sampling in content[segment.start + 7 : segment.start + segment.length : 3]:
        if not (1 <= sampling >> 4 <= 4 and 1 <= sampling & 15 <= 4):
            message = "expected sampling factors from 1 to 4 in a JPEG"
            raise UnreadableInput(f"{message}, got {sampling >> 4} x {sampling & 15}")
    return width, height
