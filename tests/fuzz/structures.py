"""Picture files as their formats build them, with parts missing, repeated, moved or mis-sized."""

import re
import struct
from collections.abc import Callable
from typing import Final

import numpy as np

Random = np.random.Generator
_NUMBERS: Final = (0, 1, 2, 7, 8, 64, 255, 256, 4_000, 65_535, 2**24 - 1, 2**31 - 1, 2**32 - 1)
_BMP_FIELDS: Final = (*((at, "<I") for at in (10, 14, 18, 22, 30, 46)), (28, "<H"))
_GIF_FIELDS: Final = ((6, "<H"), (8, "<H"), (10, "<B"), (11, "<B"))


def rebuilt(random: Random, content: bytes) -> bytes:
    """A file of a known format whose structure is another; any other file as it is."""
    for signature, build in _BUILDERS.items():
        if content.startswith(signature):
            for _ in range(int(random.integers(1, 4))):
                content = build(random, content)
    return content


def _png(random: Random, content: bytes) -> bytes:
    parts, at = [content[:8]], 8
    while at + 12 <= len(content):
        end = min(at + 12 + int(struct.unpack_from(">I", content, at)[0]), len(content))
        parts.append(content[at:end])
        at = end
    return _rearranged(random, parts, ">I", (0, 8, 12))


def _jpeg(random: Random, content: bytes) -> bytes:
    places = [found.start() for found in re.finditer(rb"\xff[^\x00\xd0-\xd7\xff]", content)]
    ends = [*places[1:], len(content)]
    parts = [content[start:end] for start, end in zip(places, ends, strict=True)]
    return _rearranged(random, parts, ">H", (2, 5, 7, 9))


def _webp(random: Random, content: bytes) -> bytes:
    parts, at = [content[:12]], 12
    while at + 8 <= len(content):
        length = int(struct.unpack_from("<I", content, at)[0])
        end = min(at + 8 + length + length % 2, len(content))
        parts.append(content[at:end])
        at = end
    return _rearranged(random, parts, "<I", (4, 8, 12, 14))


def _tiff(random: Random, content: bytes) -> bytes:
    order = "<" if content.startswith(b"II") else ">"
    (start,) = struct.unpack_from(order + "I", content, 4)
    if start + 2 > len(content):
        return content
    (entries,) = struct.unpack_from(order + "H", content, start)
    entry = start + 2 + 12 * int(random.integers(max(entries, 1)))
    at, form = ((0, "H"), (2, "H"), (4, "I"), (8, "I"))[int(random.integers(4))]
    return _with_number(random, content, entry + at, order + form)


def _bmp(random: Random, content: bytes) -> bytes:
    return _with_number(random, content, *_BMP_FIELDS[int(random.integers(len(_BMP_FIELDS)))])


def _gif(random: Random, content: bytes) -> bytes:
    frame = content.find(b",", 13)
    fields = (*_GIF_FIELDS, *((frame + at, "<H") for at in (1, 3, 5, 7)), (frame + 10, "<B"))
    return _with_number(random, content, *fields[int(random.integers(len(fields)))])


def _rearranged(random: Random, parts: list[bytes], form: str, fields: tuple[int, ...]) -> bytes:
    """The parts, one of them left out, repeated, moved or with another number in it."""
    at = int(random.integers(min(1, len(parts) - 1), len(parts)))
    part = parts[at]
    number = _with_number(random, part, fields[int(random.integers(len(fields)))], form)
    times = int(10 ** random.uniform(0, 4)) if len(part) < 200 else 3
    choices = (
        [*parts[:at], *parts[at + 1 :]],
        [*parts[:at], *[part] * times, *parts[at + 1 :]],
        [part, *parts[:at], *parts[at + 1 :]],
        [*parts[:at], number, *parts[at + 1 :]],
        [*parts[:at], number, *parts[at + 1 :]],
    )
    return b"".join(choices[int(random.integers(len(choices)))])


def _with_number(random: Random, content: bytes, at: int, form: str) -> bytes:
    changed, size = bytearray(content), struct.calcsize(form)
    if 0 <= at <= len(content) - size:
        number = _NUMBERS[int(random.integers(len(_NUMBERS)))] % 256**size
        struct.pack_into(form.upper(), changed, at, number)
    return bytes(changed)


_BUILDERS: Final[dict[bytes, Callable[[Random, bytes], bytes]]] = {
    b"\x89PNG": _png,
    b"\xff\xd8": _jpeg,
    b"RIFF": _webp,
    b"II*\0": _tiff,
    b"MM\0*": _tiff,
    b"BM": _bmp,
    b"GIF8": _gif,
}
