"""Ten buttons that show how likely each digit is and correct the reading, and the outcome."""

from html import escape
from typing import Final

from app.page import html_panel
from app.page.headline import percent
from app.reading import Digit

STORED: Final = "Pressing it stores this drawing on the server to improve the model."
NOT_STORED: Final = "It counts for this visit only, and nothing is stored."


def to_html(digit: Digit, is_corrected: bool, is_stored: bool) -> str:
    """Buttons `right-0` to `right-9`, filled by their probabilities; then `no-digit`.

    is_corrected: whether the visitor has corrected this digit, so that no probability is shown.
    is_stored: whether corrections are stored.
    """
    has_chances = not is_corrected and digit.sign is None  # a sign is no digit of any probability
    bars = "".join(
        _bar(value, probability if has_chances else None, value == digit.value)
        for value, probability in enumerate(digit.probabilities.tolist())
    )
    refuse = "" if digit.value is None else html_panel.button("no-digit", "Not a digit")
    return (
        f'<div class="right"><p class="consent"><strong>{_question(digit, is_corrected)}</strong>'
        f" Press the right digit. {STORED if is_stored else NOT_STORED}</p>"
        f'<div class="bars">{bars}</div>{refuse}</div>'
    )


def _question(digit: Digit, is_corrected: bool) -> str:
    if is_corrected:
        return "Is it another digit?" if digit.value is not None else "Is it a digit after all?"
    if digit.sign:
        return f"Is it a digit, not the sign “{digit.sign}”?"
    return "Was it wrong?" if digit.value is not None else "Is it a digit? Then these are likely."


def outcome(thanks: str, trouble: str, is_undoable: bool) -> str:
    """The thanks for a correction, and what went wrong with it; empty if there was none.

    is_undoable: whether a button `take-back` can undo the correction.
    """
    undo = html_panel.button("take-back", "Undo") if is_undoable else ""
    answer = f'<p class="said" role="status">{html_panel.icon("check")}{escape(thanks)}{undo}</p>'
    warning = f'<p class="trouble" role="alert">{html_panel.icon("warning")}{escape(trouble)}</p>'
    return (answer if thanks else "") + (warning if trouble else "")


def _bar(value: int, probability: float | None, is_read: bool) -> str:
    """The button of a digit. probability: None shows none. is_read: whether it is the reading."""
    chance = "" if probability is None else f" <small>{percent(probability)}</small>"
    return html_panel.button(
        f"right-{value}",
        f"<b>{value}</b>{chance}",
        attributes=f'style="--part:{100 * (probability or 0):.1f}%"'
        + (" disabled" if is_read else ""),
    )
