"""Picture files: their structure checked first, then decoded in this process.

What strangers send is decoded by `app.ink.decoder_pool` instead, in a process of its own.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.formats import PictureTooLarge, Structure, inspect, jpeg
from app.ink.input_file import read_bytes
from app.reading import UnreadableInput

MAX_PICTURE_PIXELS: Final = 50_000_000  # a phone's photograph has 12 to 50 million
COSTLY: Final = 4  # times the memory of a plain picture, opaque and of 8 bits, that others take
PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


def load(path: Path) -> NDArray[np.uint8]:
    """A picture file, see `decode`. Raises UnreadableInput."""
    return decode(read_bytes(path), str(path))


def decode(content: bytes, name: str = "picture") -> NDArray[np.uint8]:
    """A picture file's bytes as uint8 (h, w), (h, w, 3) RGB or (h, w, 4) RGBA, upright.

    name: begins the message of UnreadableInput, which is raised for anything else.
    """
    try:
        inspect(content, MAX_PICTURE_PIXELS)
        return decode_inspected(content)
    except UnreadableInput as error:
        raise UnreadableInput(f"{name}: {error}") from error


def inspect_upload(content: bytes, max_pixels: int) -> Structure:
    """The structure of what a stranger sends, where it is within the server's limits.

    max_pixels: of a plain picture; any other takes COSTLY times the memory, and may have as many
    fewer. Raises NotAPicture, PictureTooLarge or another UnreadableInput.
    """
    max_pixels = min(max_pixels, MAX_PICTURE_PIXELS)
    structure = inspect(content, max_pixels)
    width, height = structure.width, structure.height
    if not structure.is_plain and width * height > max_pixels // COSTLY:
        message = f"expected at most {max_pixels // COSTLY:,} pixels where they may be transparent"
        raise PictureTooLarge(f"{message} or of 16 bits, got {width:,} x {height:,}")
    return structure


def decode_inspected(content: bytes) -> NDArray[np.uint8]:
    """Decodes a file whose structure was checked, see `decode`. Raises UnreadableInput."""
    try:
        # Only a JPEG says how the phone was held, and IMREAD_UNCHANGED would not listen.
        is_jpeg = content.startswith(jpeg.SIGNATURE)
        flag = cv2.IMREAD_ANYCOLOR if is_jpeg else cv2.IMREAD_UNCHANGED
        image = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error as error:
        raise UnreadableInput(f"expected a picture, got {error.err!r:.100}") from error
    if image is None:
        raise UnreadableInput("expected a whole picture, got a broken or unusual one")
    if image.dtype == np.uint16:  # 16 bits a channel keep their upper half
        image = np.right_shift(image.astype(np.uint16), 8).astype(np.uint8)
    if image.dtype != np.uint8:  # a TIFF may hold measurements, whose black and white nobody knows
        raise UnreadableInput(f"expected 8 or 16 bits a channel, got {image.dtype}")
    if image.ndim == 3 and image.shape[2] in (3, 4):
        to_rgb = cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB
        image = cv2.cvtColor(image, to_rgb)
    elif image.ndim != 2:
        raise UnreadableInput(f"expected 1, 3 or 4 channels, got {image.shape[2]}")
    return np.asarray(image, np.uint8)
