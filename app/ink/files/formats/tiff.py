"""TIFF and BigTIFF: checks the chain of pages, and the first picture's strips or tiles."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

from app.ink.files.formats.structure import Structure, check_at_most, check_pixels, ends_within
from app.reading import UnreadableInput

SIGNATURES: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
MAX_PAGES: Final = 1_000
MAX_TAGS: Final = 1_000  # in one directory; scanners write 20, cameras 80
MAX_COVERAGE: Final = 4  # times the pixels of the largest picture, which tiles together may have
MAX_SAMPLES: Final = 5  # per pixel: CMYK and opacity
_SIZES: Final = {
    **{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4},
    **{16: 8, 17: 8, 18: 8},
}  # bytes of a value, by its type
_LETTERS: Final = {1: "B", 3: "H", 4: "I", 16: "Q"}  # struct's letters for types of whole numbers
_COMPRESSIONS: Final = {
    **{1: "none", 2: "CCITT RLE", 3: "CCITT G3", 4: "CCITT G4", 5: "LZW", 7: "JPEG"},
    **{8: "Deflate", 32946: "Deflate", 32773: "PackBits"},
}
_WIDTH, _HEIGHT, _BITS, _COMPRESSION = 256, 257, 258, 259
_STRIP_OFFSETS, _SAMPLES, _ROWS, _STRIP_BYTES = 273, 277, 278, 279
_PLANES, _TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_BYTES = 284, 322, 323, 324, 325
_SAMPLE_FORMAT: Final = 339


class _Layout(NamedTuple):
    """The layout of numbers: struct's byte order, and its letters for counts and offsets."""

    order: str
    counts: str  # of entries in a directory
    offset: str
    inline: int  # bytes of a value that is stored in its entry

    @property
    def entry(self) -> struct.Struct:
        return struct.Struct(f"{self.order}HH{self.offset}{self.inline}s")


class _Entry(NamedTuple):
    type: int
    length: int  # in values of the type
    value: bytes  # the value itself, or its offset


_Directory = dict[int, _Entry]


def inspect(content: bytes, max_pixels: int) -> Structure:
    """The structure that a TIFF declares for its first picture. Raises UnreadableInput."""
    try:
        return _inspect(content, max_pixels)
    except (struct.error, OverflowError) as error:  # an offset beyond the file
        raise ends_within("TIFF", "directories") from error


def page(content: bytes, index: int) -> bytes:
    """The file with the page of this index, from 0 on, as its first. Raises UnreadableInput."""
    try:
        layout, first = _layout(content)
        for offset in islice(_pages(content, layout, first), index, None):
            start = 4 if layout.offset == "I" else 8
            packed = struct.pack(layout.order + layout.offset, offset)
            return content[:start] + packed + content[start + len(packed) :]
    except (struct.error, OverflowError) as error:
        raise ends_within("TIFF", "directories") from error
    raise UnreadableInput(f"expected a TIFF with a page {index + 1:,}, got one of fewer pages")


def _inspect(content: bytes, max_pixels: int) -> Structure:
    layout, first = _layout(content)
    pages = 0
    for pages, offset in enumerate(_pages(content, layout, first), 1):
        check_at_most(MAX_PAGES, "pages in a TIFF", pages)
        if pages == 1:
            structure = _picture(content, layout, _directory(content, layout, offset), max_pixels)
    if not pages:
        raise ends_within("TIFF", "header")
    return replace(structure, pages=pages)


def _layout(content: bytes) -> tuple[_Layout, int]:
    """The layout, and the offset of the first directory."""
    order = "<" if content.startswith(b"II") else ">"
    if content[2:4].strip(b"\0") == b"*":
        return _Layout(order, "H", "I", 4), struct.unpack_from(f"{order}I", content, 4)[0]
    sizes, zero, first = struct.unpack_from(f"{order}HHQ", content, 4)
    if (sizes, zero) != (8, 0):
        raise UnreadableInput(f"expected offsets of 8 bytes in a BigTIFF, got {sizes:,}")
    return _Layout(order, "Q", "Q", 8), first


def _pages(content: bytes, layout: _Layout, offset: int) -> Iterator[int]:
    """The offset of each directory in the chain of pages."""
    visited = set()
    while offset:
        if offset in visited:
            raise UnreadableInput("expected a TIFF's pages to end, got a chain that is a ring")
        visited.add(offset)
        yield offset
        (count,) = struct.unpack_from(layout.order + layout.counts, content, offset)
        check_at_most(MAX_TAGS, "tags on a page of a TIFF", count)
        offset += struct.calcsize(layout.order + layout.counts) + count * layout.entry.size
        (offset,) = struct.unpack_from(layout.order + layout.offset, content, offset)


def _directory(content: bytes, layout: _Layout, offset: int) -> _Directory:
    """The entries of a directory by their tags, whose values together are within the file."""
    (count,) = struct.unpack_from(layout.order + layout.counts, content, offset)
    offset += struct.calcsize(layout.order + layout.counts)
    directory: _Directory = {}
    total = 0
    for entry in range(count):
        tag, kind, number, value = layout.entry.unpack_from(
            content, offset + entry * layout.entry.size
        )
        if tag in directory:
            raise UnreadableInput(f"expected each tag once in a TIFF, got {tag} twice")
        directory[tag] = _Entry(kind, number, value)
        total += number * _SIZES.get(kind, 1)
    check_at_most(len(content), "bytes in the tags of this TIFF", total)
    return directory


def _numbers(
    content: bytes, layout: _Layout, directory: _Directory, tag: int, default: int
) -> tuple[int, ...]:
    """The whole numbers of a tag, at most a thousand."""
    entry = directory.get(tag)
    if entry is None:
        return (default,)
    letter = _LETTERS.get(entry.type)
    if letter is None or not entry.length:
        raise UnreadableInput(
            f"expected whole numbers in tag {tag} of a TIFF,"
            f" got {entry.length:,} values of type {entry.type}"
        )
    form = struct.Struct(f"{layout.order}{min(entry.length, 1_000)}{letter}")
    if entry.length * _SIZES[entry.type] <= layout.inline:
        return form.unpack_from(entry.value)
    (offset,) = struct.unpack(layout.order + layout.offset, entry.value)
    if offset + entry.length * _SIZES[entry.type] > len(content):
        raise ends_within("TIFF", f"tag {tag}")
    return form.unpack_from(content, offset)


def _picture(content: bytes, layout: _Layout, directory: _Directory, max_pixels: int) -> Structure:
    """The structure of a picture, whose strips or tiles are checked."""

    def number(tag: int, default: int = 0) -> int:
        return _numbers(content, layout, directory, tag, default)[0]

    width, height = number(_WIDTH), number(_HEIGHT)
    check_pixels(max_pixels, width, height)
    if (compression := number(_COMPRESSION, 1)) not in _COMPRESSIONS:
        names = ", ".join(dict.fromkeys(_COMPRESSIONS.values()))
        raise UnreadableInput(f"expected a TIFF's compression {names}, got {compression}")
    samples = number(_SAMPLES, 1)
    check_at_most(MAX_SAMPLES, "samples a pixel in a TIFF", samples)
    bits = set(_numbers(content, layout, directory, _BITS, 1))
    if len(bits) > 1 or not bits <= {1, 2, 4, 8, 10, 12, 14, 16}:
        raise UnreadableInput(f"expected 8 or 16 bits a channel, got {sorted(bits)}")
    formats = set(_numbers(content, layout, directory, _SAMPLE_FORMAT, 1))
    if formats - {1, 4}:
        message = "expected unsigned whole numbers as a TIFF's samples"
        raise UnreadableInput(f"{message}, got sample formats {sorted(formats)}")
    tiled = _TILE_WIDTH in directory or _TILE_HEIGHT in directory
    part = (
        (number(_TILE_WIDTH), number(_TILE_HEIGHT))
        if tiled
        else (width, min(number(_ROWS, height), height))
    )
    # The decoder allocates memory for a whole tile, however little of the picture it covers.
    check_pixels(max_pixels, *part, " in a tile" if tiled else " in a strip")
    across, down = -(-width // part[0]), -(-height // part[1])
    check_at_most(
        MAX_COVERAGE * max_pixels,
        "pixels in all parts of a TIFF",
        across * down * part[0] * part[1],
    )
    parts = across * down * (samples if number(_PLANES, 1) == 2 else 1)
    for tag in (_TILE_OFFSETS, _TILE_BYTES) if tiled else (_STRIP_OFFSETS, _STRIP_BYTES):
        count = directory[tag].length if tag in directory else 0
        if count != parts:
            part_name = "tiles" if tiled else "strips"
            raise UnreadableInput(
                f"expected {parts:,} {part_name} in a TIFF's tag {tag}, got {count:,}"
            )
    is_plain = max(bits) <= 8 and samples in (1, 3)
    return Structure(width, height, is_plain)
