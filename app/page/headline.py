"""How the page looks: its style, the reading itself, and the tools to draw with."""

from collections.abc import Sequence
from html import escape
from typing import Final

from app.page import assets, canvas, html_panel
from app.reading import Digit, Reading

DOUBT: Final = 0.9  # confidence below which a digit is marked as doubtful
# How much larger than it is a sheet is shown in some windows; of those that fit, the last counts.
# Beside the phone's some 20 pixels stay free, where a thumb can scroll.
FITS: Final = {
    canvas.WIDE: (
        ("(max-width:640px)", 0.85),
        ("(max-width:550px)", 0.65),
        ("(max-width:430px)", 0.47),
    ),
    canvas.PHONE: tuple(
        (f"(min-width:{width}px) and (orientation:portrait)", fit)
        for width, fit in ((360, 1.14), (390, 1.24), (412, 1.32))
    ),
}
_STYLE: Final = assets.read("page.css") + assets.read("digit_details.css")


def style(size: canvas.Size) -> str:
    """The style sheet of the page for a sheet of this size."""
    sizes = (
        f"--sheet-width:{size.width}px;--sheet-height:{size.height}px;"
        f"--margin:{canvas.MARGIN}px;--sharp:{canvas.SHARP}"
    )
    narrow = "".join(
        f"@media {window}{{.st-key-canvas{{--fit:{fit}}}}}" for window, fit in FITS[size]
    )
    return f"<style>:root{{{sizes}}}{_STYLE}{narrow}</style>"


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


def tools(drawn: bool, pens: Sequence[tuple[str, str]], pen: int, samples: Sequence[str]) -> str:
    """Buttons for the drawing: `undo`, `clear`, radio buttons `pen-0`, ... and `sample-0`, ...

    drawn: whether there is anything to take back. pens: icon and name of each. pen: the one in use.
    """
    idle = "" if drawn else "disabled"
    edit = "".join(
        html_panel.button(name, f"{html_panel.icon(drawing)}<span>{said}</span>", more=idle)
        for name, drawing, said in (("undo", "undo", "Undo"), ("clear", "ink_eraser", "Clear"))
    )
    widths = "".join(
        f'<label><input type="radio" name="pen" data-press="pen-{at}" aria-label="{name}"'
        f"{' checked' if at == pen else ''}>{html_panel.icon(drawing)}</label>"
        for at, (drawing, name) in enumerate(pens)
    )
    tried = "".join(
        html_panel.button(f"sample-{at}", escape(name), f"Try {name}")
        for at, name in enumerate(samples)
    )
    return (
        f'<div class="tools">{edit}<span class="st-key-pen" role="radiogroup" aria-label="Pen">'
        f'{widths}</span></div><div class="samples"><span>Try</span>{tried}</div>'
    )


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
    style = f"--sure:{100 * digit.confidence:.0f}%;--colour:var({colour(digit)})"
    return f'<span style="{style}">{text}</span>'


def colour(digit: Digit) -> str:
    """The name of the CSS variable that shows how sure a digit is."""
    if digit.value is None:
        return "--refused"
    return "--doubt" if digit.confidence < DOUBT else "--accent"
