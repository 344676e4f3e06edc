"""Pictures of a glyph for the page: in the sheet's colours, and as a heat map of its ink."""

import base64
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph as glyphs
from app.page import canvas
from app.reading import Digit

ZOOM: Final = 6  # pixels of the heat map for each pixel of the glyph
# Ink in orange supports the reading, ink in blue contradicts it. Colour-blind people can tell these
# two apart.
SUPPORTING: Final = (213, 94, 0)
CONTRADICTING: Final = (0, 90, 181)
JPEG_QUALITY: Final = 85
_POINT: Final = glyphs.from_strokes([np.zeros((1, 2))])


def shown_glyph(digit: Digit) -> NDArray[np.uint8]:
    """The glyph of a mark, uint8 (28, 28), with a dot for the sign of a point.

    The pen slips a little as it makes a point. Its glyph is as large as any, and so shows a line.
    """
    return _POINT if digit.sign == "." else digit.glyph


def on_paper(glyph: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A glyph in the sheet's colours, uint8 (28, 28, 3) RGB; glyph: uint8 (28, 28), ink 255."""
    ink, paper = (
        np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)], np.float32)
        for colour in (canvas.INK_COLOUR, canvas.PAPER_COLOUR)
    )
    share = glyph[..., None].astype(np.float32) / 255
    return np.round(share * ink + (1 - share) * paper).astype(np.uint8)


def heat_map(glyph: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The glyph, ZOOM times as large, with its ink coloured by the heat: uint8 (h, w, 3) RGB.

    heat: float32 (28, 28), in any unit, above 0 where ink supports the reading and below 0 where it
    contradicts it; see `app.inference.occlusion`.
    """
    size = (glyph.shape[1] * ZOOM, glyph.shape[0] * ZOOM)
    base = cv2.resize(on_paper(glyph // 3), size, interpolation=cv2.INTER_CUBIC)
    worth = np.asarray(cv2.resize(heat, size, interpolation=cv2.INTER_CUBIC), np.float32)[..., None]
    colour = np.where(
        worth > 0, np.array(SUPPORTING, np.float32), np.array(CONTRADICTING, np.float32)
    )
    strong = max(float(np.quantile(np.abs(heat[glyph > 0]), 0.9)), 1e-6) if glyph.any() else 1.0
    share = np.sqrt(np.minimum(np.abs(worth) / strong, 1))  # (h, w, 1)
    return np.asarray(np.round(base * (1 - share) + colour * share).clip(0, 255), np.uint8)


def png(pixels: NDArray[np.uint8]) -> str:
    """The data URL of a PNG of pixels uint8 (h, w, 3) RGB."""
    return _data_url("png", pixels, (cv2.IMWRITE_PNG_COMPRESSION, 1))  # fast, but not smallest


def jpeg(pixels: NDArray[np.uint8], quality: int = JPEG_QUALITY) -> str:
    """The same as a JPEG, which has a fifth of the bytes for smooth changes of colour."""
    return _data_url("jpeg", pixels, (cv2.IMWRITE_JPEG_QUALITY, quality))


def _data_url(kind: str, pixels: NDArray[np.uint8], options: tuple[int, int]) -> str:
    _, content = cv2.imencode(f".{kind}", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    return f"data:image/{kind};base64," + base64.b64encode(content.tobytes()).decode("ascii")
