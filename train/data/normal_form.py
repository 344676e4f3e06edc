"""Brings digits of the data sets to the normal form, with the code that serves."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.ink.image import find_ink, ink_maps, whole_glyph
from app.ink.strokes import ink_glyph
from train.data.datasets import Digits, Ink


def draw_digits(source: Ink) -> Digits:
    """Pen digits as the glyphs that serving makes of them."""
    glyphs = [ink_glyph(strokes) for strokes in source.strokes]
    return Digits(np.array(glyphs, np.uint8).reshape(-1, glyph.SIDE, glyph.SIDE), source.labels)


def first_glyph(image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The glyph that serving finds in a picture, uint8 (28, 28), or None if it finds no ink."""
    return next(candidate_glyphs(image), None)


def redraw_scans(glyphs: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Glyphs uint8 (n, 28, 28), redrawn as serving redraws the ink of larger pictures.

    Serving does not redraw pictures as tiny as these.
    """
    crops_and_boxes = [find_ink(image) for image in glyphs]
    return np.stack(
        [
            image if crop_and_box is None else glyph.from_ink(crop_and_box[0])
            for image, crop_and_box in zip(glyphs, crops_and_boxes, strict=True)
        ]
    )


def candidate_glyphs(image: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The glyph of each ink map that serving finds in a picture, `first_glyph` first."""
    for ink_map in ink_maps(image):
        yield whole_glyph(image, ink_map)[0]
