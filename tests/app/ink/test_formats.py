"""What files declare: ordinary ones pass, and those that declare too much are refused in words."""

import contextlib
import io
import struct
import time
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from app.ink.formats import NotAPicture, PictureTooLarge, UnsupportedFormat, inspect
from app.ink.formats.exif import orientation
from app.ink.formats.tiff import page as tiff_page
from app.ink.picture_file import decode, decode_pages
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

LIMIT = 1_000_000  # pixels


def phone_jpeg() -> bytes:
    """A JPEG with EXIF, a profile, and a second picture and a film behind it, as phones have it."""
    exif = Image.Exif()
    exif[0x112] = 1
    content = encoded("JPEG", "RGB", exif=exif.tobytes() + bytes(9_000), icc_profile=bytes(130_000))
    return content + encoded("JPEG", "RGB", (160, 120)) + b"\0\0\0\x18ftypmp42" + bytes(5_000)


def animated(kind: str) -> bytes:
    """Three frames."""
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("white", "grey", "black")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


def tiled_tiff() -> bytes:
    """64 x 48 pixels in 16 x 16 tiles, as scanners of large sheets write them."""
    data, tiles = zlib.compress(bytes(range(256))), 4 * 3
    tags = {
        **strips(64, 48, t273=None, t278=None, t279=None),
        **{
            259: (3, [8]),
            322: (4, [16]),
            323: (4, [16]),
            324: (4, [0] * tiles),
            325: (4, [len(data)] * tiles),
        },
    }
    start = len(tiff(tags))
    return tiff({**tags, 324: (4, [start] * tiles)}, data)


ORDINARY = {
    "PNG": (encoded("PNG"), True),
    "PNG with opacity": (encoded("PNG", "RGBA"), False),
    "PNG with a palette": (encoded("PNG", "P"), True),
    "PNG of a bit a pixel": (encoded("PNG", "1"), True),
    "PNG of 16 bits": (encoded("PNG", "I;16"), False),
    "PNG with a profile": (encoded("PNG", icc_profile=bytes(500_000)), True),
    "APNG": (animated("PNG"), False),
    "JPEG": (encoded("JPEG", "RGB"), True),
    "JPEG, progressive": (encoded("JPEG", "RGB", progressive=True), True),
    "JPEG with restarts": (encoded("JPEG", "RGB", restart_marker_blocks=1), True),
    "JPEG, CMYK": (encoded("JPEG", "CMYK"), True),
    "JPEG of a phone": (phone_jpeg(), True),
    "GIF": (encoded("GIF"), False),
    "GIF, animated": (animated("GIF"), False),
    "WebP": (encoded("WEBP", "RGB"), True),
    "WebP, lossless": (encoded("WEBP", "RGB", lossless=True), True),
    "WebP with opacity": (encoded("WEBP", "RGBA"), None),  # none where all is opaque
    "WebP with a profile": (encoded("WEBP", "RGB", icc_profile=bytes(900)), True),
    "WebP, animated": (animated("WEBP"), False),
    "BMP": (encoded("BMP", "RGB"), False),
    "BMP with a palette": (encoded("BMP", "P"), False),
    "BMP of a bit a pixel": (encoded("BMP", "1"), False),
    "TIFF": (encoded("TIFF"), False),
    "TIFF, LZW": (encoded("TIFF", "RGB", compression="tiff_lzw"), False),
    "TIFF, Deflate": (encoded("TIFF", "RGBA", compression="tiff_adobe_deflate"), False),
    "TIFF, G4 fax": (encoded("TIFF", "1", compression="group4"), False),
    "TIFF, JPEG": (encoded("TIFF", "RGB", compression="jpeg"), False),
    "TIFF of many strips": (encoded("TIFF", size=(64, 480), strip_size=640), False),
    "TIFF of 16 bits": (encoded("TIFF", "I;16"), False),
    "TIFF in tiles": (tiled_tiff(), False),
    "TIFF of three pages": (animated("TIFF"), False),
    "BigTIFF": (encoded("TIFF", "RGB", big_tiff=True), False),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_file_passes_and_is_decoded_as_it_declares(name: str) -> None:
    content, is_plain = ORDINARY[name]
    structure = inspect(content, LIMIT)
    if is_plain is not None:
        assert structure.is_plain == is_plain
    assert decode(content).shape[:2] == (structure.height, structure.width)


def test_a_bmp_from_the_top_passes() -> None:
    content = encoded("BMP", "RGB")
    assert inspect(patched(content, 22, "<i", -48), LIMIT).height == 48


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
        "PNG that ends within its b'IDAT",
    ),
    "PNG of many chunks": (png_with(png_chunk(b"tEXt", b"a\0b") * 20_001), "20,000 chunks"),
    "PNG with more pixels than it has": (
        png_with(png_chunk(b"IDAT", bytes(200_000))),
        "PNG's IDAT",
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
    "TIFF of many samples": (tiff(strips(64, 48, t277=(3, [65_535])), STRIP), "5 samples a pixel"),
    "TIFF of 64 bits": (tiff(strips(64, 48, t258=(3, [64])), STRIP), "8 or 16 bits a channel"),
    "TIFF of fractions": (
        tiff(strips(64, 48, t339=(3, [3])), STRIP),
        "whole numbers without a sign",
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


def test_a_large_picture_is_told_from_a_broken_one() -> None:
    for name in ("PNG that is too wide", "GIF whose screen is large", "TIFF of a large tile"):
        with pytest.raises(PictureTooLarge):
            inspect(HOSTILE[name][0], LIMIT)


@pytest.mark.parametrize(
    "kind, pages, is_animated",
    [
        ("PNG", 3, True),
        ("GIF", 3, True),
        ("WEBP", 3, True),
        ("TIFF", 3, False),
    ],
)
def test_pages_and_frames_are_counted(kind: str, pages: int, is_animated: bool) -> None:
    structure = inspect(animated(kind), LIMIT)
    assert (structure.pages, structure.is_animated) == (pages, is_animated)
    single = inspect(encoded(kind), LIMIT)
    assert (single.pages, single.is_animated) == (1, False)


def test_a_page_of_a_tiff_is_decoded_as_it_declares() -> None:
    frames = [Image.new("L", (20 + 10 * number, 30), 40 * number) for number in range(3)]
    for options in ({}, {"big_tiff": True}):
        file = io.BytesIO()
        frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:], **options)
        pages = list(decode_pages(file.getvalue()))
        assert [(page.number, page.pages) for page in pages] == [(1, 3), (2, 3), (3, 3)]
        assert [page.pixels.shape for page in pages] == [(30, 20), (30, 30), (30, 40)]
        assert [int(page.pixels.max()) for page in pages] == [0, 40, 80]
    with pytest.raises(UnreadableInput, match="a TIFF with a page 4, got one of fewer"):
        tiff_page(file.getvalue(), 3)


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize(
    "kind, mode",
    [
        *(("PNG", "L"), ("PNG", "RGB"), ("PNG", "RGBA")),
        *(("JPEG", "L"), ("JPEG", "RGB")),  # it has no opacity
        *(("WEBP", "RGB"), ("WEBP", "RGBA"), ("TIFF", "RGB")),
    ],
)
def test_a_picture_is_turned_as_its_exif_says(kind: str, mode: str, orientation: int) -> None:
    pixels = np.full((24, 36), 255, np.uint8)
    pixels[:8, :12] = 0  # the upper left corner
    image = Image.fromarray(pixels).convert(mode)
    tags, content = Image.Exif(), io.BytesIO()
    tags[274] = orientation
    image.save(content, kind, exif=tags.tobytes(), **({"lossless": True} if kind == "WEBP" else {}))
    expected = np.asarray(ImageOps.exif_transpose(Image.open(content)).convert("L"))
    decoded = decode(content.getvalue())
    grey = decoded if decoded.ndim == 2 else decoded[..., 0]
    np.testing.assert_allclose(grey, expected, atol=40)  # a JPEG's edges are not sharp


@pytest.mark.parametrize(
    "tags",
    [
        b"",
        b"II*\0",
        b"II*\0" + b"\xff" * 20,
        b"XX*\0" + bytes(20),
        b"II*\0\x08\0\0\0\xff\xff" + bytes(30),
        b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x63\0\0\0",  # orientation 99
    ],
)
def test_broken_exif_turns_nothing(tags: bytes) -> None:
    assert orientation(png_with(png_chunk(b"eXIf", tags))) == 1


UNSUPPORTED = {
    "AVIF": b"\0\0\0\x20ftypavif\0\0\0\0mif1",
    "a film": b"\0\0\0\x20ftypisom\0\0\0\0mp42",
    "a camera's raw file": b"\0\0\0\x18ftypcrx \0\0\0\1",
    "JPEG XL": b"\xff\x0a",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n",
    "a Photoshop file": b"8BPS\0\1",
    "an icon": b"\0\0\1\0\1\0",
    "Netpbm": b"P5 2 2 255 ",
    "PostScript": b"%!PS-Adobe",
    "an archive or an office document": b"PK\3\4",
    "a compressed file": b"\x1f\x8b\x08",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg">',
    "text, not a picture": b'{"strokes": []}',
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_format_that_is_not_read_is_refused_by_name_with_advice(name: str) -> None:
    with pytest.raises(UnsupportedFormat) as refusal:
        inspect(UNSUPPORTED[name] + bytes(40), LIMIT)
    assert refusal.value.name == name
    assert "PNG or JPEG" in refusal.value.advice or ".json" in refusal.value.advice
    assert f"got {name}. {refusal.value.advice}" in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"P8 2 2 255 " + bytes(40), b"RIFF" + bytes(40)])
def test_other_files_are_no_picture(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        inspect(content, LIMIT)


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
def test_inspecting_8_mb_takes_no_second(content: bytes) -> None:
    start = time.process_time()
    with pytest.raises(UnreadableInput):
        inspect(content, LIMIT)
    assert time.process_time() - start < 1


def test_damaged_files_are_read_or_refused() -> None:
    chance = np.random.default_rng(0)
    files = [content for content, _ in ORDINARY.values()]
    passed = 0
    for number in range(6_000):
        content = bytearray(files[number % len(files)])
        for _ in range(chance.integers(1, 5)):  # most of what matters is in front
            at = chance.integers(0, min(len(content), 300 if chance.random() < 0.8 else 10**9))
            content[at] = chance.choice([0, 1, 127, 128, 255])
        if chance.random() < 0.2:
            del content[int(chance.integers(len(content))) :]
        with contextlib.suppress(UnreadableInput):  # any other error is a defect
            inspect(bytes(content), LIMIT)
            passed += 1
    assert 1_000 < passed < 5_500
