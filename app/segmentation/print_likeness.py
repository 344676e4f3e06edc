"""Tells a line of printed words from a handwritten one by two plain facts.

The upright strokes of print are parallel, and its letters stand and end on the same rows. What is
written by hand leans a little differently from letter to letter, or stands unevenly.
"""

import math
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.segmentation.line_reading import UNKNOWN
from app.segmentation.text_line import TextLine
from app.strip import HEIGHT

BLUR: Final = 0.8  # pixels of the strip, against the steps of its edges
FAINT: Final = 0.001  # of the strongest edge; what is less has no direction
NUM_DIRECTIONS: Final = 90  # of edges, from 0 to 180 degrees
MAX_LEAN: Final = 16  # directions to both sides of upright, as italics lean
NEAR: Final = 2  # directions to both sides of the usual one that count as parallel to it
SLOPES: Final = np.linspace(-0.06, 0.06, 7)  # of the line, in pixels down per pixel to the right
# About the middle between print and handwriting, in words of Latin letters from 16 fonts, by 240
# writers in joined letters and by 50 in capitals, as clean pictures, scans and photographs.
USUAL_PARALLEL: Final = 0.13
USUAL_LEVEL: Final = 0.019
USUAL_WIDTH: Final = 2.1  # heights of the strip of a word for which this is so

Edges = NDArray[np.float32]  # (h, w)


def with_print_likeness(lines: list[TextLine]) -> list[TextLine]:
    """The lines of a picture with how much each looks like print, if one of them has letters."""
    if not any(map(_has_letters, lines)):
        return lines
    return [
        line
        if line.reading is None
        else replace(line, likeness=print_likeness(line.reading.strip.pixels))
        for line in lines
    ]


def _has_letters(line: TextLine) -> bool:
    """Whether the line reader took one of a line's marks for neither a digit nor a sign."""
    texts = line.reading.hypotheses[:1] if line.reading is not None else []
    return any(UNKNOWN in likeliest.text for likeliest in texts)


def print_likeness(strip: NDArray[np.uint8]) -> float:
    """How much a strip of a line, see `app.strip`, looks like print: above 0, more than writing."""
    ink = cv2.GaussianBlur(np.pad(strip, 4).astype(np.float32), (0, 0), BLUR)
    across, down = (
        np.asarray(cv2.Sobel(ink, cv2.CV_32F, *step), np.float32) for step in ((1, 0), (0, 1))
    )
    parallel = _parallel_share(across, down)
    # Of few letters, many end on the same rows by chance.
    level = _level_share(down) * math.sqrt(strip.shape[1] / (USUAL_WIDTH * HEIGHT))
    return math.log(max(parallel, 1e-6) / USUAL_PARALLEL) + math.log(max(level, 1e-6) / USUAL_LEVEL)


def _parallel_share(across: Edges, down: Edges) -> float:
    """The share of all edges, by their squared strength, that are parallel to the upright ones."""
    strength = across**2 + down**2
    is_edge = strength > FAINT * strength.max()
    directions = np.arctan2(down[is_edge], across[is_edge]) * (NUM_DIRECTIONS / math.pi)
    places = np.floor(directions).astype(np.int64) % NUM_DIRECTIONS
    shares = np.bincount(places, strength[is_edge], NUM_DIRECTIONS)
    near = np.sum([np.roll(shares, step) for step in range(-NEAR, NEAR + 1)], axis=0)
    upright = near[np.arange(-MAX_LEAN, MAX_LEAN + 1)]
    return float(upright.max() / max(shares.sum(), 1e-6))


def _level_share(down: Edges) -> float:
    """How much the upper and lower edges of a line lie on the same rows: 1 for one edge alone.

    A line that is not quite level is levelled.
    """
    height, width = down.shape
    strongest, total = 0.0, float(np.abs(down).sum())
    for slope in SLOPES.tolist():
        shear = np.array([[1, 0, 0], [-slope, 1, slope * width / 2]])
        level = cv2.warpAffine(down, shear, (width, height))
        rows = level.sum(axis=1)
        strongest = max(strongest, float((rows**2).sum()))
    return strongest / max(total, 1e-6) ** 2
