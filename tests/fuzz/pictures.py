"""Pictures of marks that are not writing, and picture files whose headers do not fit."""

import io
import struct
import zlib
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.fuzz.random_values import Random, pick

FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
MODES: Final = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F", "LAB")


def random_pattern(random: Random, height: int, width: int) -> NDArray[np.uint8]:
    """Stripes, noise, blobs, lines or a frame: uint8 (h, w)."""
    y, x = np.indices((height, width))
    step, share = int(random.integers(2, 40)), float(random.uniform(0.02, 0.98))
    noise = random.normal(size=(height, width)).astype(np.float32)
    drawn = np.zeros((height, width), np.uint8)
    for _ in range(int(10 ** random.uniform(0, 2.8))):
        start, end = (random.integers(0, max(height, width), 2).tolist() for _ in range(2))
        cv2.line(drawn, start, end, 1, int(random.integers(1, 4)))
    kinds = (
        lambda: x % step < share * step,
        lambda: y % step < share * step,
        lambda: (x + y) % step < share * step,
        lambda: (x % step < 2) | (y % step < 2),
        lambda: np.maximum(abs(x - width // 2), abs(y - height // 2)) % step < 2,
        lambda: random.random((height, width)) < share**4,
        lambda: cv2.GaussianBlur(noise, (0, 0), step / 4) > 0,
        lambda: drawn,
        lambda: np.hypot(x - width / 2, y - height / 2) < share * width,
    )
    ink = np.asarray(pick(random, kinds)(), np.bool_)
    paper, colour = random.integers(0, 256, 2) if random.random() < 0.3 else (255, 0)
    return np.where(ink, colour, paper).astype(np.uint8)


def random_file(random: Random) -> bytes:
    """A picture file of any format, in any mode of that format."""
    if random.random() < 0.2:
        height, width = pick(random, [(1, 1), (1, 30_000), (30_000, 1), (2, 2)])
        pixels = np.full((height, width), random.integers(0, 256), np.uint8)
    else:
        pixels = random_pattern(random, *random.integers(1, 250, 2).tolist())
    if random.random() < 0.15:
        deep = pixels.astype(np.uint16) * 257
        return cv2.imencode(pick(random, [".png", ".tiff"]), deep)[1].tobytes()
    file, kind = io.BytesIO(), pick(random, FORMATS)
    image = Image.fromarray(pixels)
    more: dict[str, Any] = {}
    if random.random() < 0.1:  # several pictures in one file
        more = {"save_all": True, "append_images": [image] * int(random.integers(1, 20))}
    if random.random() < 0.1:
        more |= {"icc_profile": random.bytes(300), "exif": b"Exif\x00\x00II*\x00" + bytes(40)}
    try:
        image.convert(pick(random, MODES)).save(file, kind, **more)
    except (OSError, ValueError, KeyError, RuntimeError):  # a format without this mode or size
        file = io.BytesIO()
        image.save(file, "PNG")
    return file.getvalue()


def lying_picture(random: Random) -> bytes:
    """A file whose header has a random size, with pixels that do not fit it, or none."""
    sides = (0, 1, 200, 3_000, 4_001, 30_000, 65_535, 2**24, 2**31 - 1, 2**32 - 1)
    width, height = pick(random, sides), pick(random, sides)
    plain = random_pattern(random, 40, 60)
    kind = pick(random, ("png", "jpg", "bmp", "gif", "webp", "tiff"))
    if kind == "png":
        return png_of_size(width, height, b"\x00" * int(10 ** random.uniform(0, 6)), random)
    content = bytearray(cv2.imencode(f".{kind}", np.dstack([plain] * 3))[1].tobytes())
    at, form = {
        "jpg": (content.find(b"\xff\xc0") + 5, ">HH"),
        "bmp": (18, "<II"),
        "gif": (6, "<HH"),
        "webp": (max(content.find(b"\x9d\x01\x2a"), 18) + 3, "<HH"),
        "tiff": (int(random.integers(4, 12)), "<II"),
    }[kind]
    largest = 65_535 if "H" in form else 2**32 - 1
    content[at : at + struct.calcsize(form)] = struct.pack(
        form, min(height, largest), min(width, largest)
    )
    return bytes(content)


def png_of_size(width: int, height: int, pixels: bytes, random: Random) -> bytes:
    """A PNG whose header says this size, whatever its pixels are."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    depth, colour = pick(random, ((8, 0), (16, 0), (1, 0), (8, 2), (8, 3), (16, 6), (4, 3), (9, 9)))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(random.integers(2)))
    parts = [chunk(b"IHDR", header)]
    parts += [chunk(b"PLTE", bytes(range(48)))] if colour == 3 else []
    parts += [chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
