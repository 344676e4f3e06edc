"""WebP: checks the RIFF chunks and the size of each frame, without decoding a frame."""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.ink.files.formats.structure import (
    NotAPicture,
    Structure,
    check_at_most,
    check_pixels,
    ends_within,
)
from app.reading import UnreadableInput

SIGNATURE: Final = b"RIFF"
MAX_FRAMES: Final = 1_000  # of an animation; only the first frame is read
MAX_CHUNKS: Final = 5_000
_LOSSY, _LOSSLESS, _EXTENDED, _FRAME = b"VP8 ", b"VP8L", b"VP8X", b"ANMF"
_ALPHA: Final = 0x10  # of VP8X's flags
_ANIMATED: Final = 0x02


class _Chunk(NamedTuple):
    kind: bytes
    start: int  # of its data, in bytes of the file
    length: int


class _Canvas(NamedTuple):
    width: int
    height: int
    is_opaque: bool
    is_animated: bool = False


def inspect(content: bytes, max_pixels: int) -> Structure:
    """The structure that a WebP declares. Raises UnreadableInput."""
    if content[8:12] != b"WEBP":
        raise NotAPicture("expected a WebP in a RIFF file, got another kind")
    chunks = list(_chunks(content, 12, len(content)))
    if not chunks:
        raise ends_within("WebP", "header")
    first = chunks[0]
    canvas = _extended(content, first) if first.kind == _EXTENDED else _bitstream(content, first)
    check_pixels(max_pixels, canvas.width, canvas.height)
    frames = [chunk for chunk in chunks if chunk.kind == _FRAME]
    check_at_most(MAX_FRAMES, "frames in a WebP", len(frames))
    for frame in frames:
        _check_animation_frame(content, frame, canvas)
    still = [chunk for chunk in chunks if chunk.kind in (_LOSSY, _LOSSLESS)]
    for chunk in still:
        size = _bitstream(content, chunk)
        if (size.width, size.height) != (canvas.width, canvas.height):
            raise _other_size(canvas, size)
    if not frames and not still:
        raise ends_within("WebP", "pixels")
    is_plain = canvas.is_opaque and not canvas.is_animated
    pages = max(len(frames), 1)
    return Structure(canvas.width, canvas.height, is_plain, pages, pages > 1)


def exif(content: bytes) -> bytes:
    """The camera's tags; empty if there are none."""
    for chunk in _chunks(content, 12, len(content)):
        if chunk.kind == b"EXIF":
            data = content[chunk.start : chunk.start + chunk.length]
            return data.removeprefix(b"Exif\0\0")  # which some programs write, as in a JPEG
    return b""


def _chunks(content: bytes, offset: int, end: int) -> Iterator[_Chunk]:
    """The chunks between two offsets in the file, without a rest that is too short for a chunk."""
    count = 0
    while offset + 8 <= end:
        kind, length = struct.unpack_from("<4sI", content, offset)
        if offset + 8 + length > end:
            raise ends_within("WebP", repr(kind))
        count += 1
        check_at_most(MAX_CHUNKS, "chunks in a WebP", count)
        yield _Chunk(kind, offset + 8, length)
        offset += 8 + length + length % 2


def _extended(content: bytes, chunk: _Chunk) -> _Canvas:
    if chunk.length < 10:
        raise ends_within("WebP", "VP8X")
    flags = content[chunk.start]
    width = 1 + int.from_bytes(content[chunk.start + 4 : chunk.start + 7], "little")
    height = 1 + int.from_bytes(content[chunk.start + 7 : chunk.start + 10], "little")
    return _Canvas(width, height, not flags & _ALPHA, bool(flags & _ANIMATED))


def _bitstream(content: bytes, chunk: _Chunk) -> _Canvas:
    """The size in the header of the pixels themselves."""
    data = content[chunk.start : chunk.start + min(chunk.length, 10)]
    if chunk.kind == _LOSSY and len(data) == 10 and data[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 6)
        return _Canvas(width & 0x3FFF, height & 0x3FFF, is_opaque=True)
    if chunk.kind == _LOSSLESS and len(data) >= 5 and data[0] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 1)
        is_opaque = not bits >> 28 & 1
        return _Canvas((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, is_opaque)
    raise UnreadableInput(f"expected pixels or VP8X in a WebP, got a broken {chunk.kind!r}")


def _check_animation_frame(content: bytes, frame: _Chunk, canvas: _Canvas) -> None:
    """Raises UnreadableInput if a frame, or its pixels, are larger than the canvas."""
    if frame.length < 16:
        raise ends_within("WebP", "ANMF")
    left, top, width, height = (
        int.from_bytes(content[frame.start + offset : frame.start + offset + 3], "little")
        for offset in (0, 3, 6, 9)
    )
    if 2 * left + width + 1 > canvas.width or 2 * top + height + 1 > canvas.height:
        raise _other_size(canvas, _Canvas(width + 1, height + 1, is_opaque=True))
    for chunk in _chunks(content, frame.start + 16, frame.start + frame.length):
        if chunk.kind in (_LOSSY, _LOSSLESS):
            size = _bitstream(content, chunk)
            if (size.width, size.height) != (width + 1, height + 1):
                raise _other_size(_Canvas(width + 1, height + 1, is_opaque=True), size)


def _other_size(canvas: _Canvas, size: _Canvas) -> UnreadableInput:
    message = f"expected {canvas.width:,} x {canvas.height:,} pixels in a WebP's frame"
    return UnreadableInput(f"{message}, got {size.width:,} x {size.height:,}")
