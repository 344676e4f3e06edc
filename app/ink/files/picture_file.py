"""Checks the structure of picture files, and then decodes them in this process.

`app.ink.files.decoder_pool` decodes what strangers send instead, in a process of its own.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.files import optional_decoders, orientation
from app.ink.files.formats import PictureTooLarge, Structure, exif, inspect, jpeg, pdf, tiff
from app.ink.files.input_file import read_bytes
from app.reading import UnreadableInput

MAX_PICTURE_PIXELS: Final = 50_000_000  # a phone's photograph has 12 to 50 million
COSTLY: Final = 2  # factor of memory for a picture that may be transparent or have 16 bits
BROKEN: Final = "expected a whole picture, got a broken or unusual one"
PICTURE_SUFFIXES: Final = (
    *(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"),
    *(".heic", ".heif", ".pdf"),  # where their decoders are installed
)


@dataclass(frozen=True, eq=False)
class Page:
    """A picture of a file. pixels: uint8 (h, w), (h, w, 3) RGB or (h, w, 4) RGBA, upright.

    number: of this page in the file, from 1 on. pages: how many there are. is_animated: whether
    they are the frames of an animation, of which the first is read.
    """

    pixels: NDArray[np.uint8]
    number: int = 1
    pages: int = 1
    is_animated: bool = False

    @property
    def note(self) -> str:
        """A sentence that says which picture of several this is; empty where it is the only one."""
        if self.pages < 2:
            return ""
        if self.is_animated:
            return f"This is an animation of {self.pages:,} frames; the first one was read."
        return f"This file has {self.pages:,} pages; page {self.number:,} was read."


def load(path: Path) -> NDArray[np.uint8]:
    """The first page of a picture file, see `decode`. Raises UnreadableInput."""
    return decode(read_bytes(path), str(path))


def decode(content: bytes, name: str = "picture") -> NDArray[np.uint8]:
    """The first page of a picture file's bytes, see `Page.pixels`.

    Raises UnreadableInput for anything else; name: what its message begins with.
    """
    return next(decode_pages(content, name)).pixels


def decode_pages(content: bytes, name: str = "picture") -> Iterator[Page]:
    """All pages of a PDF or TIFF, or the first frame of another picture file; at least one.

    Each page is decoded only when it is asked for. name: see `decode`. Raises UnreadableInput,
    which names the page from the second on.
    """
    prefix = name
    try:
        structure = inspect_within(content)
        page = first_page(content, structure)
        yield page
        last = 1 if page.is_animated else page.pages
        for number in range(2, last + 1):
            prefix = f"{name}: page {number:,}"
            yield Page(_decode_page(content, number - 1), number, page.pages)
    except UnreadableInput as error:
        raise UnreadableInput(f"{prefix}: {error}") from error


def first_page(content: bytes, structure: Structure) -> Page:
    """The first page of a file of this structure. Raises UnreadableInput."""
    pixels, pages = decode_inspected(content)
    return Page(pixels, 1, structure.pages or pages, structure.is_animated)


def _decode_page(content: bytes, index: int) -> NDArray[np.uint8]:
    """Checks and decodes a further page of a PDF or TIFF. Raises UnreadableInput."""
    if content.startswith(pdf.SIGNATURE):
        return optional_decoders.decode(content, index)[0]
    content = tiff.page(content, index)
    inspect_within(content)
    return _decode_with_opencv(content)


def inspect_within(content: bytes, max_pixels: int = MAX_PICTURE_PIXELS) -> Structure:
    """The structure that a file declares, if it is within the limit of pixels.

    max_pixels: of an opaque picture of 8 bits. Other pictures take up to COSTLY times the memory,
    so they may have max_pixels / COSTLY. Raises NotAPicture, PictureTooLarge or another
    UnreadableInput.
    """
    structure = inspect(content, max_pixels)
    width, height = structure.width, structure.height
    if not structure.is_plain and width * height > max_pixels // COSTLY:
        message = f"expected at most {max_pixels // COSTLY:,} pixels where they may be transparent"
        raise PictureTooLarge(f"{message} or of 16 bits, got {width:,} x {height:,}")
    return structure


def decode_inspected(content: bytes) -> tuple[NDArray[np.uint8], int]:
    """The first page of a file whose structure was checked, see `Page.pixels`.

    Also returns the number of pages if only the decoder can count them, else 0. Raises
    UnreadableInput.
    """
    if optional_decoders.is_optional(content):
        return optional_decoders.decode(content)
    return _decode_with_opencv(content), 0


def _decode_with_opencv(content: bytes) -> NDArray[np.uint8]:
    try:
        # OpenCV turns a JPEG upright, but not with IMREAD_UNCHANGED.
        is_jpeg = content.startswith(jpeg.SIGNATURE)
        flag = cv2.IMREAD_ANYCOLOR if is_jpeg else cv2.IMREAD_UNCHANGED
        image = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error as error:  # its message may name files of the server
        raise UnreadableInput(BROKEN) from error
    if image is None:
        raise UnreadableInput(BROKEN)
    if image.dtype == np.uint16:  # the upper half of the 16 bits
        halves = np.ascontiguousarray(image).view(np.uint8).reshape(*image.shape, 2)
        image = np.ascontiguousarray(halves[..., int(sys.byteorder == "little")])
    if image.dtype != np.uint8:  # a TIFF may hold measurements, whose black and white are unknown
        raise UnreadableInput(f"expected 8 or 16 bits a channel, got {image.dtype}")
    if image.ndim == 3 and image.shape[2] in (3, 4):
        to_rgb = cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB
        image = cv2.cvtColor(image, to_rgb)
    elif image.ndim != 2:
        raise UnreadableInput(f"expected 1, 3 or 4 channels, got {image.shape[2]}")
    return orientation.upright(np.asarray(image, np.uint8), exif.orientation(content))
