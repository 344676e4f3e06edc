"""HEIC and PDF: their limits, here and in a decoder's process, and what happens without a library.

Pillow writes the files, for HEIC with libheif's encoder.
"""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.ink.files.decoder_pool import DecoderPool
from app.ink.files.formats import PictureTooLarge, UnsupportedFormat, heif, inspect, pdf
from app.ink.files.picture_file import decode, decode_pages
from app.reading import UnreadableInput

LIMIT = 5_000_000  # pixels
POOL = DecoderPool(1)


def corner(mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    """A white picture with a black upper left quarter."""
    width, height = size
    image = Image.new("L", size, 255)
    image.paste(0, (0, 0, width // 2, height // 2))
    return image.convert(mode)


def heic(image: Image.Image, orientation: int | None = None, **options: Any) -> bytes:
    """The picture as a HEIC."""
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs pillow-heif")
    pillow_heif.register_heif_opener()
    content = io.BytesIO()
    if orientation is not None:
        tags = Image.Exif()
        tags[274] = orientation
        options["exif"] = tags.tobytes()
    image.save(content, "HEIF", **options)
    return content.getvalue()


def portable(*pages: Image.Image, resolution: float = 72) -> bytes:
    """The pictures as a PDF's pages."""
    pytest.importorskip("pypdfium2", reason="needs pypdfium2")
    content = io.BytesIO()
    first, *others = pages
    first.save(content, "PDF", save_all=True, append_images=others, resolution=resolution)
    return content.getvalue()


@pytest.mark.parametrize("mode, is_plain", [("L", True), ("RGB", True), ("RGBA", False)])
def test_a_heic_is_decoded_as_it_declares(mode: str, is_plain: bool) -> None:
    content = heic(corner(mode))
    structure = inspect(content, LIMIT)
    assert (structure.width, structure.height, structure.is_plain) == (96, 64, is_plain)
    pixels = decode(content)
    expected = np.asarray(corner(mode))
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 5
    np.testing.assert_array_equal(POOL.decode(content).pixels, pixels)


@pytest.mark.parametrize("orientation, dark", [(1, "left up"), (3, "right down"), (6, "right up")])
def test_a_heic_is_turned_as_the_camera_was_held(orientation: int, dark: str) -> None:
    pixels = decode(heic(corner("L"), orientation))
    height, width = pixels.shape
    assert (height > width) == (orientation == 6)
    rows = pixels[: height // 2] if "up" in dark else pixels[height // 2 :]
    quarter = rows[:, : width // 2] if "left" in dark else rows[:, width // 2 :]
    assert quarter.mean() < 20
    assert pixels.mean() > 150


def test_a_heic_of_many_pixels_is_refused_before_it_is_decoded() -> None:
    content = bytearray(heic(corner()))
    struct.pack_into(">II", content, content.index(b"ispe") + 8, 9_000, 9_000)
    with pytest.raises(PictureTooLarge, match="5,000,000 pixels, got 9,000 x 9,000"):
        inspect(bytes(content), LIMIT)


def test_a_heic_whose_pixels_are_more_than_it_declares_is_refused() -> None:
    content = bytearray(heic(corner(size=(3_000, 2_000))))
    struct.pack_into(">II", content, content.index(b"ispe") + 8, 64, 64)
    with pytest.raises(UnreadableInput):
        POOL.decode(bytes(content))
    assert POOL.decode(heic(corner())).pixels.shape == (64, 96, 3)  # the pool still works


def test_an_avif_is_refused_by_name_as_the_library_cannot_decode_it() -> None:
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs pillow-heif")
    content = io.BytesIO()
    corner().save(content, "AVIF")
    with pytest.raises(UnsupportedFormat, match="got AVIF. Save it as PNG or JPEG"):
        inspect(content.getvalue(), LIMIT)
    with pytest.raises(RuntimeError, match="AV1"):
        np.asarray(pillow_heif.open_heif(content.getvalue()))


def test_a_broken_heic_is_refused() -> None:
    content = heic(corner())
    for end in range(20, len(content), 23):
        with pytest.raises(UnreadableInput, match="expected"):
            decode(content[:end])
    many = struct.pack(">I4s", 8, b"free") * 5_001
    with pytest.raises(UnreadableInput, match="5,000 boxes in a HEIC"):
        inspect(content[:28] + many + content[28:], LIMIT)


def test_the_pages_of_a_pdf_are_drawn_within_their_limit() -> None:
    content = portable(corner("L"), corner("RGB", (640, 480)), corner("L", (3_000, 3_000)))
    pages = list(decode_pages(content))
    assert [(page.number, page.pages) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    small, medium, large = (page.pixels for page in pages)
    assert small.shape[:2] == (178, 267)  # 96 x 64 points at 200 dots per inch
    assert medium.shape[:2] == (1_334, 1_778)
    assert large.shape[:2] == (2_000, 2_000)  # pdf.MAX_PIXELS
    for pixels in (small, medium, large):
        height, width = pixels.shape[:2]
        assert pixels[: height // 2 - 4, : width // 2 - 4].max() < 30
        assert pixels[height // 2 + 4 :].min() > 220


def test_the_first_page_of_a_pdf_is_decoded_by_the_pool() -> None:
    content = portable(corner("L"), corner("L"))
    page = POOL.decode(content)
    assert (page.number, page.pages) == (1, 2)
    assert page.note == "This file has 2 pages; page 1 was read."
    np.testing.assert_array_equal(page.pixels, decode(content))
    with pytest.raises(PictureTooLarge, match="at most 1,000,000 pixels, got 2,000 x 2,000"):
        POOL.decode(content, max_pixels=1_000_000)


def pdf_file(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1 on; the first is the catalogue."""
    content, offsets = b"%PDF-1.5\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    return content + head + trailer


def stream(dictionary: bytes, data: bytes) -> bytes:
    """A PDF object with data."""
    head = b"<<%s/Length %d>>" % (dictionary, len(data))
    return head + b"\nstream\n" + data + b"\nendstream"


def one_page(content: bytes, *more: bytes, box: bytes = b"0 0 200 200") -> bytes:
    """A PDF with one page that draws the content; its forms F are the objects from 5 on."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<<%s>>>>"
    resources = b"/XObject<</F 5 0 R>>" if more else b""
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    catalogue = b"<</Type/Catalog/Pages 2 0 R>>"
    return pdf_file(catalogue, pages, page % (box, resources), content, *more)


def form(content: bytes, number: int) -> bytes:
    """A form that draws the content, in which F is the object with this number."""
    resources = b"/Resources<</XObject<</F %d 0 R>>>>" % number
    return stream(b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]" + resources, content)


LINES = zlib.compress(b"0 0 m 200 200 l S\n" * 2_000_000, 9)
COSTLY = {
    "two million lines": one_page(stream(b"/Filter/FlateDecode", LINES)),
    "forms in forms": one_page(
        stream(b"", b"/F Do "),
        *(form(b"/F Do " * 10, 6 + depth) for depth in range(11)),
        stream(b"/Type/XObject/Subtype/Form/BBox[0 0 200 200]", b"0 0 m 200 200 l S"),
    ),
}


@pytest.mark.parametrize("name", COSTLY)
def test_a_costly_pdf_is_given_up(name: str) -> None:
    pytest.importorskip("pypdfium2", reason="needs pypdfium2")
    with pytest.raises(UnreadableInput, match="is decoded in .*, got one that needs more"):
        POOL.decode(COSTLY[name])
    assert POOL.decode(portable(corner("L"))).pixels.shape[:2] == (178, 267)  # it still works


@pytest.mark.parametrize(
    "box, shape",
    [
        (b"0 0 1e9 1e9", (2_200, 1_700, 3)),  # PDFium takes the US Letter size instead
        (b"0 0 0.001 14400", (40_000, 1, 3)),
        (b"0 0 -5 0", (2_200, 1_700, 3)),
        (b"0 0 14400 14400", (2_000, 2_000, 3)),
    ],
)
def test_a_page_of_any_size_is_drawn_within_its_limit(
    box: bytes, shape: tuple[int, int, int]
) -> None:
    pytest.importorskip("pypdfium2", reason="needs pypdfium2")
    content = one_page(stream(b"", b"0 0 m 9 9 l S"), box=box)
    assert POOL.decode(content).pixels.shape == shape


@pytest.mark.parametrize("content", [b"%PDF-1.7" + bytes(40), b"%PDF-1.4\n%%EOF" + b" " * 40])
def test_a_broken_pdf_is_refused(content: bytes) -> None:
    pytest.importorskip("pypdfium2", reason="needs pypdfium2")
    with pytest.raises(UnreadableInput, match="expected a PDF that can be opened"):
        POOL.decode(content)


@pytest.mark.parametrize(
    "name, content, package",
    [
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40), "pillow-heif"),
        ("PDF", b"%PDF-1.7" + bytes(40), "pypdfium2"),
    ],
)
def test_without_the_library_it_is_named(
    name: str, content: bytes, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (heif, pdf):
        monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(UnsupportedFormat) as refusal:
        decode(content) if name == "none" else inspect(content, LIMIT)
    assert refusal.value.name == name
    assert f"Have {package} installed where this program runs, or" in refusal.value.advice
    assert "JPEG" in refusal.value.advice
