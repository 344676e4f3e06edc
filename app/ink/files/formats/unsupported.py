"""Formats that people send and that cannot be read, with advice for each."""

import re
from typing import Final

from app.ink.files.formats.structure import UnsupportedFormat

_AS_PICTURE: Final = "Save it as PNG or JPEG."
_STILL: Final = "Take a still picture of it, and send that as PNG or JPEG."
_UNPACKED: Final = "Unpack it, and send a picture of it as PNG or JPEG."
_DECODED: Final = (
    "Decode it to PNG or JPEG, or for the HTTP API write data:image/png;base64, before it."
)
_AS_INK: Final = "Give ink a name that ends with .json or .inkml, or send it as application/json."
_BEGINNINGS: Final[dict[bytes, tuple[str, str]]] = {
    b"\0\0\0\x0cJXL ": ("JPEG XL", _AS_PICTURE),
    b"\xff\x0a": ("JPEG XL", _AS_PICTURE),
    b"\0\0\0\x0cjP  ": ("JPEG 2000", _AS_PICTURE),
    b"\xff\x4f\xff\x51": ("JPEG 2000", _AS_PICTURE),
    b"8BPS": ("a Photoshop file", _AS_PICTURE),
    b"\0\0\1\0": ("an icon", _AS_PICTURE),
    **{b"P%d" % kind: ("Netpbm", _AS_PICTURE) for kind in range(1, 8)},
    b"%!PS": ("PostScript", _AS_PICTURE),
    b"gimp xcf": ("a GIMP file", _AS_PICTURE),
    b"PK\3\4": ("an archive or an office document", _UNPACKED),
    b"\x1f\x8b": ("a compressed file", _UNPACKED),
    b"\x1aE\xdf\xa3": ("a film", _STILL),
    # PNG, JPEG, WebP and GIF.
    **dict.fromkeys((b"iVBORw0KGg", b"/9j/", b"UklGR", b"R0lGOD"), ("base64", _DECODED)),
    **dict.fromkeys((b"{", b"["), ("text, not a picture", _AS_INK)),
}
_XML: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[?!a-zA-Z]")
_XML_BYTES: Final = 1_000  # within which the first element comes, after declarations and comments
_ELEMENT: Final = re.compile(rb"<(?:\w+:)?([a-zA-Z]+)")
_XML_KINDS: Final = {  # by the name of the first element
    b"svg": ("SVG", _AS_PICTURE),
    b"ink": ("ink, not a picture", _AS_INK),
    b"html": ("a web page", "Save the picture on it, and send that as PNG or JPEG."),
}
# libheif knows AVIF, but the packages of pillow-heif (1.8.1) have no decoder of its AV1.
_BRANDS: Final[dict[bytes, tuple[str, str]]] = {  # of files of boxes, at their byte 8
    b"avif": ("AVIF", _AS_PICTURE),
    b"avis": ("AVIF", _AS_PICTURE),
    b"crx ": ("a camera's raw file", _AS_PICTURE),
}


def check_is_supported(content: bytes) -> None:
    """Raises UnsupportedFormat for a known format that cannot be read."""
    name_and_advice = next(
        (value for start, value in _BEGINNINGS.items() if content.startswith(start)), None
    )
    if _XML.match(content) and (element := _ELEMENT.search(content[:_XML_BYTES])):
        name_and_advice = _XML_KINDS.get(element[1].lower(), ("XML", _AS_PICTURE))
    if content[4:8] == b"ftyp":
        name_and_advice = _BRANDS.get(content[8:12], ("a film", _STILL))
        if b"avif" in content[8:64]:
            name_and_advice = _BRANDS[b"avif"]
    if name_and_advice is not None:
        raise UnsupportedFormat(*name_and_advice)
