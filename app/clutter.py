"""What lies in a picture beside its writing: specks, the desk, shadows, ruled lines."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]  # (h, w), 255 or 0

BLOB: Final = 12.0  # area in squares of the largest radius; a line 3 pens long has as much
STRIP: Final = 0.35  # of its length, how wide what lies along the edge is at most
HUGGING: Final = 0.2  # share of an outline along the picture's edge that no writing has
SPECK: Final = 0.8  # squares of the pen's width; a dot made with the pen has as much
NEAR: Final = 1.5  # pen widths: pieces this close to the writing are gaps in a faint line
WRITTEN: Final = 0.1  # of the picture's longer side, how far writing reaches at least
ONE_LINE: Final = 1.6  # area in lengths times widths, from which on there is more than one line
THIN: Final = 0.06  # of its length, the width of a line that rules
BROADER: Final = 2.2  # pen widths that no line of the same pen has
CRUMBS: Final = (25, 0.15)  # pieces, and share of the largest, that are noise
CRUMB: Final = 0.1  # squares of the pen's width, the least of such a piece
RIM: Final = 0.03  # of the longer side: what begins or ends there is near the edge
CLOSE: Final = 0.25  # of the writing's longer side: how far apart its strokes are at most
FAR_SPECK: Final = 0.04  # of the largest piece's area, for what lies away from it


@dataclass(frozen=True, eq=False)
class Pieces:
    """Connected pieces of a mask; arrays have one entry a piece, 0 being the paper.

    labels: int32 (h, w). area: pixels. radius: largest distance to the paper. width: usual
    width of its lines. edge: its pixels on the picture's edge.
    corner: whether it has one of the picture's corners. boxes: (n, 4) x, y, width, height.
    """

    labels: NDArray[np.int32]
    area: NDArray[np.float64]
    radius: NDArray[np.float64]
    width: NDArray[np.float64]
    edge: NDArray[np.float64]
    corner: NDArray[np.bool_]
    boxes: NDArray[np.int32]

    def mask(self, kept: NDArray[np.bool_]) -> Mask:
        """255 where a kept piece is."""
        table = np.where(kept, 255, 0).astype(np.uint8)
        table[0] = 0
        return table[self.labels]

    def surroundings(self) -> NDArray[np.bool_]:
        """Which pieces are no writing but desk, shadow or dark corner: they fill a corner of
        the picture, and are broad or lie along its edge."""
        outline = 2 * self.area / self.width
        blob = self.area / np.maximum(self.radius, 0.5) ** 2 < BLOB
        sides = self.boxes[:, 2:]
        strip = sides.min(axis=1) < STRIP * sides.max(axis=1)
        along = strip & (self.edge > HUGGING * outline)
        away: NDArray[np.bool_] = self.corner & (blob | along)
        away[0] = False
        return away

    def writing(self, pen: float | None) -> NDArray[np.bool_]:
        """Which pieces are neither surroundings, if anything is left then, nor specks.

        pen: about its width; what is far broader and reaches the edge is a shadow. None for a
        drawing, which has neither shadows nor surroundings.
        """
        drawing, pen = pen is None, np.inf if pen is None else pen
        kept = np.arange(len(self.area)) > 0 if drawing else self._strokes()
        shadow = kept & (self.edge > 0) & (self.width > BROADER * pen + 1)
        kept = kept & ~shadow if (kept & ~shadow & (self.width > 0.5 * pen)).any() else kept
        kept = kept & ~self._strange(kept)
        area = np.where(kept, self.area, 0)
        main = int(area.argmax())
        pen = self.pen()
        big: NDArray[np.bool_] = kept & (area >= max(SPECK * pen**2, FAR_SPECK * area[main]))
        big[main] = True
        gap = _gaps(self.boxes, _join(self.boxes[big]))
        return big | (kept & (gap <= NEAR * pen) & (area > CRUMB * pen**2))

    def _strange(self, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Pieces near the picture's edge that lie away from what is written further inside."""
        height, width = self.labels.shape
        rim = RIM * max(height, width)
        left, top = self.boxes[:, 0], self.boxes[:, 1]
        right, bottom = left + self.boxes[:, 2], top + self.boxes[:, 3]
        outer = (left <= rim) | (top <= rim) | (right >= width - rim) | (bottom >= height - rim)
        inner = kept & ~outer & (self.area >= FAR_SPECK * self.area[kept].max(initial=0))
        none = np.zeros_like(kept)
        if not inner.any():
            return none
        span = _join(self.boxes[inner])
        side = max(span[2] - span[0], span[3] - span[1])
        if side < WRITTEN * max(height, width):
            return none
        strange: NDArray[np.bool_] = kept & outer & (_gaps(self.boxes, span) > CLOSE * side)
        return strange

    def drawn(self) -> tuple[float, float]:
        """How far the largest line reaches that is no surroundings, and the pen it took, in
        pixels; 0 and 1 where there is none.

        Of lines nearly as large it is the thinnest: a shadow's edge is broad. Ruled lines
        would be thinner yet, but reach the picture's edge.
        """
        lines = ~self.surroundings() & (self.area > BLOB * self.radius**2)
        lines[0] = False
        if not lines.any():
            return 0.0, 1.0
        reach = self.boxes[:, 2:].max(axis=1)
        inner = lines & (self.edge == 0)
        lines = inner if reach[inner].max(initial=0) > 0.3 * reach[lines].max() else lines
        large = lines & (reach > 0.5 * reach[lines].max())
        return float(reach[large].max()), float(self.width[large].min())

    def scattered(self) -> bool:
        """Whether all is crumbs of noise: many pieces, none of them much larger than the rest."""
        return len(self.area) > CRUMBS[0] and self.area[1:].max() < CRUMBS[1] * self.area[1:].sum()

    def pen(self) -> float:
        """The usual width of the writing's lines in pixels."""
        kept = self._strokes()
        large = kept & (self.area >= 0.2 * self.area[kept].max())
        return float(np.average(self.width[large], weights=self.area[large]))

    def _strokes(self) -> NDArray[np.bool_]:
        """What is left without surroundings and crossing lines; all where nothing is."""
        kept = ~self.surroundings()
        kept[0] = False
        if not kept.any():
            kept[1:] = True
        rest = kept & ~self._crossing()
        reach = self.boxes[:, 2:].max(axis=1)
        inner = rest & (self.edge == 0) & (reach > WRITTEN * max(self.labels.shape))
        # A cropped 4 has lines from edge to edge as well, but then all of it is at the edge.
        return rest if inner.any() else kept

    def _crossing(self) -> NDArray[np.bool_]:
        """Which pieces are single lines from one edge to the opposite: ruling, a paper's edge."""
        spans = self.boxes[:, 2:] >= np.array(self.labels.shape[::-1]) - 2
        length = np.hypot(self.boxes[:, 2], self.boxes[:, 3])
        single = self.area < ONE_LINE * length * self.width
        crossing: NDArray[np.bool_] = spans.any(axis=1) & single & (self.width < THIN * length)
        return crossing


def pieces(mask: Mask) -> Pieces:
    """The connected pieces of a mask."""
    count, found, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    labels, boxes = found.astype(np.int32), stats[:, :4].astype(np.int32)
    # Where there is no paper at all, OpenCV's distance to it is beyond all bounds.
    inside = np.minimum(
        cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5), max(mask.shape) / 2
    )
    ink = mask > 0
    own, depth = labels[ink], inside[ink]
    area = np.maximum(np.bincount(own, minlength=count), 1).astype(float)
    radius = np.zeros(count)
    np.maximum.at(radius, own, depth)
    # Along a line the distance from its edge is a quarter of its width on average.
    width = np.maximum(4 * np.bincount(own, depth, minlength=count) / area - 1, 1)
    rim = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    edge = np.bincount(rim, minlength=count).astype(float)
    corner = np.zeros(count, np.bool_)
    corner[labels[[0, 0, -1, -1], [0, -1, 0, -1]]] = True
    return Pieces(labels, area, radius, width, edge, corner, boxes)


def _join(boxes: NDArray[np.int32]) -> tuple[float, float, float, float]:
    """left, top, right, bottom of all boxes."""
    low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _gaps(boxes: NDArray[np.int32], span: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """Each box's distance to a span, 0 where they meet."""
    left, top, right, bottom = span
    x = np.maximum(np.maximum(left - boxes[:, 0] - boxes[:, 2], boxes[:, 0] - right), 0)
    y = np.maximum(np.maximum(top - boxes[:, 1] - boxes[:, 3], boxes[:, 1] - bottom), 0)
    return np.asarray(np.hypot(x, y), np.float64)
