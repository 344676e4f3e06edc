"""A picture is turned according to its EXIF orientation."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from app.ink.files.formats.exif import orientation
from app.ink.files.picture_file import decode
from tests.support.hostile_pictures import png_chunk, png_with


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize(
    "kind, mode",
    [
        *(("PNG", "L"), ("PNG", "RGB"), ("PNG", "RGBA")),
        *(("JPEG", "L"), ("JPEG", "RGB")),  # JPEG has no alpha channel
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
