"""A picture as the page shows it: of a sensible size, with a button around each digit."""

import base64
from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.ink.resize import reduce_to_side
from app.page import assets
from app.page.headline import DOUBT, percent
from app.reading import Digit, Reading

LARGEST_SIDE: Final = 1200  # pixels: sharp on a phone and a desk, some 100 kB
QUALITY: Final = 82  # of JPEG
ROOM: Final = 0.004  # of the picture's longer side, between a digit and its box
LIKELY: Final = 0.01  # from this probability on, another digit is told
MOST_OTHERS: Final = 2

_annotated_picture: Final = assets.component("annotated_picture", '<figure><img alt=""></figure>')


def reduced(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """An RGB copy uint8 (h, w, 3) of LARGEST_SIDE at most, and its scale; image: see picture."""
    scale = min(1.0, LARGEST_SIDE / max(image.shape[:2]))
    small = reduce_to_side(image, LARGEST_SIDE)
    if small.ndim == 2:
        return np.repeat(small[..., None], 3, axis=2), scale
    if small.shape[2] == 4:  # transparent means paper
        share = small[..., 3:].astype(np.float32) / 255
        return np.round(small[..., :3] * share + 255 * (1 - share)).astype(np.uint8), scale
    return small, scale


def address(small: NDArray[np.uint8]) -> str:
    """A reduced picture, see `reduced`, as the address of a JPEG that holds it."""
    _, coded = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode()


def show(
    picture: str,
    size: tuple[float, float],
    reading: Reading,
    chosen: int,
    on_choose: Callable[[int], None],
) -> None:
    """Shows a picture with its digits.

    picture: see `address`. size: of what was read, its width and height in pixels. chosen: the
    place of the digit that is looked at. on_choose: told the place of each digit that is pressed,
    before the page runs again.
    """

    def pressed() -> None:
        place = st.session_state.boxes.chosen
        if isinstance(place, int) and 0 <= place < len(reading.digits):
            on_choose(place)

    data = {
        "picture": picture,
        "alt": f"The picture that was read: {reading.text or 'no digits'}",
        "boxes": boxes(size, reading, chosen),
    }
    _annotated_picture(data=data, key="boxes", on_chosen_change=pressed)


def boxes(size: tuple[float, float], reading: Reading, chosen: int) -> list[dict[str, Any]]:
    """What the page is told of each digit: where it is, in percent of the picture, and what."""
    room = ROOM * max(size)
    return [
        {
            "area": _place(digit, size, room),
            "text": _text(digit.value),
            "description": told(digit),
            "kind": _kind(digit),
            "chosen": place == chosen,
        }
        for place, digit in enumerate(reading.digits)
    ]


def told(digit: Digit) -> str:
    """A digit in words, with what else it may be: `2, 93 % sure; or 7, 5 %`."""
    sure = "not a digit I know" if digit.value is None else f"{percent(digit.confidence)} sure"
    likely = np.argsort(-digit.probabilities)
    others = [
        f"{other}, {percent(float(digit.probabilities[other]))}"
        for other in likely.tolist()
        if other != digit.value and digit.probabilities[other] >= LIKELY
    ]
    said = f"{_text(digit.value)}, {sure}"
    return "; or ".join([said, *others[:MOST_OTHERS]])


def _place(digit: Digit, size: tuple[float, float], room: float) -> dict[str, float]:
    x, y, width, height = digit.box
    wide, high = size
    left, top = max(x - room, 0), max(y - room, 0)
    right, bottom = min(x + width + room, wide), min(y + height + room, high)
    shares = {
        "left": left / wide,
        "top": top / high,
        "width": (right - left) / wide,
        "height": (bottom - top) / high,
    }
    return {side: round(100 * share, 2) for side, share in shares.items()}


def _text(value: int | None) -> str:
    return "?" if value is None else str(value)


def _kind(digit: Digit) -> str:
    if digit.value is None:
        return "refused"
    return "doubt" if digit.confidence < DOUBT else "sure"
