"""Sudokus solved with a pencil and photographed with two phones, for validation, never training.

There are 768 cells, each cut from a photograph with parts of its grid lines, and each with a digit
from 1 to 9 by the same writer (about 2 % are printed). Each phone photographed every cell once, so
384 digits were written, not 768. There are also four whole photographs with their 9 x 9 grids.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from train.data.download import DataError
from train.data.pictures import Pictures, read_entries

_SIDE: Final = 9
NOTES: Final = "?"  # a cell with several small digits as notes
_CELLS: Final = {**{str(digit): str(digit) for digit in range(1, 10)}, "0": "", "10": NOTES}


@dataclass(frozen=True, eq=False)
class Sudoku:
    """cells: with labels "1" to "9". photographs, grids: of whole sudokus, in the same order.

    A grid has nine rows of nine: "1" to "9", "" for an empty cell, or NOTES.
    """

    cells: Pictures
    photographs: Pictures
    grids: list[list[list[str]]]

    def __iter__(self) -> Iterator[tuple[NDArray[np.uint8], list[list[str]]]]:
        """Each photograph, uint8 (h, w, 3), with its grid; one at a time, as they are large."""
        yield from zip(self.photographs, self.grids, strict=True)


def load(path: Path) -> Sudoku:
    """Cells and photographs, each of which is read only when it is used. Raises DataError."""
    cells, photographs = [], []
    for entry in read_entries(path, {"file": str, "kind": str}):
        kind, file = entry["kind"], entry["file"]
        if kind == "cell" and _CELLS.get(entry.get("label", "")):
            cells.append((file, entry["label"]))
        elif kind == "photo":
            photographs.append((file, _grid(entry.get("grid"), f"{path}, {file}")))
        else:
            raise DataError(f"{path}, {file}: expected a cell with a digit or a photo, got {entry}")
    return Sudoku(
        Pictures(path, [file for file, _ in cells], [label for _, label in cells]),
        Pictures(path, [file for file, _ in photographs], [""] * len(photographs)),
        [grid for _, grid in photographs],
    )


def _grid(rows: Any, name: str) -> list[list[str]]:
    """The grid of an entry of labels.jsonl, in which "0" is an empty cell and "10" has notes."""
    try:
        grid = [[_CELLS[cell] for cell in row] for row in rows]
    except (TypeError, KeyError) as error:
        raise DataError(f"{name}: expected cells of 0 to 10, got {error}") from error
    if [len(row) for row in grid] != [_SIDE] * _SIDE:
        raise DataError(f"{name}: expected 9 x 9 cells, got rows of {[len(row) for row in grid]}")
    return grid
