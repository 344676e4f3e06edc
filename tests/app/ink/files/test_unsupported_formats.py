"""Formats that are not read are refused by name, with advice."""

import pytest

from app.ink.files.formats import NotAPicture, UnsupportedFormat, inspect
from tests.support.ordinary_pictures import LIMIT

UNSUPPORTED = {
    "AVIF": b"\0\0\0\x20ftypavif\0\0\0\0mif1",
    "a film": b"\0\0\0\x20ftypisom\0\0\0\0mp42",
    "a camera's raw file": b"\0\0\0\x18ftypcrx \0\0\0\1",
    "JPEG XL": b"\xff\x0a",
    "base64": b"iVBORw0KGgoAAAANSUhEUgAA",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n",
    "a Photoshop file": b"8BPS\0\1",
    "an icon": b"\0\0\1\0\1\0",
    "Netpbm": b"P5 2 2 255 ",
    "PostScript": b"%!PS-Adobe",
    "an archive or an office document": b"PK\3\4",
    "a compressed file": b"\x1f\x8b\x08",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg">',
    "text, not a picture": b'{"strokes": []}',
    "ink, not a picture": b'<?xml version="1.0"?>\n<!-- a pen -->\n<inkml:ink xmlns:inkml="http">',
    "a web page": b'<!DOCTYPE html>\n<HTML lang="en">',
    "XML": b'<?xml version="1.0"?><annotation>',
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_format_that_is_not_read_is_refused_by_name_with_advice(name: str) -> None:
    with pytest.raises(UnsupportedFormat) as refusal:
        inspect(UNSUPPORTED[name] + bytes(40), LIMIT)
    assert refusal.value.name == name
    assert "PNG or JPEG" in refusal.value.advice or ".json" in refusal.value.advice
    assert f"got {name}. {refusal.value.advice}" in str(refusal.value)


@pytest.mark.parametrize(
    "content, got",
    [
        (b"", "an empty file"),
        (b"P8 2 2 255 " + bytes(40), "another kind of file (51 bytes)"),
        (b"RIFF" + bytes(40), "another kind"),
        (b"\xff" + bytes(2000), "another kind of file (2,001 bytes)"),
        (b"\xff\xd8", "another kind of file (2 bytes)"),
        (b"no picture, but notes\n", "text"),
        (b"<3 this is no XML, but notes", "text"),
        (999 * b"x" + "ä".encode(), "text"),  # where 1,000 bytes end within the ä
    ],
)
def test_other_files_are_not_pictures(content: bytes, got: str) -> None:
    with pytest.raises(NotAPicture) as refusal:
        inspect(content, LIMIT)
    assert str(refusal.value).startswith("expected a ")
    assert str(refusal.value).endswith(f", got {got}")
