"""Chooses at random which things are around the ink of a picture."""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from train.render import clutter, forms, printed
from train.render.exposure import Layer, Look, Printer, Surroundings
from train.render.scene import Random, Scene

PRINTED_SHARE: Final = 0.62  # share of the pictures with such things
MORE_SHARES: Final = (0.4, 0.15)  # shares of those with a second and a third thing
NEIGHBOUR_SHARE: Final = 0.5  # share of the pictures with cells that show ink of the next cells
CLEAN_SHARE: Final = 0.3  # share of the pictures that are from a screen or scanner
# How often each thing is chosen, relative to the others.
LINES: Final[dict[Printer, float]] = {
    printed.cell: 0.34,
    printed.grid: 0.1,
    printed.ruling: 0.14,
    printed.margin: 0.08,
    printed.underline: 0.09,
    printed.through: 0.07,
    clutter.text: 0.08,
    clutter.window: 0.09,
    clutter.fold: 0.05,
    forms.field: 0.08,
    forms.leader: 0.04,
    forms.staple: 0.03,
}
PIECES: Final = {clutter.neighbours: 0.16, clutter.erased: 0.09}  # made of strokes

DrawPiece = Callable[[], clutter.Strokes]


def surround(
    random: Random, ruled: float, draw_piece: DrawPiece, frame: Printer | None = None
) -> Surroundings:
    """The surroundings of a picture's ink.

    draw_piece: draws the strokes of another character. frame: is printed in any case.
    """
    is_clean = random.random() < CLEAN_SHARE
    chosen = [frame] if frame else []
    if random.random() < PRINTED_SHARE * (0.5 if frame else 1):
        more = random.random()
        count = 1 + (more < MORE_SHARES[0]) + (more < MORE_SHARES[1])
        chosen += [_choose(random, draw_piece) for _ in range(count)]
    if {printed.cell, printed.grid} & set(chosen) and random.random() < NEIGHBOUR_SHARE:
        pieces = [draw_piece() for _ in range(random.integers(1, 4))]
        chosen.append(partial(clutter.neighbours, pieces))
    return Surroundings(0.0 if is_clean or frame else ruled, partial(_print, chosen), is_clean)


def _choose(random: Random, draw_piece: DrawPiece) -> Printer:
    things = [*LINES, *PIECES]
    weights = np.array([*LINES.values(), *PIECES.values()])
    index = int(random.choice(len(things), p=weights / weights.sum()))
    if index < len(LINES):
        return list(LINES)[index]
    pieces = [draw_piece() for _ in range(random.integers(1, 3))]
    return partial(list(PIECES)[index - len(LINES)], pieces)


def _print(printers: list[Printer], scene: Scene, look: Look, random: Random) -> list[Layer]:
    return [layer for printer in printers for layer in printer(scene, look, random)]
