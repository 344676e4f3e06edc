"""Handwritten drawings to try with one click."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.page import canvas

MAX_FILL: Final = (0.84, 0.62)  # share of the sheet's width and height

Stroke = tuple[tuple[float, float], ...]  # its points in any unit; x right, y down

SAMPLES: Final[dict[str, tuple[Stroke, ...]]] = {
    "2026": (
        ((6, 24), (14, 10), (30, 8), (40, 22), (34, 44), (18, 68), (4, 90), (22, 87), (46, 90)),
        ((84, 12), (70, 18), (62, 44), (66, 76), (80, 91), (96, 78), (102, 46), (95, 19), (81, 11)),
        ((122, 28), (128, 13), (144, 9), (156, 20), (152, 42), (136, 68), (119, 92), (140, 86),
         (164, 88)),
        ((208, 8), (192, 24), (181, 50), (179, 76), (190, 91), (206, 87), (213, 71), (204, 57),
         (190, 60), (181, 74)),
    ),
    "a messy 5": (
        ((34, 12), (22, 34), (17, 47), (34, 42), (50, 50), (52, 70), (37, 86), (14, 84), (6, 72),
         (18, 70)),
        ((46, 10), (62, 14), (88, 3)),
    ),
    "a letter": (
        ((2, 92), (18, 50), (34, 6), (50, 48), (66, 94)),
        ((13, 62), (34, 58), (57, 60)),
    ),
}  # fmt: skip


def place(name: str, size: canvas.Size) -> list[NDArray[np.float64]]:
    """A sample's strokes, each (n, 2) in canvas pixels, in the middle of the visible sheet."""
    strokes = [np.array(stroke, np.float64) for stroke in SAMPLES[name]]
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    visible = canvas.PIXEL_RATIO * np.array([size.width, size.height])
    scale = float((MAX_FILL * visible / extent).min())
    corner = visible / 2 + (0, canvas.MARGIN) - scale * (low + extent / 2)
    return [stroke * scale + corner for stroke in strokes]
