"""The ink of a whole picture as the segmenter sees it, at a small scale."""

from dataclasses import dataclass, field, replace
from itertools import compress
from operator import and_
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap
from app.ink.lines_to_erase import dark_ink, erased
from app.ink.parts import writing_among

MIN_LIKELY_SHARE: Final = 0.3  # of the possible ink that must be likely; writing has 0.6 and more

# A pixel counts as one of these from this probability of ink on.
MIN_INK_PROBABILITY: Final = 0.5  # likely ink
MIN_FAINT_PROBABILITY: Final = 0.15  # possible ink, which belongs to likely ink beside it
MIN_SEEN_PROBABILITY: Final = 0.3  # writing, in a clean picture where all ink is known

# The share of a 1's rows in which a closer map sees ink.
MIN_PART_OF_ONE: Final = 0.2  # of a dark line that is surely drawn
MIN_WHOLE_ONE: Final = 0.9
MAX_UNSEEN_ONES: Final = 1 / 3  # of the pieces of writing; more lines that are not seen are printed
ONE_PROBABILITY: Final = 0.9  # of the rest of a 1 that is seen in part
EDGE: Final = 0.12  # of the picture's width and height: how far from its edge a cell's sides are
MIN_ALIKE: Final = 0.7  # ratio of the contrasts of a line and of writing that one pen drew
MAX_POINT: Final = 0.3  # heights of the writing: the longer side of a point


@dataclass(frozen=True, eq=False)
class Overview:
    """The ink of a whole picture.

    probabilities: float32 (h, w). scale: pixels of these to one pixel of the picture. boxes: int32
    (n, 4), x, y, width and height of the components of ink. lines: bool (h, w), frames, folds and
    underlines, which are no ink. ones: boxes (n, 4) beside the writing, of what may be 1s that are
    hardly seen at this scale.
    """

    probabilities: NDArray[np.float32]
    scale: float
    boxes: NDArray[np.int32]
    lines: NDArray[np.bool_]
    ones: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 4), np.int32))

    def is_noise(self) -> bool:
        """Whether far more ink is possible than likely, as in noise."""
        likely = np.count_nonzero(self.probabilities > MIN_INK_PROBABILITY)
        possible = np.count_nonzero(self.probabilities > MIN_FAINT_PROBABILITY)
        return bool(likely < MIN_LIKELY_SHARE * possible)

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

    def with_whole_ones(
        self, close: NDArray[np.float32], image: NDArray[np.uint8], window: tuple[float, ...]
    ) -> NDArray[np.float32]:
        """The probabilities of a closer map, with 1s that it sees in part, and points it misses.

        The segmenter takes a 1 at the end of a number for the edge of something. image: uint8
        (h, w, 3), the part of the picture that the closer map shows; window: see `seen_in`.
        """
        windows = self._windows_of(self.ones, close.shape, window)
        ones = [(part, _seen_share(close[part])) for part in windows]
        parts = [part for part, seen in ones if MIN_PART_OF_ONE <= seen < MIN_WHOLE_ONE]
        is_unseen = [seen < MIN_PART_OF_ONE for _, seen in ones]
        # Many of them are bars between the digits.
        may_be_ones = sum(is_unseen) <= max(MAX_UNSEEN_ONES * len(self.boxes), 1)
        is_inside = [may_be_ones and not each for each in self._are_at_edge(self.ones)]
        unseen = list(compress(windows, map(and_, is_unseen, is_inside)))
        points = self._windows_of(self._points(), close.shape, window)
        points = [part for part in points if not _seen_share(close[part])]
        if not parts and not points and not unseen:
            return close
        likely, possible = (
            np.where(close > probability, 255, 0).astype(np.uint8)
            for probability in (MIN_INK_PROBABILITY, MIN_FAINT_PROBABILITY)
        )
        dark = dark_ink(image, likely, possible) > 0
        parts += [part for part in points if not _goes_on(dark[part])]
        parts += [part for part in unseen if _is_alike(image, dark, likely > 0, part)]
        whole = close.copy()
        for part in parts:
            whole[part] = np.maximum(close[part], dark[part] * np.float32(ONE_PROBABILITY))
        return whole

    def _are_at_edge(self, boxes: NDArray[np.int32]) -> list[bool]:
        """Whether each box, (n, 4), is at the picture's edge, as a cell's sides are."""
        size = np.array(self.probabilities.shape[::-1])  # wide, high
        starts, ends = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
        is_at_edge = np.any((starts <= EDGE * size) | (ends >= (1 - EDGE) * size), axis=1)
        return [bool(each) for each in is_at_edge]

    def _points(self) -> NDArray[np.int32]:
        """Boxes (n, 4) of small ink on the lines of writing, with a margin; see `boxes`."""
        if not len(self.boxes):
            return self.boxes
        height = float(np.percentile(self.boxes[:, 3], 75))
        is_small = self.boxes[:, 2:].max(axis=1) <= MAX_POINT * height
        points, writing = self.boxes[is_small], self.boxes[~is_small]
        middles = points[:, 1] + points[:, 3] / 2
        top, bottom = writing[:, 1], writing[:, 1] + writing[:, 3]
        is_level = (middles[:, None] >= top) & (middles[:, None] <= bottom + MAX_POINT * height)
        points = points[is_level.any(axis=1)]
        return np.concatenate([points[:, :2] - 1, points[:, 2:] + 2], axis=1)

    def _windows_of(
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
        return erased(close, lines, MIN_FAINT_PROBABILITY)

    def _enlarged(
        self, region: NDArray[np.bool_], window: tuple[float, ...], shape: tuple[int, ...]
    ) -> NDArray[np.bool_]:
        """A region of this overview in a closer map of a shape (h, w); window: see `seen_in`."""
        left, top, right, bottom = (round(edge * self.scale) for edge in window)
        part = region[top : max(bottom, top + 1), left : max(right, left + 1)].astype(np.uint8)
        large = cv2.resize(part, shape[::-1], interpolation=cv2.INTER_NEAREST)
        return np.asarray(large > 0, np.bool_)


def _is_alike(
    image: NDArray[np.uint8],
    dark: NDArray[np.bool_],
    writing: NDArray[np.bool_],
    part: tuple[slice, slice],
) -> bool:
    """Whether a dark line in some part of an image, (h, w, 3), is as dark as writing elsewhere."""
    paper = np.median(image[~dark], axis=0) if not dark.all() else np.zeros(3)
    contrast = np.abs(image.astype(np.float32) - paper).sum(axis=2)
    line = float(np.median(contrast[part].max(axis=1)))
    usual = float(np.percentile(contrast[writing], 75))
    return bool(MIN_ALIKE * usual <= line <= usual / MIN_ALIKE)


def _goes_on(dark: NDArray[np.bool_]) -> bool:
    """Whether what is dark in a window, (h, w), goes on beside it, as a piece of a rule does."""
    return bool(dark.size and (dark[:, 0].any() or dark[:, -1].any()))


def _seen_share(probabilities: NDArray[np.float32]) -> float:
    """The share of a 1's rows, (h, w), in which ink is seen; all of them if there is none."""
    if not probabilities.size:
        return 1.0
    return float((probabilities > MIN_INK_PROBABILITY).any(axis=1).mean())
