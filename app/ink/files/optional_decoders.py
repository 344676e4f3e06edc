"""Decodes HEIC and PDF, with libraries of the extra `files`."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.ink.files.formats import heif, pdf
from app.reading import UnreadableInput


def load(content: bytes) -> None:
    """Imports the library that a file needs, if any, so that `decode` needs memory for it alone."""
    if heif.is_heif(content):
        import_module(heif.DECODER)
    elif content.startswith(pdf.SIGNATURE):
        import_module(pdf.DECODER)


def is_optional(content: bytes) -> bool:
    """Whether `decode` reads this file, and not OpenCV."""
    return heif.is_heif(content) or content.startswith(pdf.SIGNATURE)


def decode(content: bytes, index: int = 0) -> tuple[NDArray[np.uint8], int]:
    """A page of a file whose structure was checked, and the number of its pages.

    The page is uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA, upright. index: of a PDF's page,
    from 0 on. Raises UnreadableInput.
    """
    if heif.is_heif(content):
        return _decode_heif(content), 1
    return _decode_pdf(content, index)


def _decode_heif(content: bytes) -> NDArray[np.uint8]:
    """The main picture, which libheif turns upright."""
    pillow_heif: Any = import_module(heif.DECODER)
    try:
        pixels = np.asarray(pillow_heif.open_heif(content, convert_hdr_to_8bit=True))
    except (OSError, RuntimeError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadableInput("expected a whole picture, got a broken or unusual HEIC") from error
    return np.asarray(pixels, np.uint8)


def _decode_pdf(content: bytes, index: int) -> tuple[NDArray[np.uint8], int]:
    pdfium: Any = import_module(pdf.DECODER)
    try:
        document = pdfium.PdfDocument(content)
        try:
            count = len(document)
            if not 0 <= index < count:
                message = f"expected a PDF with a page {index + 1:,}, got one of {count:,}"
                raise UnreadableInput(message)
            page = document[index]
            width, height = page.get_size()
            if not (width > 0 and height > 0):
                raise UnreadableInput("expected a page of some size, got an empty one in a PDF")
            bitmap = page.render(scale=pdf.scale(width, height), rev_byteorder=True)
            return np.array(bitmap.to_numpy()[..., :3], np.uint8), count
        finally:
            document.close()
    except pdfium.PdfiumError as error:
        raise UnreadableInput(
            "expected a PDF that can be opened, got a broken or locked one"
        ) from error
