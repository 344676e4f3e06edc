"""The tiles: a button for each digit, with its glyph, its value, and how sure that is."""

from typing import Final

from app.page import html_panel
from app.page.glyph_images import on_paper, png, shown_glyph
from app.page.headline import STRANGE, certainty, is_strange, sure_text
from app.reading import Reading

MAX_TILES: Final = 24  # about two rows on a phone; on a picture, every digit can be pressed


def to_html(reading: Reading, chosen: int, corrected: frozenset[int] = frozenset()) -> str:
    """Buttons `tile-0`, `tile-1` and so on, in a row for each line, grouped by number.

    chosen: index of the digit whose details are shown. corrected: indices of the digits that the
    visitor corrected.
    """
    rows: dict[int, dict[int, str]] = {}
    for index in shown_indices(reading, chosen):
        digit = reading.digits[index]
        numbers = rows.setdefault(digit.line_index, {})
        tile = _tile(reading, index, index == chosen, index in corrected)
        numbers[digit.number_index] = numbers.get(digit.number_index, "") + tile
    return "".join(
        f'<div class="tiles">{"".join(f"<div>{tiles}</div>" for tiles in numbers.values())}</div>'
        for numbers in rows.values()
    )


def shown_indices(reading: Reading, chosen: int) -> list[int]:
    """The digits that get a tile: all of them, or, if they are many, those near the chosen one."""
    indices = list(range(len(reading.digits)))
    if len(indices) > MAX_TILES:
        line = reading.digits[chosen].line_index
        indices = [index for index in indices if reading.digits[index].line_index == line]
    first = max(min(indices.index(chosen) - MAX_TILES // 2, len(indices) - MAX_TILES), 0)
    return indices[first : first + MAX_TILES]


def _tile(reading: Reading, index: int, is_chosen: bool, is_corrected: bool) -> str:
    digit = reading.digits[index]
    text, sure = digit.text, "you said" if is_corrected else sure_text(digit)
    strange = STRANGE if is_strange(digit) and not is_corrected else ""
    return html_panel.button(
        f"tile-{index}",
        f'<img src="{png(on_paper(shown_glyph(digit)))}" alt=""><b>{text}</b><small>{sure}</small>',
        label=f"Digit {index + 1}: {text}, {sure}{strange}",
        attributes=f'style="--colour:var(--{certainty(digit)})"'
        f' aria-pressed="{str(is_chosen).lower()}"',
    )
