"""Tells a visitor why a file cannot be read: what it is, what was expected, and what to do."""

import re
from typing import Final

from app.ink.files.formats import (
    NotAPicture,
    PictureTooLarge,
    UnsupportedFormat,
    bmp,
    described,
    gif,
    jpeg,
    png,
    tiff,
    webp,
)
from app.ink.files.picture_file import BROKEN
from app.reading import UnreadableInput

MAX_NAME: Final = 80  # characters that are shown of a file's name
FORMATS: Final = "PNG, JPEG, WebP, BMP, GIF or TIFF"
_BEGINNINGS: Final[dict[bytes, str]] = {
    png.SIGNATURE: "PNG",
    jpeg.SIGNATURE: "JPEG",
    webp.SIGNATURE: "WebP",
    bmp.SIGNATURE: "BMP",
    gif.SIGNATURE: "GIF",
    **dict.fromkeys(tiff.SIGNATURES, "TIFF"),
}
# Of messages of decoders, which might hold anything: no link, no path, no Markdown.
_PLAIN: Final = re.compile(r"expected [A-Za-z0-9 ,-]{1,200}")


def refusal(file_name: str, content: bytes, error: UnreadableInput) -> str:
    """Markdown for a file that was refused for this error."""
    name = shown_name(file_name)
    if not content:
        return f"{name} is empty: expected a picture, got 0 bytes. Choose another file."
    if isinstance(error, PictureTooLarge):
        return (
            f"{name} has too many pixels{_reason(error)}. Make it smaller, for example"
            " 4,000 × 3,000 pixels, and try again."
        )
    if isinstance(error, UnsupportedFormat):
        return f"{name} cannot be read here, because it is {error.name}. {error.advice}"
    if isinstance(error, NotAPicture):
        return (
            f"{name} is not a picture in a format that can be read here: expected {FORMATS}, got"
            f" {described(content)}. Choose a photograph, a scan or a drawing."
        )
    return (
        f"{name} {_beginning(content)}is damaged or in an unusual format{_reason(error)}. Save it"
        " again as PNG or JPEG and try that file."
    )


def too_much(file_name: str, error: UnreadableInput) -> str:
    """Markdown for a picture with more on it than can be read."""
    return (
        f"There is too much on {shown_name(file_name)}{_reason(error)}. Crop it to the digits and"
        " try again."
    )


def shown_name(file_name: str) -> str:
    """A file's name as code in Markdown, so that it cannot hold a link or a picture."""
    name = "".join(mark if mark.isprintable() and mark != "`" else "_" for mark in file_name)
    return f"`{name[:MAX_NAME].strip() or '_'}`"


def _reason(error: UnreadableInput) -> str:
    """What was expected and what came, after a colon.

    Empty for a message of other than words, and for one that says no more than the sentence does.
    """
    says_more = str(error) != BROKEN and _PLAIN.fullmatch(str(error))
    return f": {error}" if says_more else ""


def _beginning(content: bytes) -> str:
    """The format that a file begins like, if it is a known one."""
    kinds = (kind for start, kind in _BEGINNINGS.items() if content.startswith(start))
    kind = next(kinds, "")
    return f"begins like a {kind}, but " if kind else ""
