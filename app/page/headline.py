"""The headline: what was read, in large type, and how sure that is."""

import math
from dataclasses import asdict, dataclass
from html import escape
from itertools import count
from typing import Final

from app.page import assets
from app.reading import Digit, Reading
from app.recognizer import MIN_SURE_CONFIDENCE, MIN_SURE_NUMBER_CONFIDENCE

DRAW_HINT: Final = "Draw a digit or a number"
STRANGE: Final = ", unusual shape"  # of a digit that is doubtful although its value is sure

PERCENT_CHARS: Final = 3.0  # the room for the percentage of an unsure number, in characters
LINES_IN_COLUMN: Final = 3  # so many need no second column
MAX_LINES: Final = 8  # above a picture; more are in columns there, so that the picture is in view
COLUMN_GAP: Final = 2.0  # the same between two columns of lines
MAX_ASPECT: Final = 7.0  # characters in the width of a phone per line in the headline's height

_headline: Final = assets.component(
    "headline",
    '<div class="shown" aria-hidden="true"></div>'
    '<div class="spoken" role="status" aria-live="polite" aria-atomic="true"></div>',
    isolate_styles=False,  # its HTML is styled by the page
)
# Differs in each run, because Streamlit tells a component nothing if its data stays the same, and
# the page waits for an answer after each press (connection.js).
_answers: Final = count(1)


@dataclass(frozen=True)
class Drawing:
    """What the browser needs to read on while the pen moves; see headline.js.

    sheet: which canvas it is on. last_point: [x, y] where the last stroke began, canvas pixels;
    None without strokes. live: see `DrawingRead.publish`.
    """

    sheet: int
    last_point: list[float] | None
    live: dict[str, object] | None


def show(
    reading: Reading,
    hint: str,
    drawing: Drawing | None = None,
    corrected: frozenset[int] = frozenset(),
) -> None:
    """Shows the reading, or the hint where it has no digits.

    drawing: None for a picture. corrected: indices of the digits that the visitor corrected.
    """
    data = {
        "html": to_html(reading, hint, corrected),
        "drawing": None if drawing is None else asdict(drawing),
        "answer": next(_answers),
    }
    _headline(data=data, key="reading")


def to_html(
    reading: Reading,
    hint: str,
    corrected: frozenset[int] = frozenset(),
    unfinished: int | None = None,
) -> str:
    """The headline's HTML; corrected: see `show`. unfinished: index of what is being written."""
    if not reading.digits:
        return f'<span class="hint">{escape(hint)}</span>'
    lines = reading.text.split("\n")
    unsure = _unsure_numbers(reading, corrected, unfinished)
    num_chars = max(map(len, lines)) + (PERCENT_CHARS if unsure else 0)
    num_columns = columns(len(lines), num_chars)
    sizes = f"--chars:{num_chars};--lines:{len(lines)};--columns:{num_columns};"
    sizes += f"--rows:{-(-len(lines) // num_columns)}"
    sure = sureness(reading, corrected, unfinished)
    kind = "read many" if len(lines) > MAX_LINES else "read"
    return (
        f'<span class="{kind}" style="{sizes}">{_lines(reading, unfinished, unsure)}</span> '
        f'<span class="sure" style="--chars:{len(sure)}">{escape(sure)}</span>'
    )


def columns(num_lines: int, num_chars: float) -> int:
    """The number of columns in which lines of so many characters are largest beside a drawing."""

    def size(count: int) -> float:
        num_rows, width = -(-num_lines // count), num_chars * count + COLUMN_GAP * (count - 1)
        return min(1 / num_rows, MAX_ASPECT / width)

    return max(range(1, -(-num_lines // LINES_IN_COLUMN) + 1), key=size)


def sureness(
    reading: Reading, corrected: frozenset[int] = frozenset(), unfinished: int | None = None
) -> str:
    """How sure the reading is, in a few words; corrected, unfinished: see `to_html`."""
    if len(reading.digits) == 1 and 0 in corrected and unfinished is None:
        value = reading.digits[0].value
        return "you said it is not a digit" if value is None else f"you said {value}"
    finished = [digit for index, digit in enumerate(reading.digits) if index != unfinished]
    if not finished:
        return "…"
    # What the visitor said is no estimate.
    digits = [
        digit
        for index, digit in enumerate(reading.digits)
        if index != unfinished
        and (index not in corrected or digit.value is None)
        and not digit.sign
    ]
    if not digits:
        return "as you said" if corrected else "sign"
    num_refused = sum(digit.value is None for digit in digits)
    if num_refused == len(finished):
        return "not a digit" if num_refused == 1 else "not digits"
    if num_refused:
        return "? means not a digit"
    strange = STRANGE if any(map(is_strange, digits)) else ""
    if unfinished is None and len(reading.numbers) > 1:
        return _sureness_of_numbers(reading, corrected)
    if not corrected and unfinished is None and len(reading.digits) > 1:
        return f"{percent(reading.confidence)} sure{strange}"
    # Of what is left, each digit by itself.
    return f"{percent(math.prod(digit.confidence for digit in digits))} sure{strange}"


def _sureness_of_numbers(reading: Reading, corrected: frozenset[int]) -> str:
    """How sure several numbers are: how many should be checked, else the least sure one.

    Of a number that the visitor corrected, what is left counts, each digit by itself.
    """
    confidences, num_doubtful, end = list[float](), 0, 0
    for number in reading.numbers:
        indices = range(end, end + len(number.digits))
        end = indices.stop
        if corrected.isdisjoint(indices):
            confidences.append(number.confidence)
            num_doubtful += any(digit.is_doubtful for digit in number.digits)
        else:
            left = [index for index in indices if index not in corrected]
            digits = [reading.digits[index] for index in left if not reading.digits[index].sign]
            confidences.append(math.prod(digit.confidence for digit in digits))
    if num_doubtful:
        return f"{num_doubtful} of {len(confidences)} numbers unsure"
    return f"{len(confidences)} numbers, the least sure {percent(min(confidences))}"


def _unsure_numbers(
    reading: Reading, corrected: frozenset[int], unfinished: int | None
) -> dict[int, float]:
    """The confidences of those of several numbers that are unsure, by the index of the last mark.

    A number with a "?" shows its doubt by itself. Nobody knows how sure one is that was corrected
    or is being written.
    """
    numbers, unsure, end = reading.numbers, dict[int, float](), 0
    for number in numbers if len(numbers) > 1 else ():
        indices = range(end, end + len(number.digits))
        end = indices.stop
        is_changed = unfinished in indices or not corrected.isdisjoint(indices)
        is_unsure = number.confidence < MIN_SURE_NUMBER_CONFIDENCE and "?" not in number.text
        if is_unsure and not is_changed:
            unsure[indices.stop - 1] = number.confidence
    return unsure


def is_strange(digit: Digit) -> bool:
    """Whether a digit is doubtful although no other value is likely, and its number is sure."""
    is_sure = (
        digit.confidence >= MIN_SURE_CONFIDENCE
        and digit.number_confidence >= MIN_SURE_NUMBER_CONFIDENCE
    )
    return digit.value is not None and digit.is_doubtful and is_sure


def percent(probability: float) -> str:
    """Never "100 %", which no estimate deserves."""
    if probability > 0.995:
        return "> 99 %"
    return "< 1 %" if probability < 0.005 else f"{100 * probability:.0f} %"


def sure_text(digit: Digit) -> str:
    """How sure a mark is, in a word or two."""
    if digit.value is not None:
        return percent(digit.confidence)
    return "sign" if digit.sign else "not a digit"


def certainty(digit: Digit) -> str:
    """The CSS class of a mark, and the name of its colour: `sure`, `doubt`, `refused` or `sign`."""
    if digit.sign:
        return "sign"
    if digit.value is None:
        return "refused"
    return "doubt" if digit.is_doubtful else "sure"


def _lines(reading: Reading, unfinished: int | None, unsure: dict[int, float]) -> str:
    """Each digit underlined as far as it is sure; lines and numbers are apart as in the text.

    unsure: see `_unsure_numbers`.
    """
    digits = enumerate(reading.digits)
    lines = []
    for line in reading.text.split("\n"):
        html = ""
        for mark in line:
            if mark == " ":
                html += mark
                continue
            index, digit = next(digits)
            html += _mark(mark, index, digit, unfinished)
            if index in unsure:
                html += f' <small class="doubt">{percent(unsure[index])}</small>'
        lines.append(f'<span class="line">{html}</span>')
    return " ".join(lines)


def _mark(text: str, index: int, digit: Digit, unfinished: int | None) -> str:
    if index == unfinished:
        return f'<span class="unfinished">{"…" if digit.text == "?" else escape(text)}</span>'
    if digit.value is None:
        return f'<span class="{certainty(digit)}">{escape(text)}</span>'
    style = f"--confidence:{100 * digit.confidence:.0f}%;--colour:var(--{certainty(digit)})"
    return f'<span style="{style}">{text}</span>'
