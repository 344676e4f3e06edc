"""Composes lines of digits and signs from one writer's single digits, to train the line reader.

They are laid out as people write numbers: with different heights, small zeros, hanging tails, gaps
from touching to wide, slopes, and digits that are joined in one stroke. In some lines, letters
replace digits and are labelled as "?".
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from train.data.line_sets import Line, Writer
from train.data.pendigits import Strokes
from train.data.written_signs import WriterSigns
from train.render.signs import SIGNS, sign_strokes

Stroke = NDArray[np.float64]  # (n, 2), x right and y down

UNKNOWN: Final = "?"
MAX_DIGITS: Final = 12
JOINED: Final = 0.15  # share of lines in which neighbours are written without lifting the pen
SMALL_ZEROS: Final = 0.2  # share of lines with zeros that are smaller than other digits
LETTERS: Final = 0.06  # share of lines with letters in them
WRITTEN_SIGNS: Final = 0.7  # share of lines with a writer's signs; in others they are drawn
MIN_SIGN_SIZE: Final = 0.6  # of that of a sign that was written alone, where people write larger
ONES_LEAN: Final = 0.06  # sideways per unit of height: how much ones lean more than other digits
LOW_ONES: Final = 0.06  # share of ones that are lower than other digits
# Heights of a usual digit; between digits, between a sign and its neighbours, and between a small
# sign and these. Below 0, symbols overlap, which would hide a point.
MIN_GAP: Final = -0.2
MIN_SIGN_GAP: Final = -0.05
MIN_POINT_GAP: Final = 0.05
SMALL_SIGNS: Final = ".,:"
MIN_SLASH_SHEAR: Final = -0.05  # of lines with a slash, which would become upright
HANGING: Final = 0.25  # share of lines with 7s and 9s that hang below the baseline
# Layouts with signs: "d" is a digit, and "D" one to four digits. Each is chosen as often as listed.
LAYOUTS: Final = (
    *("D.d", "D.dd", "D,dd", "D.D", "D,ddd", "D,ddd,ddd", "0.D"),
    *("d/d", "dd/dd", "dd/dd/dddd", "dd.dd.dddd", "dd-dd-dd", "dddd-dd-dd", "d/d/dd"),
    *("ddd-dddd", "ddd-ddd-dddd", "(ddd)ddd-dddd", "d-ddd-ddd-dddd", "dddd-dddd", "+dd-ddd-dddd"),
    *("ddddd-dddd", "D-D-D", "D-D-D-D", "D.D.D"),
    *("-D", "-D.d", "+D", "d-d", "D-D", "dd-D"),
    *("dd:dd", "d:dd", "dd:dd:dd", "d:d"),
    *("d+d", "D+D", "d+d=d", "D+D=D", "D-D=D", "dxd", "DxD=D", "DxD", "D/D", "D=D"),
    *("dd%", "D%", "d.d%", "(D)", "d)", "(d+d)", "D/d", "d.", "D."),
)
# With points and other signs at their edges, which are learned from more lines than people write.
EDGE_LAYOUTS: Final = (
    *(".d", ".d", ".dd", ".dd", ".ddd", ",d", ",dd", "-.dd"),
    *("D.", "D.", "dd.", "D,", "D:", "D-", "D)"),
)
# Signs without a number. A point or a comma alone is not among them, because nothing in a strip
# says how large it is.
LONE_SIGNS: Final = ("+", "-", "=", "x", "%", "(", ")", "/", ":")


class Composer:
    """Composes lines of ink, each of the digits of one of these writers."""

    def __init__(
        self,
        writers: Sequence[Writer],
        letters: Sequence[Strokes] = (),
        signs: Sequence[WriterSigns] = (),
        is_lesson: bool = True,
    ) -> None:
        """is_lesson: whether rare signs are more frequent than people write them, to be learned."""
        self._writers, self._letters, self._signs = writers, letters, signs
        self._is_lesson = is_lesson

    def draw(self, random: np.random.Generator) -> Line:
        """A line by one of the writers."""
        number = int(random.integers(len(self._writers)))
        writer = self._writers[number]
        text = layout(random, sorted(writer), self._is_lesson)
        if self._letters and random.random() < LETTERS:
            share = random.choice([0.15, 0.5, 1.0])
            text = "".join(
                UNKNOWN if symbol.isdecimal() and random.random() < share else symbol
                for symbol in text
            )
        style = Style(random, text, self._signs)

        def drawing(symbol: str) -> Sequence[NDArray[np.floating]]:
            drawings = self._letters if symbol == UNKNOWN else writer[int(symbol)]
            return drawings[int(random.integers(len(drawings)))]

        placed = place(text, style, drawing, random)
        joined = _join(placed, text, random) if random.random() < JOINED else placed
        strokes = style.line([stroke for strokes in joined for stroke in strokes])
        return Line(strokes, text, f"composed/{number}")


def place(
    text: str,
    style: "Style",
    drawing: Callable[[str], Sequence[NDArray[np.floating]]],
    random: np.random.Generator,
) -> list[list[Stroke]]:
    """The strokes of each symbol of a text, from left to right; see `Style.line`.

    drawing: returns the strokes of a digit or UNKNOWN, at any scale.
    """
    placed: list[list[Stroke]] = []
    edge = 0.0
    for symbol in text:
        if symbol.isdecimal() or symbol == UNKNOWN:
            strokes = style.digit(drawing(symbol), symbol)
        else:
            strokes = style.sign(symbol)
        left = edge + style.gap(_min_gap(text[len(placed) - 1], symbol)) if placed else 0.0
        shift = left - min(float(stroke[:, 0].min()) for stroke in strokes)
        moved = [stroke + np.array([shift, 0.0]) for stroke in strokes]
        edge = max(float(stroke[:, 0].max()) for stroke in moved)
        placed.append(moved)
    return placed


def _min_gap(*symbols: str) -> float:
    """The smallest gap between two symbols."""
    if any(symbol in SMALL_SIGNS for symbol in symbols):
        return MIN_POINT_GAP
    return MIN_SIGN_GAP if any(symbol in SIGNS for symbol in symbols) else MIN_GAP


def layout(random: np.random.Generator, digits: Sequence[int], is_lesson: bool = True) -> str:
    """A text, of digits alone in two thirds of all cases.

    digits: those that the writer has. is_lesson: see `Composer`.
    """
    kind = random.random()
    if kind < (0.63 if is_lesson else 0.67):
        pattern = "d" * int(min(random.geometric(0.2), MAX_DIGITS))
    else:
        patterns: Sequence[str] = LAYOUTS + EDGE_LAYOUTS if is_lesson else LAYOUTS
        if is_lesson and kind > 0.96:
            patterns = LONE_SIGNS
        pattern = patterns[int(random.integers(len(patterns)))]
        pattern = pattern if 0 in digits else pattern.replace("0", "d")
    text = "".join("d" * int(random.integers(1, 5)) if mark == "D" else mark for mark in pattern)
    shape = random.random()
    alphabet = [str(digit) for digit in digits]
    if shape < 0.12 and len(text) > 2:  # round numbers, with zeros at the end
        zeros = int(random.integers(1, len(text)))
        head, tail = text[:-zeros], text[-zeros:].replace("d", "0" if 0 in digits else alphabet[0])
        text = head + tail
    elif shape < 0.2:  # two different digits, many of which are doubled
        alphabet = list(random.choice(alphabet, min(2, len(alphabet)), replace=False))
    return "".join(
        alphabet[random.integers(len(alphabet))] if mark == "d" else mark for mark in text
    )


class Style:
    """The style in which the line of a text is written; lengths are in heights of a usual digit."""

    def __init__(
        self, random: np.random.Generator, text: str, signs: Sequence[WriterSigns] = ()
    ) -> None:
        """signs: of the writers of whom one writes this line's signs, or nobody."""
        self._random = random
        is_written = signs and random.random() < WRITTEN_SIGNS
        self._signs = signs[int(random.integers(len(signs)))] if is_written else {}
        self._spread = random.choice([0.04, 0.1, 0.2], p=[0.4, 0.35, 0.25])
        self._wobble = random.choice([0.02, 0.06, 0.12], p=[0.4, 0.4, 0.2])
        self._small = random.uniform(0.3, 0.8) if random.random() < SMALL_ZEROS else 1.0
        self._small_at = random.choice([0.0, 0.5, 1.0], p=[0.5, 0.3, 0.2])  # 0 on the baseline
        self._hanging = random.uniform(0.1, 0.4) if random.random() < HANGING else 0.0
        middle = random.choice([-0.06, 0.06, 0.2, 0.45], p=[0.2, 0.35, 0.33, 0.12])
        self._gap = max(random.normal(middle, 0.05), -0.12)
        self._gap_spread = random.uniform(0.01, 0.10)
        self._slope = random.normal(0, 0.05)
        self._shear = max(random.normal(0, 0.15), MIN_SLASH_SHEAR if "/" in text else -np.inf)
        self._aspect = float(np.exp(random.normal(0.0, 0.15)))

    def digit(self, strokes: Sequence[NDArray[np.floating]], symbol: str) -> list[Stroke]:
        """A digit or a letter at its height above the baseline, which is y = 0."""
        size = float(np.exp(self._random.normal(0, self._spread)))
        shift = self._random.normal(0, self._wobble)
        if symbol == "1" and self._random.random() < LOW_ONES:
            size *= self._random.uniform(0.4, 0.8)
            shift += self._random.uniform(-0.2, 0.3)
        if symbol == "0" and self._small < 1:
            shift -= self._small_at * (1 - self._small) * size
            size *= self._small * float(np.exp(self._random.normal(0, 0.06)))
        elif symbol in "79":
            shift += self._hanging
        points = np.concatenate(strokes).astype(np.float64)
        low, span = points.min(axis=0), np.ptp(points, axis=0)
        scale = size / max(float(span[1]), 0.4 * float(span[0]), 1e-6)
        corner = np.array([0.0, shift - scale * float(span[1])])
        lean = self._random.normal(0, ONES_LEAN) if symbol == "1" else 0.0
        change = np.array([[self._aspect, 0.0], [-lean, 1.0]])
        return [((stroke - low) * scale + corner) @ change for stroke in strokes]

    def sign(self, symbol: str) -> list[Stroke]:
        """A sign at its height above the baseline. symbol: a key of signs.SIGNS."""
        size = float(np.exp(self._random.normal(0, self._spread)))
        shift = self._random.normal(0, self._wobble / 2)
        strokes = sign_strokes(symbol, self._random)
        if symbol in self._signs:
            points = np.concatenate(strokes)
            middle = (points.min(axis=0) + points.max(axis=0)) / 2
            drawings = self._signs[symbol]
            scale = self._random.uniform(MIN_SIGN_SIZE, 1)
            drawing = drawings[int(self._random.integers(len(drawings)))]
            strokes = [stroke * scale + middle for stroke in drawing]
        return [stroke * (size * self._aspect, size) + (0.0, shift) for stroke in strokes]

    def gap(self, smallest: float) -> float:
        """The gap from the right edge of the symbol before; below 0 if they overlap."""
        return float(max(self._random.normal(self._gap, self._gap_spread), smallest))

    def line(self, strokes: Sequence[Stroke]) -> list[Stroke]:
        """The strokes of a line with its slope and slant; the height of a digit is 100 pixels."""
        change = np.array([[1.0, self._slope], [-self._shear, 1.0]])
        return [100 * (stroke @ change) for stroke in strokes]


def _join(placed: list[list[Stroke]], text: str, random: np.random.Generator) -> list[list[Stroke]]:
    """Joins some neighbouring digits, as if the pen had not been lifted between them."""
    joined = [list(placed[0])]
    for now, symbols in zip(placed[1:], pairwise(text), strict=True):
        both = symbols[0].isdecimal() and symbols[1].isdecimal()
        chance = 0.8 if symbols == ("0", "0") else 0.35
        if both and random.random() < chance:
            bridge = np.linspace(joined[-1][-1][-1], now[0][0], 4)[1:-1]
            joined[-1][-1] = np.concatenate([joined[-1][-1], bridge, now[0]])
            joined[-1] += now[1:]
        else:
            joined.append(list(now))
    return joined
