"""Shows the picture that was read, at a reduced size, with a button around each digit."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.ink.resize import reduce_to_side
from app.page import assets
from app.page.glyph_images import jpeg
from app.page.headline import STRANGE, certainty, is_strange, percent, sure_text
from app.reading import Digit, Reading

MAX_SIDE: Final = 1200  # pixels: sharp on phones and desktops, about 100 kB
JPEG_QUALITY: Final = 82
MIN_SHOWN: Final = 240  # CSS pixels: smaller pictures are enlarged to this, to see and press digits
MARGIN: Final = 0.004  # of the picture's longer side, between a digit and its button
MIN_PROBABILITY: Final = 0.01  # of another digit that a description names
MAX_OTHERS: Final = 2  # other digits that a description names

_annotated_picture: Final = assets.component("annotated_picture", '<figure><img alt=""></figure>')


def show(
    url: str,
    size: tuple[float, float],
    reading: Reading,
    chosen: int,
    on_choose: Callable[[int], None],
) -> None:
    """Shows a picture with its digits.

    url: see `to_url`. size: width and height of the picture that was read, in pixels. chosen: index
    of the digit whose details are shown. on_choose: called with the index of a digit that is
    pressed, before the page runs again.
    """

    def press() -> None:
        index = st.session_state.boxes.chosen
        if isinstance(index, int) and 0 <= index < len(reading.digits):
            on_choose(index)

    data = {
        "picture": url,
        "alt": f"The picture that was read: {reading.text or 'no digits'}",
        "width": shown_width(size),
        "boxes": boxes(size, reading, chosen),
    }
    _annotated_picture(data=data, key="boxes", on_chosen_change=press)


def shown_width(size: tuple[float, float]) -> float | None:
    """The width, in CSS pixels, at which a picture is shown that is too small; None for others.

    size: width and height in pixels.
    """
    longer = max(size)
    return MIN_SHOWN * size[0] / longer if longer < MIN_SHOWN else None


def to_url(image: NDArray[np.uint8]) -> str:
    """The data URL of a JPEG of a picture, reduced; image: see `Recognizer.read_image`."""
    return jpeg(reduced(image), JPEG_QUALITY)


def reduced(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An RGB copy, uint8 (h, w, 3), with sides of at most MAX_SIDE pixels, on white paper."""
    small = reduce_to_side(image, MAX_SIDE)
    if small.ndim == 2:
        return np.repeat(small[..., None], 3, axis=2)
    if small.shape[2] == 4:
        opacity = small[..., 3:].astype(np.float32) / 255
        return np.round(small[..., :3] * opacity + 255 * (1 - opacity)).astype(np.uint8)
    return small


def boxes(size: tuple[float, float], reading: Reading, chosen: int) -> list[dict[str, Any]]:
    """The data of each digit that annotated_picture.js needs."""
    return [
        {
            "area": _area(digit, size),
            "text": digit.text,
            "description": description(digit),
            "kind": certainty(digit),
            "chosen": index == chosen,
        }
        for index, digit in enumerate(reading.digits)
    ]


def description(digit: Digit) -> str:
    """A digit in words, with others that it may be: `2, 93 % sure; or 7, 5 %`."""
    if digit.sign:
        return f"{digit.sign}, sign"
    sure = sure_text(digit) if digit.value is None else f"{sure_text(digit)} sure"
    if is_strange(digit):
        sure += STRANGE
    likeliest_first = np.argsort(-digit.probabilities).tolist()
    others = [
        f"{value}, {percent(float(digit.probabilities[value]))}"
        for value in likeliest_first
        if value != digit.value and digit.probabilities[value] >= MIN_PROBABILITY
    ]
    return "; or ".join([f"{digit.text}, {sure}", *others[:MAX_OTHERS]])


def _area(digit: Digit, size: tuple[float, float]) -> dict[str, float]:
    """The area of a digit's button, in percent of the picture's width and height."""
    x, y, width, height = digit.box
    picture_width, picture_height = size
    margin = MARGIN * max(size)
    left, top = max(x - margin, 0), max(y - margin, 0)
    right = min(x + width + margin, picture_width)
    bottom = min(y + height + margin, picture_height)
    shares = {
        "left": left / picture_width,
        "top": top / picture_height,
        "width": (right - left) / picture_width,
        "height": (bottom - top) / picture_height,
    }
    return {side: round(100 * share, 2) for side, share in shares.items()}
