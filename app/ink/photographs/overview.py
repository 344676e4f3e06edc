"""The ink of a whole picture as the segmenter sees it, at a small scale."""

from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import BoxRow, InkMap
from app.ink.parts import writing_among
from app.ink.printed.lines_to_erase import erased

MIN_LIKELY_SHARE: Final = 0.3  # of the possible ink that must be likely; writing has 0.6 and more

# A pixel counts as one of these from this probability of ink on.
MIN_INK_PROBABILITY: Final = 0.5  # likely ink
MIN_FAINT_PROBABILITY: Final = 0.15  # possible ink, which belongs to likely ink beside it
MIN_SEEN_PROBABILITY: Final = 0.3  # writing, in a clean picture where all ink is known


def is_noise(probabilities: NDArray[np.float32]) -> bool:
    """Whether far more ink is possible than likely, as in noise; probabilities: of ink, (h, w)."""
    likely = np.count_nonzero(probabilities > MIN_INK_PROBABILITY)
    possible = np.count_nonzero(probabilities > MIN_FAINT_PROBABILITY)
    return bool(likely < MIN_LIKELY_SHARE * possible)


@dataclass(frozen=True, eq=False)
class Overview:
    """The ink of a whole picture.

    probabilities: float32 (h, w). scale: pixels of these to one pixel of the picture. boxes: int32
    (n, 4), x, y, width and height of the components of ink. lines: bool (h, w), frames, grids,
    folds and underlines, which are no ink. ones: boxes (n, 4) beside the writing, of what may be 1s
    that are hardly seen at this scale. rows: of the cells of grids.
    """

    probabilities: NDArray[np.float32]
    scale: float
    boxes: NDArray[np.int32]
    lines: NDArray[np.bool_]
    ones: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 4), np.int32))
    rows: tuple[BoxRow, ...] = ()

    def with_rows(self, ink: InkMap) -> InkMap:
        """A map of the picture with the rows of its grids' cells, see `InkMap`."""
        rows = (row.seen_from(0, 0, 1 / self.scale) for row in self.rows)
        seen = tuple(row.seen_from(ink.left, ink.top, ink.scale) for row in rows)
        return replace(ink, box_rows=seen) if seen else ink

    def is_noise(self) -> bool:
        """See `is_noise`."""
        return is_noise(self.probabilities)

    def writing_in(self, drawing: InkMap) -> InkMap | None:
        """The part of a clean picture's ink that is writing, see `parts.writing_among`.

        drawing: all ink of the picture. None where writing and something else are joined.
        """
        mask = drawing.mask
        seen = (self.probabilities > MIN_SEEN_PROBABILITY).astype(np.uint8)
        near = cv2.dilate(seen, np.ones((3, 3), np.uint8))
        near = cv2.resize(near, mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
        kept = writing_among(mask, near > 0)
        if kept is None:
            return None
        return drawing if kept is mask else replace(drawing, mask=kept)

    def seen_in(self, close: NDArray[np.float32], window: tuple[float, ...]) -> NDArray[np.bool_]:
        """Which pixels of a closer map (h, w) are possible ink in this overview: bool (h, w).

        window: left, top, right and bottom of the closer map in pixels of the picture.
        """
        possible = (self.probabilities > MIN_FAINT_PROBABILITY).astype(np.uint8)
        near = cv2.dilate(possible, np.ones((3, 3), np.uint8)) > 0
        return self._enlarged(near, window, close.shape)

    def windows_of(
        self, boxes: NDArray[np.int32], shape: tuple[int, ...], window: tuple[float, ...]
    ) -> list[tuple[slice, slice]]:
        """Rows and columns of boxes in a closer map of a shape (h, w); window: see `seen_in`."""
        left, top, right, bottom = window
        across = shape[1] / ((right - left) * self.scale)
        down = shape[0] / ((bottom - top) * self.scale)
        x, y, width, height = boxes.T
        columns = np.stack([x, x + width], 1) - left * self.scale
        rows = np.stack([y, y + height], 1) - top * self.scale
        columns, rows = np.round(columns * across), np.round(rows * down)
        rows, columns = rows.clip(0, shape[0]).astype(int), columns.clip(0, shape[1]).astype(int)
        return [
            (slice(*row), slice(*column))
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        ]

    def without_lines(
        self, close: NDArray[np.float32], window: tuple[float, ...]
    ) -> NDArray[np.float32]:
        """The probabilities of a closer map without its lines; see `seen_in`."""
        if not self.lines.any():
            return close
        lines = self._enlarged(self.lines, window, close.shape)
        # The edges of lines are known to half a pixel of this overview.
        half = round(close.shape[1] / (window[2] - window[0]) / self.scale / 2)
        around = np.ones((2 * half + 1, 2 * half + 1), np.uint8)
        lines = cv2.dilate(lines.view(np.uint8), around) > 0
        return erased(close, lines, MIN_FAINT_PROBABILITY)

    def _enlarged(
        self, region: NDArray[np.bool_], window: tuple[float, ...], shape: tuple[int, ...]
    ) -> NDArray[np.bool_]:
        """A region of this overview in a closer map of a shape (h, w); window: see `seen_in`."""
        left, top, right, bottom = (round(edge * self.scale) for edge in window)
        part = region[top : max(bottom, top + 1), left : max(right, left + 1)].astype(np.uint8)
        large = cv2.resize(part, shape[::-1], interpolation=cv2.INTER_NEAREST)
        return np.asarray(large > 0, np.bool_)
