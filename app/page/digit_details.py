"""The HTML of what lies below a reading: its digits, what the network saw of one, and why."""

import base64
import re
from collections.abc import Sequence
from html import escape
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.page import canvas, html_panel
from app.page.headline import colour, percent
from app.reading import Digit, Reading

ZOOM: Final = 6  # pixels of a picture of a glyph for one of the glyph
# Orange speaks for the reading, blue against it: a pair that the colour-blind tell apart too.
FOR: Final = (213, 94, 0)
AGAINST: Final = (0, 90, 181)
STORED: Final = "Pressing stores this drawing on the server, to improve the model."
NOT_STORED: Final = "It counts for this visit only, and nothing is stored."


def tiles(reading: Reading, shown: Sequence[int], chosen: int) -> str:
    """Buttons `tile-0`, `tile-1`, ...: each shows its glyph, what it was read as and how sure.

    shown: places in the reading. chosen: the place of the digit that is looked at.
    """
    lines: dict[int, list[str]] = {}
    for at in shown:
        digit = reading.digits[at]
        sure = "no digit" if digit.value is None else percent(digit.confidence)
        text = "?" if digit.value is None else str(digit.value)
        before = reading.digits[at - 1] if at else digit
        apart = before.number_index != digit.number_index and before.line_index == digit.line_index
        style = f"--colour:var({colour(digit)}){';margin-left:1rem' if apart else ''}"
        inside = (
            f'<img src="{png(on_paper(digit.glyph))}" alt=""><b>{text}</b><small>{sure}</small>'
        )
        more = f'style="{style}" aria-pressed="{str(at == chosen).lower()}"'
        tile = html_panel.button(f"tile-{at}", inside, f"Digit {at + 1}: {text}, {sure}", more)
        lines.setdefault(digit.line_index, []).append(tile)
    return "".join(f'<div class="tiles">{"".join(line)}</div>' for line in lines.values())


def seen(digit: Digit, heat: NDArray[np.float32]) -> str:
    """What the network saw, and which of it decided; heat: see `why.occlusion`."""
    name = (
        "no digit" if digit.value is None else f"{'an' if digit.value == 8 else 'a'} {digit.value}"
    )
    decided = f"<b>orange</b> speaks for {name}, <i>blue</i> against"
    return (
        f'<div class="seen">{_figure(png(on_paper(digit.glyph)), "what the network saw", "pixels")}'
        f"{_figure(jpeg(heated(digit.glyph, heat)), decided)}</div>"
    )


def bars(digit: Digit) -> str:
    """Buttons `right-0` to `right-9`, filled as far as each is likely; then `no-digit`."""
    found = "".join(
        html_panel.button(
            f"right-{value}",
            f"<b>{value}</b> <small>{percent(part)}</small>",
            more=f'style="--part:{100 * part:.1f}%"{" disabled" if value == digit.value else ""}',
        )
        for value, part in enumerate(digit.probabilities.tolist())
    )
    none = "" if digit.value is None else html_panel.button("no-digit", "Not a digit")
    return f'<div class="right"><div class="bars">{found}</div>{none}</div>'


def consent(digit: Digit, stored: bool) -> str:
    """What the bars are, and what pressing one does; stored: whether the drawing is recorded."""
    kept = STORED if stored else NOT_STORED
    doubt = ", if it is one" if digit.value is None else ""
    return (
        f'<p class="consent">How likely each digit is{doubt}.'
        f" <strong>Read wrongly? Press the right one.</strong> {kept}</p>"
    )


def outcome(said: str, trouble: str) -> str:
    """What came of a correction, and what went wrong with storing it; empty where nothing did."""
    thanks = f'<p class="said" role="status">{html_panel.icon("check")}{escape(said)}</p>'
    sign = html_panel.icon("warning")
    warning = f'<p class="trouble" role="alert">{sign}Not stored: {escape(trouble)}</p>'
    return (thanks if said else "") + (warning if trouble else "")


def on_paper(glyph: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A glyph in the sheet's colours, uint8 (28, 28, 3) RGB; glyph: uint8 (28, 28), ink 255."""
    ink, paper = (
        np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float32)
        for colour in (canvas.INK, canvas.PAPER)
    )
    share = glyph[..., None].astype(np.float32) / 255
    return np.round(share * ink + (1 - share) * paper).astype(np.uint8)


def heated(glyph: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The glyph ZOOM times as large, its ink coloured by what it is worth: uint8 (h, w, 3) RGB.

    heat: float32 (28, 28), above 0 for the reading, below 0 against it, in any one unit.
    """
    size = (glyph.shape[1] * ZOOM, glyph.shape[0] * ZOOM)
    base = cv2.resize(on_paper(glyph // 3), size, interpolation=cv2.INTER_CUBIC)
    worth = np.asarray(cv2.resize(heat, size, interpolation=cv2.INTER_CUBIC), np.float32)[..., None]
    colour = np.where(worth > 0, np.array(FOR, np.float32), np.array(AGAINST, np.float32))
    strong = max(float(np.quantile(np.abs(heat[glyph > 0]), 0.9)), 1e-6) if glyph.any() else 1.0
    share = np.sqrt(np.minimum(np.abs(worth) / strong, 1))  # (h, w, 1)
    return np.asarray(np.round(base * (1 - share) + colour * share).clip(0, 255), np.uint8)


def png(pixels: NDArray[np.uint8]) -> str:
    """uint8 (h, w, 3) RGB as a data URL."""
    quick = (cv2.IMWRITE_PNG_COMPRESSION, 1)
    _, encoded = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), quick)
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")


def jpeg(pixels: NDArray[np.uint8]) -> str:
    """As png, with a fifth of the bytes where colours run into each other."""
    kept = (cv2.IMWRITE_JPEG_QUALITY, 85)
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), kept)
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")


def _figure(address: str, caption: str, kind: str = "") -> str:
    plain = re.sub("<[^>]*>", "", caption)
    return (
        f'<figure><img class="{kind}" src="{address}" width="112" height="112"'
        f' alt="{plain}"><figcaption>{caption}</figcaption></figure>'
    )
