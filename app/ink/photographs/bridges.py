"""Joins what faint ink joins: the mask of likely ink, with fainter ink in the gaps of its lines.

A stem that goes along a rule of the paper is faint to the segmenter in places, and falls apart into
a stroke and a point, or an upper and a lower half.
"""

from collections import defaultdict
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Mask, Parts
from app.ink.photographs.overview import MIN_FAINT_PROBABILITY, MIN_INK_PROBABILITY

BRIDGE: Final = 5  # pixels; gaps in a line of up to 4 are closed
MIN_PROBABILITY: Final = 0.08  # of ink in such a gap
# In usual heights of the writing, between a digit and a piece of it.
MAX_GAP: Final = 0.2
MAX_PIECE: Final = 0.65  # height of the lower one
MAX_DIGIT: Final = 1.25  # height of both together
MAX_WIDTH: Final = 1.2  # width of both together

Probabilities = NDArray[np.float32]  # (h, w), of ink


def bridged(probabilities: Probabilities) -> Mask:
    """The mask, 255 or 0, of likely ink, and of fainter ink in gaps of its lines."""
    likely = np.where(probabilities > MIN_INK_PROBABILITY, 255, 0).astype(np.uint8)
    mask = np.where(probabilities > MIN_PROBABILITY, _closed(likely, BRIDGE), likely)
    return with_pieces_joined(mask.astype(np.uint8), probabilities)


def with_pieces_joined(mask: Mask, probabilities: Probabilities) -> Mask:
    """The mask with possible ink in wider gaps, between a digit and a piece of it."""
    parts = Parts(mask)
    if len(parts.boxes) < 3:  # the paper and one piece
        return mask
    heights = np.sort(parts.boxes[1:, 3])
    usual = float(heights[np.searchsorted(np.cumsum(heights), heights.sum() / 2)])
    side = round(MAX_GAP * usual) | 1
    is_gap = (_closed(mask, side) > mask) & (probabilities > MIN_FAINT_PROBABILITY)
    if not is_gap.any():
        return mask
    _, labels = cv2.connectedComponents(is_gap.view(np.uint8))
    gaps = labels.astype(np.int32, copy=False)
    touching = defaultdict[int, set[int]](set)
    for gap, part in _touching(gaps, parts.labels):
        touching[gap].add(part)
    joins = [
        gap
        for gap, members in touching.items()
        if len(members) == 2 and _are_one_digit(parts.boxes[list(members)], usual)
    ]
    return np.where(np.isin(gaps, joins), 255, mask).astype(np.uint8) if joins else mask


def _closed(mask: Mask, side: int) -> Mask:
    square = np.ones((side, side), np.uint8)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, square), np.uint8)


def _touching(gaps: NDArray[np.int32], labels: NDArray[np.int32]) -> list[tuple[int, int]]:
    """Each gap and each component of ink that touches it; gaps, labels: (h, w), 0 elsewhere."""
    y, x = np.nonzero(np.pad(gaps, 1))
    around = np.pad(labels, 1)
    index = gaps[y - 1, x - 1]
    count = int(labels.max(initial=0)) + 1
    steps = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    pairs = [index * np.int64(count) + around[y + down, x + right] for down, right in steps]
    of_pairs = np.unique(np.concatenate(pairs)).tolist()  # rows of two would take far longer
    return [(pair // count, pair % count) for pair in of_pairs if pair % count]


def _are_one_digit(boxes: NDArray[np.int32], usual: float) -> bool:
    """Whether two components, boxes (2, 4), are a digit and a piece of it by their sizes."""
    low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    width, height = (high - low).tolist()
    is_piece = boxes[:, 3].min() < MAX_PIECE * usual
    return bool(is_piece and height < MAX_DIGIT * usual and width < MAX_WIDTH * usual)
