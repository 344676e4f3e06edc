"""Boxes of parts of a drawing, and how high they are.

A part is a stroke or a connected component, given by its box: left, top, right and bottom.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]  # (n, 4)

# Of a part that is no dot or dash.
MIN_BODY_HEIGHT: Final = 0.5  # usual heights


def usual_height(boxes: Boxes, share: float = 0.5) -> float:
    """The height up to which parts make up this share of all height, so that dots hardly count."""
    heights = np.sort(boxes[:, 3] - boxes[:, 1])
    total = np.cumsum(heights)
    return float(heights[np.searchsorted(total, share * total[-1])])


def line_height(boxes: Boxes) -> float:
    """The height of a line, which is that of its highest part; never 0."""
    return max(float((boxes[:, 3] - boxes[:, 1]).max(initial=0.0)), 1e-6)


def shared_width(boxes: Boxes) -> NDArray[np.float64]:
    """The width in pixels that each two parts share: (n, n), below 0 where there is a gap."""
    left, _, right, _ = boxes.T
    shared = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    return np.asarray(shared, np.float64)
