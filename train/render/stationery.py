"""The pens, papers and boards of rendered photographs, with their colours."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Tone = NDArray[np.float32]  # (3,) in [0, 1]: a Colour, varied for one picture
Colour = tuple[float, float, float]  # red, green and blue in [0, 1], as reflected
Range = tuple[float, float]  # the ends of a uniform distribution


@dataclass(frozen=True)
class Pen:
    """A kind of pen.

    share: of the photographs, relative to other pens. width: of a line, in longer sides of the
    digit. strength: share of the paper that the middle of a line covers. grain: share of that which
    the paper's texture takes away. inks: one of these is chosen and varied a little.
    """

    share: float
    width: Range
    strength: Range
    grain: Range
    inks: tuple[Colour, ...]


_BLACK, _BLUE, _RED = (0.08, 0.08, 0.1), (0.1, 0.18, 0.6), (0.72, 0.1, 0.12)
_GREEN, _VIOLET, _ORANGE = (0.08, 0.45, 0.2), (0.4, 0.15, 0.55), (0.85, 0.4, 0.08)
_GRAPHITE, _GREY = (0.24, 0.24, 0.26), (0.38, 0.38, 0.4)
_COLOURS = (_BLUE, _RED, _GREEN, _VIOLET, _ORANGE)

PENCIL: Final = Pen(0.42, (0.014, 0.05), (0.3, 0.85), (0.2, 0.8), (_GRAPHITE, _GREY))
BALLPOINT: Final = Pen(0.2, (0.016, 0.045), (0.6, 0.95), (0, 0.3), (_BLUE, _BLUE, _BLACK, _RED))
FELT: Final = Pen(0.14, (0.035, 0.09), (0.75, 1), (0, 0.15), (_BLACK, *_COLOURS))
MARKER: Final = Pen(0.08, (0.08, 0.15), (0.85, 1), (0, 0.1), (_BLACK, _BLACK, *_COLOURS))
CRAYON: Final = Pen(0.08, (0.03, 0.09), (0.5, 0.85), (0.3, 0.8), _COLOURS)
CHALK: Final = Pen(
    0.08, (0.025, 0.09), (0.5, 0.95), (0.2, 0.8), ((0.95, 0.95, 0.92), (0.95, 0.9, 0.55))
)
PENS: Final = (PENCIL, BALLPOINT, FELT, MARKER, CRAYON, CHALK)
PAPERS: Final[tuple[Colour, ...]] = (
    *((0.93, 0.93, 0.92),) * 5,  # white, most of all
    (0.96, 0.92, 0.8),  # cream
    (0.78, 0.78, 0.77),  # recycled
    (0.98, 0.93, 0.55),  # a yellow note
    (0.8, 0.88, 0.95),
    (0.95, 0.8, 0.84),
)
BOARDS: Final[tuple[Colour, ...]] = ((0.12, 0.13, 0.13), (0.1, 0.24, 0.18), (0.16, 0.2, 0.34))
DESKS: Final[tuple[Colour, ...]] = ((0.1, 0.09, 0.08), (0.35, 0.22, 0.12), (0.3, 0.31, 0.33))
RULINGS: Final[tuple[Colour, ...]] = ((0.45, 0.6, 0.8), (0.55, 0.55, 0.58), (0.4, 0.7, 0.6))
MARGIN: Final[Colour] = (0.85, 0.4, 0.42)


def choose(random: np.random.Generator) -> Pen:
    """A random pen, chosen by the pens' shares."""
    shares = np.array([pen.share for pen in PENS])
    return PENS[random.choice(len(PENS), p=shares / shares.sum())]


def vary(colour: Colour, random: np.random.Generator) -> Tone:
    """A colour, varied as from one pen or sheet to the next."""
    varied = np.array(colour) + 0.04 * random.standard_normal() + 0.02 * random.standard_normal(3)
    return np.clip(varied, 0.02, 1).astype(np.float32)
