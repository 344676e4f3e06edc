"""Picture files in their formats' structure, with parts missing, repeated, moved or mis-sized."""

import re
import struct
import zlib
from collections.abc import Callable
from typing import Final

import numpy as np

from tests.support.hostile_pictures import (
    encoded,
    jpeg_with_many_scans,
    png_chunk,
    png_with,
    text_bomb,
    tiff,
    webp_with_many_codes,
)

Random = np.random.Generator
_NUMBERS: Final = (0, 1, 2, 7, 8, 64, 255, 256, 4_000, 65_535, 2**24 - 1, 2**31 - 1, 2**32 - 1)
_BMP_FIELDS: Final = (*((at, "<I") for at in (10, 14, 18, 22, 30, 46)), (28, "<H"))
_GIF_FIELDS: Final = ((6, "<H"), (8, "<H"), (10, "<B"), (11, "<B"))


def rebuilt(random: Random, content: bytes) -> bytes:
    """A file of a known format with its structure changed; any other file unchanged."""
    for signature, build in _BUILDERS.items():
        if content.startswith(signature) or content[4:].startswith(signature):
            for _ in range(int(random.integers(1, 4))):
                content = build(random, content)
    return content


def composed(random: Random) -> bytes:
    """A file with tiles, scans, chunks, frames, codes or a header that no program writes."""
    makers = (_tiled_tiff, _scanned_jpeg, _chunked_png, _coded_webp, _framed_gif, _headed_bmp)
    return makers[int(random.integers(len(makers)))](random)


def _tiled_tiff(random: Random) -> bytes:
    """A TIFF of tiles or strips of any size, number, compression and samples, some missing."""
    width, height, across, down = (_number(random, 1, 2_000) for _ in range(4))
    samples, bits = _number(random, 1, 8), (1, 8, 8, 8, 16, 32)[int(random.integers(6))]
    count = -(-width // max(across, 1)) * -(-height // max(down, 1))
    parts = min(count if random.random() < 0.8 else _number(random, 0, 50), 5_000)
    packed = zlib.compress(bytes(min(across * down * samples * bits // 8, 4 << 20)))
    layout = {322: (4, [across]), 323: (4, [down])} if random.random() < 0.7 else {278: (4, [down])}
    offsets, sizes = (324, 325) if 322 in layout else (273, 279)
    compression = (1, 5, 7, 8, 8, 8, 32_773, 32_946, 50_000)[int(random.integers(9))]
    tags = {
        **{256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * max(samples, 1))},
        **{259: (3, [compression]), 262: (3, [int(random.integers(0, 4))]), 277: (3, [samples])},
        **{284: (3, [1 + int(random.integers(2))]), **layout},
        **{offsets: (4, [0] * parts), sizes: (4, [len(packed)] * parts)},
    }
    start = len(tiff(tags))
    return tiff({**tags, offsets: (4, [start] * parts)}, packed)


def _scanned_jpeg(random: Random) -> bytes:
    """A progressive JPEG in which some scans are repeated."""
    return jpeg_with_many_scans(_number(random, 1, 3_000), _number(random, 8, 600))


def _chunked_png(random: Random) -> bytes:
    """A PNG with any number of text, profile and other chunks: empty, long or compressed."""
    kinds = (
        b"zTXt",
        b"iCCP",
        b"iTXt",
        b"tEXt",
        b"PLTE",
        b"tRNS",
        b"acTL",
        b"fcTL",
        b"IDAT",
        b"eXIf",
    )
    chunks = []
    for _ in range(int(random.integers(1, 6))):
        kind = kinds[int(random.integers(len(kinds)))]
        data = random.bytes(_number(random, 0, 5_000))
        bomb = text_bomb(kind, _number(random, 0, 20))
        chunks.append(bomb if random.random() < 0.4 else png_chunk(kind, data))
    times = _number(random, 1, 30_000) if sum(map(len, chunks)) < 200 else 1
    return png_with(*chunks * times, side=_number(random, 1, 300))


def _coded_webp(random: Random) -> bytes:
    """A lossless WebP with many Huffman codes."""
    return webp_with_many_codes(4 * _number(random, 1, 64))


def _framed_gif(random: Random) -> bytes:
    """A GIF whose frame is repeated many times, or is placed elsewhere."""
    content = encoded("GIF", size=(_number(random, 1, 200), _number(random, 1, 200)))
    frame = content.index(b",\0\0\0\0", 13)  # at 0, 0
    moved = _with_number(random, content[frame:-1], 1 + 2 * int(random.integers(4)), "<H")
    return content[:frame] + moved * _number(random, 1, 3_000) + content[-1:]


def _headed_bmp(random: Random) -> bytes:
    """A BMP whose header has any numbers, followed by some bytes."""
    width, height = (_number(random, 0, 3_000) for _ in range(2))
    bits = (0, 1, 2, 4, 8, 16, 24, 32, 64)[int(random.integers(9))]
    fields = (
        *(40, width, height * int(random.choice([-1, 1])), 1, bits, int(random.integers(0, 5))),
    )
    colours = _number(random, 0, 300)
    header = struct.pack("<IiiHHIIiiII", *fields, 0, 0, 0, colours, 0)
    pixels = bytes(min((width * bits + 31) // 32 * 4 * height, 2 << 20))
    return (
        b"BM"
        + struct.pack("<IHHI", 0, 0, 0, 54 + 4 * colours)
        + header
        + bytes(4 * colours)
        + pixels
    )


def _number(random: Random, low: int, high: int) -> int:
    """A number from low to high, spread evenly on a logarithmic scale."""
    return low - 1 + int((high - low + 2) ** random.random())


def _png(random: Random, content: bytes) -> bytes:
    parts, at = [content[:8]], 8
    while at + 12 <= len(content):
        end = min(at + 12 + int(struct.unpack_from(">I", content, at)[0]), len(content))
        parts.append(content[at:end])
        at = end
    return _rearranged(random, parts, ">I", (0, 8, 12))


def _jpeg(random: Random, content: bytes) -> bytes:
    places = [match.start() for match in re.finditer(rb"\xff[^\x00\xd0-\xd7\xff]", content)]
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


def _heif(random: Random, content: bytes) -> bytes:
    """Changes a number in a box, such as one of sizes, items or properties, or a box's length."""
    kinds = (b"ispe", b"iloc", b"iinf", b"ipco", b"iprp", b"meta", b"hvcC", b"ftyp", b"mdat")
    at = content.find(kinds[int(random.integers(len(kinds)))])
    offset = (-4, 4, 8, 12)[int(random.integers(4))]
    return _with_number(random, content, at + offset, ">I")


def _pdf(random: Random, content: bytes) -> bytes:
    """Changes any number in the file."""
    numbers = list(re.finditer(rb"\d+", content))
    chosen = numbers[int(random.integers(len(numbers)))]
    number = _NUMBERS[int(random.integers(len(_NUMBERS)))]
    return content[: chosen.start()] + b"%d" % number + content[chosen.end() :]


def _bmp(random: Random, content: bytes) -> bytes:
    return _with_number(random, content, *_BMP_FIELDS[int(random.integers(len(_BMP_FIELDS)))])


def _gif(random: Random, content: bytes) -> bytes:
    frame = content.find(b",", 13)
    fields = (*_GIF_FIELDS, *((frame + at, "<H") for at in (1, 3, 5, 7)), (frame + 10, "<B"))
    return _with_number(random, content, *fields[int(random.integers(len(fields)))])


def _rearranged(random: Random, parts: list[bytes], form: str, fields: tuple[int, ...]) -> bytes:
    """The parts, with one left out, repeated, moved, or with a number in it changed."""
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
    b"ftyp": _heif,  # after its length
    b"%PDF-": _pdf,
}
