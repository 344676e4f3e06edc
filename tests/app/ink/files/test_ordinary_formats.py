"""Ordinary files of every format pass, and each page is decoded as it declares."""

import contextlib
import io

import numpy as np
import pytest
from PIL import Image

from app.ink.files.formats import inspect
from app.ink.files.formats.tiff import page as tiff_page
from app.ink.files.picture_file import decode, decode_pages
from app.reading import UnreadableInput
from tests.support.hostile_pictures import encoded, patched
from tests.support.ordinary_pictures import LIMIT, ORDINARY, animated


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


def test_damaged_files_are_read_or_refused() -> None:
    chance = np.random.default_rng(0)
    files = [content for content, _ in ORDINARY.values()]
    passed = 0
    for number in range(6_000):
        content = bytearray(files[number % len(files)])
        for _ in range(chance.integers(1, 5)):  # most structure is at the start
            at = chance.integers(0, min(len(content), 300 if chance.random() < 0.8 else 10**9))
            content[at] = chance.choice([0, 1, 127, 128, 255])
        if chance.random() < 0.2:
            del content[int(chance.integers(len(content))) :]
        with contextlib.suppress(UnreadableInput):  # any other error is a defect
            inspect(bytes(content), LIMIT)
            passed += 1
    assert 1_000 < passed < 5_500
