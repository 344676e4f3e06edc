"""Finds out which ink of a glyph a decision rests on, by covering parts of it.

Occlusion needs only the exported network. A small patch of ink is turned into paper, and the worth
of the patch is the log-probability that the label loses. An int8 network has no gradients that
could be used instead.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.glyph import SIDE
from app.inference.scores import log_softmax

PATCH_SIDE: Final = 5  # glyph pixels: covers a stroke, which is 2 to 4 wide
STRIDE: Final = 2  # glyph pixels between patches: at most 169 of them, some 7 ms

Logits = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def occlusion(logits: Logits, glyph: NDArray[np.uint8], label: int) -> NDArray[np.float32]:
    """The worth of each pixel of ink to a label, float32 (28, 28), in nats.

    It is positive where the label's log-probability falls when the ink is covered, negative where
    it rises, and 0 on paper. A pixel has the mean of all patches over it, weighted by its ink.

    logits: gives (n, labels) for glyphs uint8 (n, 28, 28). glyph: uint8 (28, 28), ink 255 on 0.
    """
    masks = _patches()
    masks = masks[(masks & (glyph > 0)).any(axis=(1, 2))]  # on bare paper nothing is covered
    if not len(masks):
        return np.zeros((SIDE, SIDE), np.float32)
    covered = np.where(masks, np.uint8(0), glyph)  # (patches, 28, 28)
    scores = log_softmax(logits(np.concatenate([glyph[None], covered])))[:, label]
    falls = scores[0] - scores[1:]  # (patches,)
    patches_over = masks.sum(axis=0)  # (28, 28), of each pixel
    sums = np.tensordot(falls, masks.astype(np.float32), axes=1)
    mean = sums / np.maximum(patches_over, 1)
    return np.asarray(mean * (glyph / np.float32(255)), np.float32)


def _patches() -> NDArray[np.bool_]:
    """Squares that cover the whole glyph, the rim as often as the middle: (n, 28, 28)."""
    starts = range(1 - PATCH_SIDE + STRIDE, SIDE, STRIDE)
    line = np.arange(SIDE)
    bands = np.stack([(line >= start) & (line < start + PATCH_SIDE) for start in starts])
    return (bands[:, None, :, None] & bands[None, :, None, :]).reshape(-1, SIDE, SIDE)
