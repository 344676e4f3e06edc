"""How the page looks: its sizes and colours, and a reading as HTML."""

import base64
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.reading import Digit, Reading

SHEET: Final = 280  # pixels square: fits a 320 px wide phone with 20 px to hold on either side
PEN: Final = 16  # pixels
# The canvas component lays a toolbar, invisible on touch screens, over its upper right corner.
# This many rows of canvas above the visible sheet keep it away from fingers; see looks.css.
MARGIN: Final = 40  # pixels
# Paper is light in the dark theme too: a canvas whose colours change forgets its drawing.
INK: Final = "#1d2433"
PAPER: Final = "#fffefa"

STYLE: Final = (
    Path(__file__)
    .with_suffix(".css")
    .read_text(encoding="utf-8")
    .replace("SHEET", f"{SHEET}px")
    .replace("MARGIN", f"{MARGIN}px")
)


def headline(reading: Reading) -> str:
    """What was read, or the hint where nothing is drawn: a live region for screen readers."""
    if not reading.digits:
        said = '<span class="hint">Draw a digit 0–9</span>'
    else:
        said = (
            f'<span class="read">{reading.text}</span> <span class="sure">{_sure(reading)}</span>'
        )
    return f'<div role="status" aria-live="polite" aria-atomic="true">{said}</div>'


def details(reading: Reading) -> str:
    """What the network saw and its ten probabilities, a row for each character."""
    return "".join(_row(digit) for digit in reading.digits) or _row(None)


def _sure(reading: Reading) -> str:
    if any(digit.value is None for digit in reading.digits):
        return "not a digit I know"
    return f"{_percent(min(digit.confidence for digit in reading.digits))} sure"


def _percent(probability: float) -> str:
    """Never "100 %", which no estimate earns."""
    return "> 99 %" if probability > 0.995 else f"{100 * probability:.0f} %"


def _row(digit: Digit | None) -> str:
    """One character's glyph and bars; without a character the same place, empty."""
    seen = np.zeros((glyph.SIDE, glyph.SIDE), np.uint8) if digit is None else digit.glyph
    probabilities = np.zeros(10) if digit is None else digit.probabilities
    bars = "".join(
        f'<li class="{"top" if digit is not None and value == digit.value else ""}"'
        f' aria-label="{value}: {_percent(probability)}">'
        f'<i><b style="height:{100 * probability:.1f}%"></b></i><span>{value}</span></li>'
        for value, probability in enumerate(probabilities.tolist())
    )
    return (
        f'<div class="row"><figure><img src="{_png(seen)}" width="84" height="84"'
        ' alt="The 28 by 28 pixels the network saw"><figcaption>what it sees</figcaption></figure>'
        f'<figure class="bars"><ol aria-label="Probability of each digit">{bars}</ol>'
        "<figcaption>how likely each digit is</figcaption></figure></div>"
    )


def _png(pixels: NDArray[np.uint8]) -> str:
    """The pixels as they are, as a data URL; the style sheet enlarges them without smoothing."""
    _, encoded = cv2.imencode(".png", pixels)
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
