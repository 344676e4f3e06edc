"""Takes rules, grids and frames out of a clean picture, in the way that suits what it shows."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from app.ink.ink_map import InkMap, without_specks
from app.ink.marked.frames import find_frames
from app.ink.marked.grids import find_grid
from app.ink.printed.lines_to_erase import without_drawn
from app.ink.printed.rules import without_rules
from app.ink.printed.ruling import without_ruling

_NEAR: Final = np.ones((3, 3), np.uint8)


def without_lines(drawing: InkMap) -> InkMap | None:
    """A clean picture's map without its rules, its grid or its frames; None where it has none."""
    paper = np.bitwise_not(drawing.mask)[..., None]
    # Black ink on black squares would lose its strokes along them, and be misread without a doubt.
    unruled = without_ruling(paper, but_squares=True)
    if unruled is not paper:
        writing = np.where(unruled[..., 0] < 128, 255, 0).astype(np.uint8)
        return replace(drawing, mask=without_specks(writing)) if writing.any() else None
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
