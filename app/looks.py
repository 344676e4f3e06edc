"""How a reading looks: HTML, the style of what stands for its digits, and pictures of glyphs."""

import base64
import re
from html import escape
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import sheet
from app.reading import Digit, Reading

DOUBT: Final = 0.9  # confidence below which a digit is marked as doubtful
ZOOM: Final = 6  # pixels of a picture of a glyph for one of the glyph
# Orange speaks for the reading, blue against it: a pair that the colour-blind tell apart too.
FOR: Final = (213, 94, 0)
AGAINST: Final = (0, 90, 181)
_STYLE: Final = "".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("looks.css", "looks_details.css")
)


def style(size: sheet.Size) -> str:
    """The style sheet of the page for a sheet of this size."""
    sizes = (
        f"--sheet-width:{size.width}px;--sheet-height:{size.height}px;"
        f"--margin:{sheet.MARGIN}px;--sharp:{sheet.SHARP}"
    )
    return f"<style>:root{{{sizes}}}{_STYLE}</style>"


def headline(reading: Reading, hint: str) -> str:
    """What was read, or the hint where there is no ink: a live region for screen readers."""
    if not reading.digits:
        said = f'<span class="hint">{escape(hint)}</span>'
    else:
        lines = reading.text.split("\n")
        sizes = f"--chars:{max(map(len, lines))};--lines:{len(lines)}"
        said = (
            f'<span class="read" style="{sizes}">{_lines(reading)}</span> '
            f'<span class="sure">{escape(sureness(reading))}</span>'
        )
    return f'<div role="status" aria-live="polite" aria-atomic="true">{said}</div>'


def sureness(reading: Reading) -> str:
    """How sure the reading is, in a few words."""
    refused = sum(digit.value is None for digit in reading.digits)
    if refused == len(reading.digits):
        return "not a digit I know" if refused == 1 else "not digits I know"
    if refused:
        return "? is not a digit I know"
    least = percent(min(digit.confidence for digit in reading.digits))
    if len(reading.digits) == 1:
        return f"{least} sure"
    return f"each digit {least} sure" if least.startswith(">") else f"each at least {least} sure"


def percent(probability: float) -> str:
    """Never "100 %", which no estimate earns."""
    if probability > 0.995:
        return "> 99 %"
    return "< 1 %" if probability < 0.005 else f"{100 * probability:.0f} %"


def tiles_style(reading: Reading) -> str:
    """The style of the buttons `tile-0`, `tile-1`, ...: each shows its glyph and confidence."""
    rules = []
    for at, digit in enumerate(reading.digits):
        sure = "no digit" if digit.value is None else percent(digit.confidence)
        rules.append(
            f".st-key-tile-{at} button{{--glyph:url({png(on_paper(digit.glyph))});"
            f'--said:"{sure}";--colour:var({_colour(digit)})}}'
        )
        before = reading.digits[at - 1] if at else digit
        if before.number != digit.number and before.line == digit.line:
            rules.append(f".st-key-tile-{at}{{margin-left:1rem}}")
    return f"<style>{''.join(rules)}</style>"


def bars_style(digit: Digit) -> str:
    """The style of the buttons `right-0` to `right-9`, each filled as far as it is likely."""
    rules = [
        f'.st-key-right-{value} button{{--part:{100 * part:.1f}%;--said:"{percent(part)}"}}'
        for value, part in enumerate(digit.probabilities.tolist())
    ]
    return f"<style>{''.join(rules)}</style>"


def seen(digit: Digit, heat: NDArray[np.float32]) -> str:
    """What the network saw, and which of it decided; heat: see `why.occlusion`."""
    name = (
        "no digit" if digit.value is None else f"{'an' if digit.value == 8 else 'a'} {digit.value}"
    )
    decided = f"<b>orange</b> speaks for {name}, <i>blue</i> against"
    return (
        f'<div class="seen">{_figure(on_paper(digit.glyph), "what the network saw", "pixels")}'
        f"{_figure(heated(digit.glyph, heat), decided)}</div>"
    )


def on_paper(glyph: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A glyph in the sheet's colours, uint8 (28, 28, 3) RGB; glyph: uint8 (28, 28), ink 255."""
    ink, paper = (
        np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float32)
        for colour in (sheet.INK, sheet.PAPER)
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


def _lines(reading: Reading) -> str:
    """Each digit underlined as far as it is sure; lines and numbers apart as in the text."""
    digits = iter(reading.digits)
    lines = []
    for line in reading.text.split("\n"):
        marks = (" " if mark == " " else _mark(mark, next(digits)) for mark in line)
        lines.append(f'<span class="line">{"".join(marks)}</span>')
    return " ".join(lines)


def _mark(text: str, digit: Digit) -> str:
    if digit.value is None:
        return f'<span class="refused">{text}</span>'
    style = f"--sure:{100 * digit.confidence:.0f}%;--colour:var({_colour(digit)})"
    return f'<span style="{style}">{text}</span>'


def _colour(digit: Digit) -> str:
    if digit.value is None:
        return "--refused"
    return "--doubt" if digit.confidence < DOUBT else "--accent"


def _figure(pixels: NDArray[np.uint8], caption: str, kind: str = "") -> str:
    plain = re.sub("<[^>]*>", "", caption)
    return (
        f'<figure><img class="{kind}" src="{png(pixels)}" width="112" height="112"'
        f' alt="{plain}"><figcaption>{caption}</figcaption></figure>'
    )
