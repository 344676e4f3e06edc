"""Takes rules, grids and frames out of a clean picture, in the way that suits what it shows."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, without_specks
from app.ink.marked.frames import find_frames
from app.ink.marked.grids import find_grid
from app.ink.printed.borders import without_borders
from app.ink.printed.empty_rows import without_empty_rows
from app.ink.printed.ink_on_rules import ink_on_rules
from app.ink.printed.lines_through import without_lines_through
from app.ink.printed.lines_to_erase import without_drawn
from app.ink.printed.rules import without_rules
from app.ink.printed.ruling import find_bands

_NEAR: Final = np.ones((3, 3), np.uint8)


def without_sure_lines(
    drawing: InkMap, image: NDArray[np.uint8], paper: NDArray[np.float32]
) -> InkMap:
    """The map of all ink of a clean picture without those lines that no writing looks like.

    image: (h, w, channels). paper: (channels,), its colour.
    """
    crossed = without_borders(drawing)
    return without_empty_rows(without_lines_through(crossed, image, paper))


def without_lines(drawing: InkMap) -> InkMap | None:
    """A clean picture's map without its rules, its grid or its frames; None where it has none."""
    bands = find_bands(np.bitwise_not(drawing.mask)[..., None])
    if bands is not None:
        writing = ink_on_rules(drawing.mask, bands)
        if not writing.any():
            return None
        return replace(drawing, mask=without_specks(writing), is_unruled=True)
    grid = find_grid(drawing.mask, drawing.pen)
    mask = without_rules(drawing.mask) if grid is None or grid.is_straight else None
    if mask is not None:
        return replace(drawing, mask=mask)
    mask, rows = drawing.mask, drawing.box_rows
    if grid is not None:
        broader = np.asarray(cv2.dilate(grid.lines, _NEAR), np.uint8)
        mask, rows = without_drawn(mask, broader), grid.rows
    frames = find_frames(mask, mask)
    if frames.any():
        mask = without_drawn(mask, frames)
    if mask is drawing.mask or not mask.any():
        return None
    return replace(drawing, mask=without_specks(mask), box_rows=rows)
