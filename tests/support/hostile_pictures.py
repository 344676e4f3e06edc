"""Picture files whose declared structure costs far more than their bytes suggest.

They are made when needed: none is kept in the repository.
"""

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from PIL import Image

Tags = Mapping[int, tuple[int, list[int]]]  # tag -> (type of the values: 3 SHORT, 4 LONG; values)


def encoded(kind: str, mode: str = "L", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A grey gradient as an ordinary file written by Pillow. size: width, height in pixels."""
    row = np.linspace(0, 255, size[0]).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.tile(row, (size[1], 1))).convert(mode).save(file, kind, **options)
    return file.getvalue()


def tiff(tags: Tags, data: bytes = b"", next_page: int = 0) -> bytes:
    """A little-endian TIFF with one directory at byte 8, and data behind it at `data_offset`."""
    entries, beyond = b"", b""
    start = 8 + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        packed = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(packed) > 4:
            packed, beyond = struct.pack("<I", start + len(beyond)), beyond + packed
        entries += struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    head = b"II*\0" + struct.pack("<IH", 8, len(tags))
    return head + entries + struct.pack("<I", next_page) + beyond + data


def strips(width: int, height: int, **changed: Any) -> dict[int, tuple[int, list[int]]]:
    """The tags of an uncompressed grey TIFF of one strip. changed: tags as `t` and a number."""
    tags: dict[int, tuple[int, list[int]]] = {
        **{256: (4, [width]), 257: (4, [height]), 258: (3, [8]), 259: (3, [1]), 262: (3, [1])},
        **{273: (4, [0]), 277: (3, [1]), 278: (4, [height]), 279: (4, [width * height])},
    }
    tags |= {int(name[1:]): value for name, value in changed.items()}
    return {tag: value for tag, value in tags.items() if value is not None}


def tiff_with_a_large_tile(side: int = 16_368) -> bytes:
    """64 x 64 pixels in one deflated tile of side x side RGBA, which takes a gigabyte."""
    packer = zlib.compressobj(9)
    row = bytes(side * 4)
    tile = b"".join([packer.compress(row) for _ in range(side)]) + packer.flush()
    tags: Tags = {
        **{256: (4, [64]), 257: (4, [64]), 258: (3, [8] * 4), 259: (3, [8]), 262: (3, [2])},
        **{277: (3, [4]), 284: (3, [1]), 322: (4, [side]), 323: (4, [side]), 338: (3, [2])},
        **{324: (4, [0]), 325: (4, [len(tile)])},
    }
    offset = len(tiff(tags))
    return tiff({**tags, 324: (4, [offset])}, tile)


def jpeg_with_many_scans(scans: int = 10_000, side: int = 4_000) -> bytes:
    """A white progressive JPEG whose last scan is repeated many times."""
    white = np.full((side, side), 255, np.uint8)
    content = cv2.imencode(".jpg", white, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * scans + content[-2:]


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk with its length and its checksum."""
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png_with(*chunks: bytes, side: int = 64) -> bytes:
    """An ordinary grey PNG with these chunks after its header."""
    content = encoded("PNG", size=(side, side))
    return content[:33] + b"".join(chunks) + content[33:]


def text_bomb(kind: bytes = b"zTXt", megabytes: int = 64) -> bytes:
    """A chunk of compressed zeros: text, or a colour profile."""
    middle = b"\x01\0\0\0" if kind == b"iTXt" else b"\0"
    return png_chunk(kind, b"key\0" + middle + zlib.compress(bytes(megabytes << 20), 9))


def png_with_broken_texts(count: int = 19_000) -> bytes:
    """A PNG in which as many chunks as are allowed have another checksum or a text that is none."""
    wrong = png_chunk(b"tEXt", b"key\0text")[:-1] + b"?"
    return png_with((wrong + png_chunk(b"zTXt", b"key\0\0")) * (count // 2))


def tiff_with_many_tiles(side: int = 1_984) -> bytes:
    """A TIFF of the smallest tiles, as many as its pixels may have, all in the same bytes."""
    count, tile = (side // 16) ** 2, zlib.compress(bytes(16 * 16), 9)
    tags: Tags = {
        **{256: (4, [side]), 257: (4, [side]), 258: (3, [8]), 259: (3, [8]), 262: (3, [1])},
        **{277: (3, [1]), 322: (4, [16]), 323: (4, [16]), 325: (4, [len(tile)] * count)},
        324: (4, [0] * count),
    }
    return tiff({**tags, 324: (4, [len(tiff(tags))] * count)}, tile)


def patched(content: bytes, at: int, form: str, *values: int) -> bytes:
    """The file with other numbers at a byte; form: of struct."""
    changed = bytearray(content)
    struct.pack_into(form, changed, at, *values)
    return bytes(changed)


def webp_with_many_codes(side: int = 1_024) -> bytes:
    """A black lossless WebP with separate Huffman codes for each 4 x 4 pixels: 0.8 GB of tables."""
    bits = _Bits()
    bits.add(0x2F, 8)
    bits.add(side - 1, 14)
    bits.add(side - 1, 14)
    bits.add(0, 1 + 3 + 1 + 1)  # opaque, version 0, no transform, no cache
    bits.add(1, 1 + 3)  # there is a picture of the codes' numbers, a quarter as wide and high
    bits.add(0, 1)
    for num_others in (24, 0, None, None, None):  # lengths of copies; red; blue, opacity, distance
        bits.add_code_of_bytes(num_others) if num_others is not None else bits.add(1, 4)
    for index in range((side // 4) ** 2):
        number = index % 65_536
        bits.add(_reversed(number & 255), 8)
        bits.add(_reversed(number >> 8), 8)
    for _ in range(min((side // 4) ** 2, 65_536)):
        bits.add(0x11111, 20)  # five codes of one symbol, 0, which takes no bits afterwards
    data = bits.to_bytes()
    chunk = struct.pack("<4sI", b"VP8L", len(data)) + data + bytes(len(data) % 2)
    return struct.pack("<4sI4s", b"RIFF", 4 + len(chunk), b"WEBP") + chunk


class _Bits:
    """Bits as WebP packs them, the lowest first."""

    def __init__(self) -> None:
        self._numbers: list[tuple[int, int]] = []

    def add(self, number: int, count: int) -> None:
        """Appends the lowest bits of a number."""
        self._numbers.append((number, count))

    def add_code_of_bytes(self, num_others: int) -> None:
        """Appends a Huffman code: 8 bits for each byte, and none for the other symbols."""
        self.add(8 << 1, 1 + 4)  # not a simple code; the lengths of 12 lengths follow
        for length in (17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8):
            self.add(length in (0, 8), 3)
        self.add(0, 1)  # for all symbols
        self.add((1 << 256) - 1, 256)
        self.add(0, num_others)

    def to_bytes(self) -> bytes:
        """All bits, padded with some zeros."""
        text = "".join(f"{number:0{count}b}"[::-1] for number, count in self._numbers if count)
        return int(text[::-1], 2).to_bytes(len(text) // 8 + 9, "little")


def _reversed(byte: int) -> int:
    return int(f"{byte:08b}"[::-1], 2)
