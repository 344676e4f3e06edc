"""A picture as the page shows it: of a sensible size, with a button around each digit."""

import base64
from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.page.markup import DOUBT, percent
from app.reading import Digit, Reading

LARGEST_SIDE: Final = 1200  # pixels: sharp on a phone and a desk, some 100 kB
QUALITY: Final = 82  # of JPEG
ROOM: Final = 0.004  # of the picture's longer side, between a digit and its box
LIKELY: Final = 0.01  # from this probability on, another digit is told
MOST_OTHERS: Final = 2

_HTML: Final = "<figure><img alt=''></figure>"
# Paper is light in either theme, so the colours are the same in both.
_CSS: Final = """
figure { position: relative; margin: 0 auto; width: fit-content; container-type: normal; }
img { display: block; max-width: 100%; max-height: 80vh; border-radius: 0.5rem; }
button {
  position: absolute; box-sizing: border-box; padding: 0; margin: 0; min-width: 8px;
  background: transparent; border: 1px solid var(--is); border-radius: 2px;
  cursor: pointer; font: inherit;
}
.sure { --is: rgb(47 91 183); }
.doubt { --is: rgb(176 74 0); }
.refused { --is: rgb(110 104 94); }
button:hover { background: color-mix(in srgb, var(--is) 12%, transparent); }
button.chosen { box-shadow: 0 0 0 2px var(--is); }
button:focus-visible { outline: 3px solid var(--is); outline-offset: 3px; }
.label {
  position: absolute; left: -1px; bottom: 100%; padding: 0 0.3em; color: #fff;
  background: var(--is); font-weight: 600; line-height: 1.25; font-size: clamp(9px, 1.7vmin, 16px);
}
button.high .label { bottom: auto; top: 0; }
.told {
  display: none; position: absolute; z-index: 1; top: calc(100% + 5px); left: 0; width: max-content;
  max-width: 11rem; padding: 0.3em 0.6em; border-radius: 0.4em; text-align: left;
  color: #fff; background: rgb(35 31 32 / 92%); font-size: 0.85rem; line-height: 1.35;
}
button.right .told { left: auto; right: 0; }
button.low .told { top: auto; bottom: calc(100% + 1.6em); }
button:hover .told, button:focus-visible .told { display: block; }
"""
# Buttons stay what they are from reading to reading, so that the keyboard's place is kept.
_JS: Final = """
export default function ({ parentElement, data, setTriggerValue }) {
  const figure = parentElement.querySelector("figure");
  const image = figure.querySelector("img");
  if (image.src !== data.picture) image.src = data.picture;
  image.alt = data.alt;
  const buttons = [...figure.querySelectorAll("button")];
  while (buttons.length > data.boxes.length) buttons.pop().remove();
  while (buttons.length < data.boxes.length) {
    const button = document.createElement("button");
    button.type = "button";
    for (const name of ["label", "told"]) {
      const part = document.createElement("span");
      part.className = name;
      part.setAttribute("aria-hidden", "true");
      button.append(part);
    }
    figure.append(button);
    buttons.push(button);
  }
  data.boxes.forEach((box, place) => {
    const button = buttons[place];
    button.className = box.kind;
    for (const [side, share] of Object.entries(box.at)) button.style[side] = `${share}%`;
    button.querySelector(".label").textContent = box.text;
    button.querySelector(".told").textContent = box.told;
    button.setAttribute("aria-label", box.told);
    button.setAttribute("aria-pressed", String(box.chosen));
    button.classList.toggle("chosen", box.chosen);
    button.classList.toggle("high", box.at.top < 4);
    button.classList.toggle("right", box.at.left > 50);
    button.classList.toggle("low", box.at.top + box.at.height > 80);
    button.onclick = () => setTriggerValue("chosen", place);
  });
}
"""

_boxes: Final = st.components.v2.component("digits_boxes", html=_HTML, css=_CSS, js=_JS)


def reduced(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """An RGB copy uint8 (h, w, 3) of LARGEST_SIDE at most, and its scale; image: see picture."""
    scale = min(1.0, LARGEST_SIDE / max(image.shape[:2]))
    size = tuple(max(round(side * scale), 1) for side in image.shape[1::-1])
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
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
    _boxes(data=data, key="boxes", on_chosen_change=pressed)


def boxes(size: tuple[float, float], reading: Reading, chosen: int) -> list[dict[str, Any]]:
    """What the page is told of each digit: where it is, in percent of the picture, and what."""
    room = ROOM * max(size)
    return [
        {
            "at": _place(digit, size, room),
            "text": _text(digit.value),
            "told": told(digit),
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
