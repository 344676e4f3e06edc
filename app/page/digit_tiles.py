"""The tiles: a button for each digit, with its glyph, what it was read as, and how sure that is."""

from typing import Final

from app.page import html_panel
from app.page.glyph_images import on_paper, png
from app.page.headline import STRANGE, certainty, is_strange, percent
from app.reading import Reading

MAX_TILES: Final = 24  # about two rows on a phone; on a picture, every digit can be pressed


def to_html(reading: Reading, chosen: int) -> str:
    """Buttons `tile-0`, `tile-1`, ..., a row for each line. chosen: index of the one looked at."""
    rows: dict[int, list[str]] = {}
    for index in shown_indices(reading, chosen):
        rows.setdefault(reading.digits[index].line_index, []).append(_tile(reading, index, chosen))
    return "".join(f'<div class="tiles">{"".join(row)}</div>' for row in rows.values())


def shown_indices(reading: Reading, chosen: int) -> list[int]:
    """The digits that get a tile: all of them, or of many, those near the one looked at."""
    indices = list(range(len(reading.digits)))
    if len(indices) > MAX_TILES:
        line = reading.digits[chosen].line_index
        indices = [index for index in indices if reading.digits[index].line_index == line]
    first = max(min(indices.index(chosen) - MAX_TILES // 2, len(indices) - MAX_TILES), 0)
    return indices[first : first + MAX_TILES]


def _tile(reading: Reading, index: int, chosen: int) -> str:
    digit = reading.digits[index]
    text = "?" if digit.value is None else str(digit.value)
    sure = "not a digit" if digit.value is None else percent(digit.confidence)
    strange = STRANGE if is_strange(digit) else ""
    previous = reading.digits[index - 1] if index else digit
    starts_number = (
        previous.number_index != digit.number_index and previous.line_index == digit.line_index
    )
    margin = ";margin-left:1rem" if starts_number else ""
    return html_panel.button(
        f"tile-{index}",
        f'<img src="{png(on_paper(digit.glyph))}" alt=""><b>{text}</b><small>{sure}</small>',
        label=f"Digit {index + 1}: {text}, {sure}{strange}",
        attributes=f'style="--colour:var(--{certainty(digit)}){margin}"'
        f' aria-pressed="{str(index == chosen).lower()}"',
    )
