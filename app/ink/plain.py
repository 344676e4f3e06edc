"""Tells plain drawings, with nothing but writing of one size on even paper, from other pictures."""

from typing import Final

import numpy as np

from app.ink.ink_map import Boxes, InkMap

MAX_PIECES: Final = 300  # of ink; a sheet of 100 digits has about 130
TALL: Final = 0.5  # of the tallest piece's height: lower pieces are dots, bars and parts of digits
MAX_LOW_WIDTH: Final = 0.9  # heights of the tallest piece: a longer bar may be an underline
MAX_WIDTH: Final = 3.0  # the same of a tall piece, which may be several digits
MAX_LOW_SHARE: Final = 0.5  # of all pieces: where more are low, they are words or dust
# In usual heights of tall pieces: a higher one may be a rule, or touch one.
MAX_HEIGHT: Final = 1.6
MAX_SLIM_HEIGHT: Final = 1.3
SLIM: Final = 0.25  # ratio of width to height
MIN_GRAINS: Final = 60  # pieces of ink; of 2,500 clean pictures of writing, none has so many dots
MAX_GRAIN: Final = 3  # pixels: the longer side of most of them


def is_plain(ink: InkMap) -> bool:
    """Whether no ink of a clean picture can be a rule, a frame, a word, or another thing's part.

    Then the segmenter and the search for rules have nothing to tell, and all ink is writing if it
    is surely read. ink: all of it.
    """
    boxes = ink.parts.boxes[1:]
    if len(boxes) > MAX_PIECES:
        return False
    ends = boxes[:, :2] + boxes[:, 2:]
    if boxes[:, :2].min() == 0 or (ends == ink.mask.shape[::-1]).any():
        return False  # the picture's edge may cut through it
    width, height = boxes[:, 2], boxes[:, 3]
    tallest = int(height.max())
    is_tall = height >= TALL * tallest
    max_width = np.where(is_tall, MAX_WIDTH, MAX_LOW_WIDTH) * tallest
    if (width > max_width).any() or is_tall.mean() < 1 - MAX_LOW_SHARE:
        return False
    max_height = np.where(width < SLIM * height, MAX_SLIM_HEIGHT, MAX_HEIGHT)
    if (height > max_height * np.median(height[is_tall])).any():
        return False
    return not _has_frame(boxes[is_tall])


def _has_frame(boxes: Boxes) -> bool:
    """Whether one of the pieces is around another."""
    starts, ends = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    is_around = (starts[:, None] <= starts).all(axis=2) & (ends[:, None] >= ends).all(axis=2)
    return int(is_around.sum()) > len(boxes)


def is_grainy(drawing: InkMap) -> bool:
    """Whether the ink of a clean picture is mostly dots, as of a spray can or of dithering.

    Of so many dots, none is a piece of writing; from further away, they are lines.
    """
    sides = drawing.parts.boxes[1:, 2:].max(axis=1)
    return len(sides) >= MIN_GRAINS and float(np.median(sides)) <= MAX_GRAIN
