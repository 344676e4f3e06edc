"""How likely each digit is, as buttons that correct the reading, and what came of pressing one."""

from html import escape
from typing import Final

from app.page import html_panel
from app.page.headline import percent
from app.reading import Digit

STORED: Final = "Pressing it stores this drawing on the server to improve the model."
NOT_STORED: Final = "It counts for this visit only, and nothing is stored."


def to_html(digit: Digit) -> str:
    """Buttons `right-0` to `right-9`, filled as far as each is likely; then `no-digit`."""
    bars = "".join(
        html_panel.button(
            f"right-{value}",
            f"<b>{value}</b> <small>{percent(probability)}</small>",
            attributes=f'style="--part:{100 * probability:.1f}%"'
            + (" disabled" if value == digit.value else ""),
        )
        for value, probability in enumerate(digit.probabilities.tolist())
    )
    refuse = "" if digit.value is None else html_panel.button("no-digit", "Not a digit")
    return f'<div class="right"><div class="bars">{bars}</div>{refuse}</div>'


def notice(digit: Digit, is_stored: bool) -> str:
    """What the buttons show, and what pressing one does. is_stored: whether drawings are stored."""
    meaning = (
        "How likely each digit is, if it is one."
        if digit.value is None
        else "How likely each digit is."
    )
    return (
        f'<p class="consent">{meaning} <strong>Misread? Press the right digit.</strong>'
        f" {STORED if is_stored else NOT_STORED}</p>"
    )


def outcome(thanks: str, trouble: str) -> str:
    """The answer to a correction, and what went wrong with it; empty where there was none."""
    answer = f'<p class="said" role="status">{html_panel.icon("check")}{escape(thanks)}</p>'
    warning = f'<p class="trouble" role="alert">{html_panel.icon("warning")}{escape(trouble)}</p>'
    return (answer if thanks else "") + (warning if trouble else "")
