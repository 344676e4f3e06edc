"""PNG and APNG: checks the chunks, without inflating the pixels."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.ink.files.formats.structure import (
    Structure,
    check_at_most,
    check_pixels,
    ends_within,
    printable,
)
from app.reading import UnreadableInput

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS: Final = 20_000  # libpng writes chunks of 8 kB
MAX_FRAMES: Final = 1_000  # of an APNG; only the first frame is read
MAX_METADATA_BYTES: Final = 8 << 20  # all compressed text and profiles together, inflated
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_INFLATED_AT_ONCE: Final = 1 << 20  # bytes; what is inflated before an error counts as so much
_COMPRESSED: Final = (b"iCCP", b"zTXt", b"iTXt")


class _Chunk(NamedTuple):
    kind: bytes
    start: int  # of its data, in bytes of the file
    length: int


class _Header(NamedTuple):
    width: int
    height: int
    depth: int
    colour: int
    compression: int
    filter: int
    interlace: int


def inspect(content: bytes, max_pixels: int) -> Structure:
    """The structure that a PNG declares. Raises UnreadableInput."""
    header: _Header | None = None
    data_bytes = frames = 0
    room, is_opaque = MAX_METADATA_BYTES, True
    for chunks, chunk in enumerate(_chunks(content), 1):
        check_at_most(MAX_CHUNKS, "chunks in a PNG", chunks)
        if header is None:
            header = _header(content, chunk, max_pixels)
        elif chunk.kind == b"IHDR":
            raise UnreadableInput("expected one IHDR in a PNG, got a second one")
        elif chunk.kind == b"IDAT":
            data_bytes += chunk.length
        elif chunk.kind in (b"tRNS", b"acTL"):  # the frames of an animation may be transparent
            is_opaque = False
        elif chunk.kind == b"fcTL":
            frames += 1
            check_at_most(MAX_FRAMES, "frames in a PNG", frames)
            _check_frame(content, chunk, header)
        elif chunk.kind in _COMPRESSED:
            room -= _inflated_bytes(content, chunk, room)
    if header is None:
        raise ends_within("PNG", "signature")
    # Four times the pixels, because each row may be an uncompressed block of its own.
    check_at_most(4 * _raw_bytes(header) + (64 << 10), "bytes in a PNG's IDAT", data_bytes)
    is_plain = is_opaque and header.colour not in (4, 6) and header.depth <= 8
    return Structure(header.width, header.height, is_plain, max(frames, 1), frames > 1)


def exif(content: bytes) -> bytes:
    """The camera's tags; empty if there are none."""
    for chunk in _chunks(content):
        if chunk.kind == b"eXIf":
            return content[chunk.start : chunk.start + chunk.length]
    return b""


def _chunks(content: bytes) -> Iterator[_Chunk]:
    """The chunks up to IEND. Raises UnreadableInput for a chunk that is longer than the file."""
    offset = len(SIGNATURE)
    while offset + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, offset)
        if offset + 12 + length > len(content):
            raise ends_within("PNG", f"chunk {printable(kind)}")
        yield _Chunk(kind, offset + 8, length)
        if kind == b"IEND":
            return
        offset += 12 + length


def _header(content: bytes, chunk: _Chunk, max_pixels: int) -> _Header:
    if chunk.kind != b"IHDR" or chunk.length != 13:
        message = f"expected an IHDR of 13 bytes first in a PNG, got {chunk.kind!r}"
        raise UnreadableInput(f"{message} of {chunk.length:,}")
    header = _Header(*struct.unpack_from(">IIBBBBB", content, chunk.start))
    check_pixels(max_pixels, header.width, header.height)
    if header.depth not in _DEPTHS.get(header.colour, ()):
        message = f"{header.depth} bits of colour type {header.colour}"
        raise UnreadableInput(f"expected bits and a colour type that a PNG may have, got {message}")
    return header


def _check_frame(content: bytes, chunk: _Chunk, header: _Header) -> None:
    """Raises UnreadableInput if a frame of an APNG is not within the picture."""
    if chunk.length != 26:
        raise UnreadableInput(f"expected an fcTL of 26 bytes in a PNG, got {chunk.length:,}")
    width, height, left, top = struct.unpack_from(">IIII", content, chunk.start + 4)
    if left + width > header.width or top + height > header.height or not width * height:
        message = f"expected frames within {header.width:,} x {header.height:,} pixels"
        raise UnreadableInput(f"{message}, got {width:,} x {height:,} at {left:,}, {top:,}")


def _raw_bytes(header: _Header) -> int:
    """The bytes of all rows, each with a byte for its filter; an upper bound if interlaced."""
    row = (header.width * _CHANNELS[header.colour] * header.depth + 7) // 8 + 1
    return row * header.height * (2 if header.interlace else 1)


def _inflated_bytes(content: bytes, chunk: _Chunk, room: int) -> int:
    """The length of compressed metadata, which is inflated no further than the room for it."""
    data = content[chunk.start : chunk.start + chunk.length]
    keyword_end = data.find(b"\0")
    packed = keyword_end + 2  # after the method
    if chunk.kind == b"iTXt":
        if data[keyword_end + 1 : keyword_end + 2] != b"\x01":
            return 0  # plain text
        language_end = data.find(b"\0", keyword_end + 3)
        packed = data.find(b"\0", language_end + 1) + 1
    inflater, inflated, rest = zlib.decompressobj(), 0, data[packed:]
    try:
        while rest and inflated <= room and not inflater.eof:
            inflated += len(inflater.decompress(rest, _INFLATED_AT_ONCE))
            rest = inflater.unconsumed_tail
    except zlib.error:  # libpng skips such a chunk and still reads the picture
        inflated += _INFLATED_AT_ONCE
    if inflated > room:
        message = f"expected at most {MAX_METADATA_BYTES:,} bytes of text and profiles"
        raise UnreadableInput(f"{message} in a PNG, got a {chunk.kind.decode()} of more")
    return inflated
