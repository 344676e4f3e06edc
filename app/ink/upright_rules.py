"""Drops upright printed lines that the segmenter takes for 1s: sides of tables, and margins.

It sees only a piece of such a line. In the picture, the line goes on above or below the piece.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.dividers import has_upright_rule
from app.ink.ink_map import InkMap
from app.ink.parts import MIN_PART, Boxes, Mask, Parts

MAX_SLIMNESS: Final = 0.3  # ratio of width to height
MAX_TRIED: Final = 24  # slim components of a map that are examined; only clutter has more
# In usual heights of the writing.
REACH: Final = 0.5  # how far above or below a piece the line is looked for
MARGIN: Final = 0.15  # of paper to both sides of it there
MIN_GAP: Final = 0.3  # between writing and a piece that need go on at one end only
MAX_SEEN: Final = 0.3  # share of the rows in which the line goes on that may be in the map too


def without_upright_rules(ink: InkMap, image: NDArray[np.uint8]) -> Mask:
    """A map's mask without pieces of upright lines that go on in the picture, beside writing.

    image: uint8 (h, w, channels). A 1 ends where the writing beside it does. Where another 1 is
    below it, the map shows that one too.
    """
    parts = Parts(ink.mask)
    height = parts.boxes[:, 3]
    is_slim = parts.boxes[:, 2] < MAX_SLIMNESS * height
    is_large = parts.areas > MIN_PART * parts.areas.max()
    is_writing = is_large & ~is_slim
    is_writing[0] = False
    usual = float(np.median(height[is_writing])) if is_writing.any() else 0.0
    pieces = np.flatnonzero(is_slim & is_large & (height > usual / 2))
    if not (usual and 0 < len(pieces) <= MAX_TRIED):
        return ink.mask
    is_kept = np.ones(len(height), np.bool_)
    for index in pieces:
        box = parts.boxes[index]
        ends = sum(_goes_on(ink, image, box, usual, is_above) for is_above in (True, False))
        is_apart = _gap(box, parts.boxes[is_writing]) > MIN_GAP * usual
        is_kept[index] = not ends or (ends == 1 and not is_apart)
    return ink.mask if is_kept.all() else parts.mask(is_kept)


def _goes_on(
    ink: InkMap, image: NDArray[np.uint8], box: NDArray[np.int32], usual: float, is_above: bool
) -> bool:
    """Whether a line goes on above or below a piece of it where the map shows nothing."""
    x, y, width, height = (int(value) for value in box)
    reach, margin = round(REACH * usual), round(MARGIN * usual)
    top, bottom = (y - reach, y - 1) if is_above else (y + height + 1, y + height + reach)
    left, right = x - margin, x + width + margin
    seen = ink.mask[max(top, 0) : max(bottom, 0), max(left, 0) : right]
    if seen.size and (seen > 0).any(axis=1).mean() > MAX_SEEN:
        return False
    area = tuple(
        edge / ink.scale + corner
        for edge, corner in zip((left, top, right, bottom), (ink.left, ink.top) * 2, strict=True)
    )
    return has_upright_rule(image, (area[0], area[1], area[2], area[3]), 0.0)


def _gap(box: NDArray[np.int32], writing: Boxes) -> float:
    """The pixels between a piece and the nearest writing beside it; infinite without any."""
    x, y, width, height = writing.T
    is_beside = (y < box[1] + box[3]) & (y + height > box[1])
    gaps = np.maximum(x - box[0] - box[2], box[0] - x - width)[is_beside]
    return float(max(gaps.min(), 0)) if len(gaps) else np.inf
