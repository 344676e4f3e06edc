"""Accepts pictures as Python programs have them: paths, bytes, Pillow images and arrays."""

import os
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from app.ink.files import picture_file
from app.ink.files.formats import exif
from app.ink.files.orientation import upright
from app.reading import UnreadableInput


@runtime_checkable
class PillowImage(Protocol):
    """The part of `PIL.Image.Image` that is used here, so that Pillow is not required."""

    @property
    def mode(self) -> str:
        """The kind of its pixels, such as "RGB"."""

    @property
    def info(self) -> Any:
        """What else the file declares."""

    def convert(self, mode: str) -> Any:
        """The image in another mode."""

    def getexif(self) -> Any:
        """The camera's tags."""


Bytes: TypeAlias = bytes | bytearray | memoryview
Picture: TypeAlias = str | os.PathLike[str] | Bytes | PillowImage | NDArray[Any]


def as_pixels(picture: Picture) -> NDArray[np.uint8]:
    """A picture as uint8 pixels, upright; anything else is returned for `image.checked` to refuse.

    picture: the path of a file, its bytes, a Pillow image of any mode, or an array: uint8, bool
    (True is 255), or floats in [0, 1], which are scaled to 255. Raises UnreadableInput.
    """
    if isinstance(picture, str | os.PathLike):
        return picture_file.load(Path(picture))
    if isinstance(picture, bytes | bytearray | memoryview):
        return picture_file.decode(bytes(picture))
    if isinstance(picture, PillowImage):
        return _from_pillow(picture)
    if isinstance(picture, np.ndarray) and picture.dtype == np.bool_:
        return np.where(picture, 255, 0).astype(np.uint8)
    if isinstance(picture, np.ndarray) and picture.dtype.kind == "f":
        return _from_floats(picture)
    return picture


def _from_floats(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """Floats in [0, 1] as 0 to 255."""
    if picture.size:
        low, high = float(picture.min()), float(picture.max())
        if not (low >= 0 and high <= 1):  # false for NaN too
            expected = f"expected {picture.dtype} pixels in [0, 1]"
            raise UnreadableInput(f"{expected}, got {low:g} to {high:g}; or convert them to uint8")
    return np.asarray(np.rint(picture * 255), np.uint8)


def _from_pillow(image: PillowImage) -> NDArray[np.uint8]:
    """The pixels of a Pillow image, upright."""
    if image.mode in ("I", "F"):  # measurements, in which black and white are unknown
        raise UnreadableInput(f"expected a Pillow image with 8 or 16 bits, got mode {image.mode!r}")
    try:
        pixels = _pixels_of(image)
        orientation = image.getexif().get(exif.ORIENTATION)
    except (OSError, SyntaxError, ValueError) as error:  # Pillow reads a file only when it must
        raise UnreadableInput(f"expected a whole picture, got one with {error}") from error
    return upright(pixels, orientation)


def _pixels_of(image: PillowImage) -> NDArray[np.uint8]:
    """The pixels as the file has them, grey, RGB or RGBA."""
    if image.mode.startswith("I;16"):  # Pillow's own conversion would make all of it white
        return (np.asarray(image) >> 8).astype(np.uint8)
    if image.mode not in ("L", "RGB", "RGBA"):
        is_transparent = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
        image = image.convert("RGBA" if is_transparent else "RGB")
    return np.asarray(image, np.uint8)
