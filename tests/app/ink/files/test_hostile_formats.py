"""Files that declare too much are refused with a sentence before they are decoded."""

import struct
import time
import zlib

import cv2
import pytest

from app.ink.files.formats import PictureTooLarge, inspect
from app.reading import UnreadableInput
from tests.support.hostile_pictures import (
    encoded,
    jpeg_with_many_scans,
    patched,
    png_chunk,
    png_with,
    strips,
    text_bomb,
    tiff,
    tiff_with_a_large_tile,
)
from tests.support.ordinary_pictures import LIMIT, animated

GREY = encoded("PNG")
COLOUR = encoded("JPEG", "RGB")
FRAME = COLOUR.index(b"\xff\xc0")
GIF = animated("GIF")
WEBP = encoded("WEBP", "RGB")
ANIMATED_WEBP = animated("WEBP")
BMP = encoded("BMP", "P")
STRIP = bytes(64 * 48)

HOSTILE = {
    "PNG that is too wide": (patched(GREY, 16, ">I", 2**31 - 1), "at most 1,000,000 pixels, got"),
    "PNG without height": (patched(GREY, 20, ">I", 0), "at least 1 pixel, got 64 x 0"),
    "PNG of 3 bits": (patched(GREY, 24, ">B", 3), "bits and a colour type that a PNG may have"),
    "PNG that begins with text": (GREY[:8] + png_chunk(b"tEXt", b"a\0b") + GREY[8:], "IHDR of 13"),
    "PNG of two headers": (png_with(GREY[8:33]), "one IHDR in a PNG, got a second"),
    "PNG whose chunk is longer": (
        patched(GREY, 33, ">I", 2**31),
        "PNG that ends within its chunk IDAT",
    ),
    "PNG of many chunks": (png_with(png_chunk(b"tEXt", b"a\0b") * 20_001), "20,000 chunks"),
    "PNG with more pixels than it has": (
        png_with(png_chunk(b"IDAT", bytes(200_000))),
        "PNG's IDAT",
    ),
    # A wrong checksum is noticed only after all has been inflated.
    "PNG with broken texts": (
        png_with(png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(500_000))[:-1] + b"x") * 20),
        "text and profiles in a PNG, got a zTXt",
    ),
    "PNG with zTXt": (png_with(text_bomb()), "text and profiles in a PNG, got a zTXt"),
    "PNG with iCCP": (png_with(text_bomb(b"iCCP")), "text and profiles in a PNG, got a iCCP"),
    "PNG with iTXt": (png_with(text_bomb(b"iTXt")), "text and profiles in a PNG, got a iTXt"),
    "PNG with much text": (png_with(text_bomb(megabytes=5) * 2), "text and profiles in a PNG"),
    "APNG of many frames": (
        png_with(png_chunk(b"fcTL", struct.pack(">IIIII6x", 0, 1, 1, 0, 0)) * 1_001),
        "1,000 frames",
    ),
    "APNG whose frame is larger": (
        png_with(png_chunk(b"fcTL", struct.pack(">IIIII6x", 0, 65, 1, 0, 0))),
        "frames within 64 x 64",
    ),
    "JPEG that is too large": (
        patched(COLOUR, FRAME + 5, ">HH", 9_000, 9_000),
        "got 9,000 x 9,000",
    ),
    "JPEG of 12 bits": (patched(COLOUR, FRAME + 4, ">B", 12), "8 bits a sample in a JPEG, got 12"),
    "JPEG of arithmetic coding": (patched(COLOUR, FRAME + 1, ">B", 0xC9), "frame header C9"),
    "JPEG without loss": (patched(COLOUR, FRAME + 1, ">B", 0xC3), "frame header C3"),
    "JPEG of two components": (patched(COLOUR, FRAME + 9, ">B", 2), "1, 3 or 4 components"),
    "JPEG sampled 5 times": (
        patched(COLOUR, FRAME + 11, ">B", 0x51),
        "from 1 to 4 in a JPEG, got 5",
    ),
    "JPEG of two frame headers": (
        COLOUR[:FRAME] + COLOUR[FRAME : FRAME + 19] + COLOUR[FRAME:],
        "one frame header in a JPEG",
    ),
    "JPEG of many scans": (jpeg_with_many_scans(100, 64), "at most 64 scans in a JPEG, got 65"),
    "JPEG of many comments": (COLOUR[:2] + b"\xff\xfe\0\2" * 3_000 + COLOUR[2:], "2,000 segments"),
    "JPEG of nothing but fill": (
        b"\xff\xd8" + b"\xff" * 100_000,
        "JPEG that ends within its headers",
    ),
    "GIF whose screen is large": (patched(GIF, 6, "<HH", 9_000, 9_000), "got 9,000 x 9,000"),
    "GIF whose frame is larger": (patched(GIF, 6, "<HH", 20, 20), "frames within 20 x 20 pixels"),
    "GIF of many frames": (
        GIF[:-1] + (b",\0\0\0\0\1\0\1\0\0\2\1D\0" * 2_001) + b";",
        "2,000 frames",
    ),
    "GIF of many blocks": (GIF[:-1] + b"!\xfe" + b"\1a" * 200_000 + b"\0;", "150,000 blocks"),
    "WebP whose canvas is large": (patched(ANIMATED_WEBP, 24, "<I", 0xFFFFFF), "1,000,000 pixels"),
    "WebP that is larger than its frame": (
        patched(ANIMATED_WEBP, 24, "<I", 10),
        "11 x 1 pixels in a WebP's frame, got 64 x 48",
    ),
    "WebP whose pixels are larger": (
        patched(ANIMATED_WEBP, ANIMATED_WEBP.index(b"VP8 ") + 14, "<I", 0x3FFF3FFF),
        "in a WebP's frame",
    ),
    "WebP of many chunks": (WEBP + b"ABCD\0\0\0\0" * 5_001, "5,000 chunks in a WebP"),
    "BMP of a strange header": (patched(BMP, 14, "<I", 41), "header of 12, 40"),
    "BMP of 7 bits": (patched(BMP, 28, "<H", 7), "bits a pixel in a BMP, got 7"),
    "BMP of many colours": (patched(BMP, 46, "<I", 2**32 - 1), "256 colours in a BMP"),
    "BMP packed as JPEG": (patched(BMP, 30, "<I", 4), "plain or RLE pixels in a BMP, got 4"),
    "BMP without its pixels": (
        patched(BMP, 18, "<ii", 900, -900),
        "BMP that ends within its pixels",
    ),
    "TIFF of a large tile": (tiff_with_a_large_tile(2_048), "pixels in a tile, got 2,048 x 2,048"),
    "TIFF of many large tiles": (
        tiff(
            strips(16, 10_000, t273=None, t278=None, t279=None, t322=(4, [32_000]), t323=(4, [16]))
            | {324: (4, [0] * 625), 325: (4, [0] * 625)}
        ),
        "4,000,000 pixels in all parts of a TIFF",
    ),
    "TIFF of many samples": (tiff(strips(64, 48, t277=(3, [65_535])), STRIP), "5 samples a pixel"),
    "TIFF of 64 bits": (tiff(strips(64, 48, t258=(3, [64])), STRIP), "8 or 16 bits a channel"),
    "TIFF of fractions": (
        tiff(strips(64, 48, t339=(3, [3])), STRIP),
        "unsigned whole numbers",
    ),
    "TIFF packed as WebP": (tiff(strips(64, 48, t259=(3, [50001])), STRIP), "PackBits, got 50001"),
    "TIFF of too few strips": (tiff(strips(64, 48, t278=(4, [1])), STRIP), "48 strips in a TIFF"),
    "TIFF of planes": (tiff(strips(64, 48, t277=(3, [3]), t284=(3, [2])), STRIP), "3 strips in"),
    "TIFF that is cut": (
        tiff(strips(64, 48, t273=(4, [0] * 48), t278=(4, [1])))[:200],
        "200 bytes in the tags of this TIFF, got 216",
    ),
    "TIFF whose tags overlap": (
        tiff(strips(64, 48, t700=(4, [0] * 500)))[:400] + bytes(64),
        "bytes in the tags of this TIFF",
    ),
    "TIFF whose pages are a ring": (
        tiff(strips(64, 48), STRIP, next_page=8),
        "a chain that is a ring",
    ),
    "TIFF outside": (b"II*\0" + struct.pack("<I", 2**31) + STRIP, "TIFF that ends within its"),
    "BigTIFF outside": (b"II+\0\x08\0\0\0" + b"\xff" * 8 + STRIP, "TIFF that ends within its"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_declares_too_much_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    content, message = HOSTILE[name]
    monkeypatch.setattr(cv2, "imdecode", None)  # calling it would fail
    with pytest.raises(UnreadableInput) as refusal:
        inspect(content, LIMIT)
    assert "expected" in str(refusal.value)
    assert message in str(refusal.value)


def test_a_large_picture_is_distinguished_from_a_broken_one() -> None:
    for name in ("PNG that is too wide", "GIF whose screen is large", "TIFF of a large tile"):
        with pytest.raises(PictureTooLarge):
            inspect(HOSTILE[name][0], LIMIT)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8" + b"\xff\x00" * (4 << 20),
        b"\xff\xd8" + b"\xff" * (8 << 20),
        GIF[:-1] + b"!\xfe" + b"\1a" * (4 << 20),
        png_with(png_chunk(b"tEXt", b"a\0b") * 500_000),
        WEBP + b"ABCD\0\0\0\0" * 1_000_000,
    ],
    ids=["stuffed JPEG", "filled JPEG", "GIF", "PNG", "WebP"],
)
def test_inspecting_8_mb_takes_less_than_a_second(content: bytes) -> None:
    start = time.process_time()
    with pytest.raises(UnreadableInput):
        inspect(content, LIMIT)
    assert time.process_time() - start < 1
