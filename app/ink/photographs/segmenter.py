"""Finds ink on photographed paper with a small network of its own, models/finder.onnx.

It finds where the pen was in any light, on any paper and among other things, where thresholds fail.
The network is a U-Net that `train.finder` trains on rendered photographs. It is run on the whole
picture first, to find the writing, and then on the writing alone at a larger scale. If the
recogniser cannot read the resulting map, other maps follow.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.inference.models import models_folder
from app.inference.session import open_session, releasing_run_options
from app.ink.ink_map import BoxRow, InkMap, without_specks
from app.ink.parts import MAX_PAIRS, ones_beside, without_unseen
from app.ink.photographs import shade
from app.ink.photographs.bridges import bridged
from app.ink.photographs.missing_ink import distant_points, with_missing_ink
from app.ink.photographs.overview import (
    MIN_FAINT_PROBABILITY,
    MIN_INK_PROBABILITY,
    Overview,
    is_noise,
)
from app.ink.printed.lines_to_erase import dark_ink, erased, find_lines
from app.ink.resize import resize_to_side

SEGMENTER_MODEL: Final = models_folder() / "finder.onnx"
CONTRACT: Final = "finder/1"  # input "picture" uint8 (h, w, 3), output "ink" float32 (h, w)
# Pixels along the longer side of what the network sees.
SIDE: Final = 160  # as in training; the overview
LARGE_SIDE: Final = 480  # the overview of a picture whose writing is too small at SIDE
MAX_SIDE: Final = 960  # the closer map
STRIDE: Final = 32  # pixels; the sides of the network's input are multiples of it

MIN_OVERVIEW_HEIGHT: Final = 18.0  # pixels; lower writing needs an overview of LARGE_SIDE
MIN_SEEN_HEIGHT: Final = 9.0  # pixels; of lower writing, some digits are not seen at LARGE_SIDE
MAX_LOST: Final = 8  # pieces of such writing, in a large picture; what has more may be a texture
CLOSE_HEIGHT: Final = 112.0  # pixels: about the height of a line of writing in the closer map
MARGIN: Final = 0.12  # heights of the writing around it in the closer map
DISTANT_SHARE: Final = 0.6  # of the closer map's scale, for the last map
MIN_EXTENT: Final = 0.01  # of a picture's longer side; smaller ink is not writing
# Faint ink that may be a digit, in heights of the writing beside it.
MAX_GAP: Final = 1.0
MIN_LEVEL: Final = 0.5  # how far both go down side by side
MAX_OTHER_HEIGHT: Final = 0.4  # difference between their heights

Picture = NDArray[np.uint8]  # (h, w, 3) RGB


class _Look(NamedTuple):
    """A look at a whole picture.

    probabilities: of ink, float32 (h, w). dark: see `dark_ink`. lines, rows, boxes: see `Overview`.
    has_shade, is_sharp: see `shade.Unshaded`.
    """

    probabilities: NDArray[np.float32]
    dark: NDArray[np.uint8]
    lines: NDArray[np.bool_]
    rows: tuple[BoxRow, ...]
    boxes: NDArray[np.int32]
    has_shade: bool
    is_sharp: bool

    def is_clear(self) -> bool:
        """Whether its writing is large enough, and none may be hidden in shade.

        In a picture full of clutter, no other scale shows writing.
        """
        is_large = _writing_height(self.boxes) >= MIN_OVERVIEW_HEIGHT
        return is_large and (not self.has_shade or is_noise(self.probabilities))

    def ones(self) -> NDArray[np.int32]:
        """See `Overview`."""
        return ones_beside(np.where(self.lines, 0, self.dark).astype(np.uint8), self.boxes)


class Segmenter:
    """One ONNX Runtime session; safe to share between threads.

    path: written by export.finder. Raises WrongModel when it is not such a file.
    """

    def __init__(self, path: Path | str = SEGMENTER_MODEL, threads: int = 1) -> None:
        self._session = open_session(Path(path), threads, {"contract": CONTRACT})

    def ink_probabilities(self, image: Picture, side: int = SIDE) -> NDArray[np.float32]:
        """The probability of ink at each pixel of the resized image, float32 (h, w) in [0, 1].

        side: pixels along the longer side that the image is resized to; small writing needs more.
        """
        return self._probabilities(resize_to_side(image, side))

    def _probabilities(self, resized: Picture) -> NDArray[np.float32]:
        """As `ink_probabilities`, for a picture that is resized already."""
        height, width = resized.shape[:2]
        padded = pad(resized, -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE)
        (probabilities,) = self._session.run(["ink"], {"picture": padded})
        return np.asarray(probabilities[:height, :width], np.float32)

    def _look(self, image: Picture, side: int, sample: Picture) -> _Look:
        """A look at the whole picture; side, sample: see `ink_probabilities`, `without_shade`."""
        resized = resize_to_side(image, side)
        found = shade.without_shade(self._probabilities(resized), sample)
        possible = _mask(found.probabilities, MIN_FAINT_PROBABILITY)
        likely = _mask(found.probabilities, MIN_INK_PROBABILITY)
        dark = dark_ink(resized, likely, possible)
        lines, rows = find_lines(resized, dark, likely, possible)
        probabilities = erased(found.probabilities, lines, MIN_FAINT_PROBABILITY)
        boxes = _component_boxes(probabilities)
        return _Look(probabilities, dark, lines, rows, boxes, found.has_shade, found.is_sharp)

    def release_memory(self) -> None:
        """Frees the memory that large pictures needed, 25 MB, by reading the smallest one."""
        smallest = np.zeros((STRIDE, STRIDE, 3), np.uint8)
        self._session.run(["ink"], {"picture": smallest}, releasing_run_options())

    def overview(self, image: Picture) -> Overview:
        """The ink of the whole picture, at a scale at which its writing is seen.

        It has no frames around the writing, no folds of the paper and no underlines.
        """
        longer = max(image.shape[:2])
        sample = shade.sample(image)
        best = self._look(image, SIDE, sample)
        sides = dict.fromkeys(min(side, longer) for side in (LARGE_SIDE, MAX_SIDE))
        for side in () if best.is_clear() else sides:
            look = self._look(image, side, sample)
            if len(look.boxes) and (look.is_sharp or not len(best.boxes)):
                best = look
            is_lost = longer > MAX_SIDE and len(best.boxes) <= MAX_LOST
            if len(best.boxes) and not (is_lost and _writing_height(best.boxes) < MIN_SEEN_HEIGHT):
                break
        scale = max(best.probabilities.shape) / longer
        ones = best.ones()
        return Overview(best.probabilities, scale, best.boxes, best.lines, ones, best.rows)

    def ink_maps(self, image: Picture, overview: Overview) -> Iterator[InkMap]:
        """Maps of a picture's ink, the one that is most likely right first; none without ink.

        overview: of this picture. The first map shows the writing alone and closely. The second
        shows the whole picture, which is better for a broad pen. The third shows the writing at a
        smaller scale, where ruled lines vanish and writing does not. Each map is computed only when
        it is asked for.
        """
        boxes, scale = overview.boxes, overview.scale
        if not len(boxes) or overview.is_noise():
            return
        left, top, right, bottom = _extent(overview.probabilities, boxes, overview.ones)
        if max(right - left, bottom - top) < MIN_EXTENT * max(overview.probabilities.shape):
            return
        height = _writing_height(boxes)
        margin = MARGIN * max(height, float(right - left) if len(boxes) == 1 else 0) + 1
        x, y = (int(max(low - margin, 0) / scale) for low in (left, top))
        crop = image[y : int((bottom + margin) / scale) + 1, x : int((right + margin) / scale) + 1]
        crop_longer = max(crop.shape[:2])
        close_side = round(np.clip(crop_longer * scale * CLOSE_HEIGHT / height, SIDE, MAX_SIDE))
        window = (x, y, x + crop.shape[1], y + crop.shape[0])
        distant_side = round(DISTANT_SHARE * close_side)
        resized, reduced = (resize_to_side(crop, side) for side in (close_side, distant_side))
        close = self._probabilities(resized)
        # Where there is one piece of writing, no point belongs to it, and time matters more.
        distant = self._probabilities(reduced) if len(boxes) > 1 else None
        points = None if distant is None else distant_points(distant, close.shape)
        whole = with_missing_ink(close, points, overview, resized, window)
        seen = overview.seen_in(close, window) | (whole > close)
        if points is not None:
            seen |= points.is_at_one()
        close = overview.without_lines(whole, window)
        for ink in _ink_map(close, resized, x, y, close_side / crop_longer):
            yield overview.with_rows(replace(ink, mask=without_unseen(ink.mask, seen)))
        whole_picture = resize_to_side(image, max(overview.probabilities.shape))
        of_all = _ink_map(overview.probabilities, whole_picture, 0, 0, scale)
        yield from map(overview.with_rows, of_all)
        if distant is None:
            distant = self._probabilities(reduced)
        distant = overview.without_lines(distant, window)
        far = _ink_map(distant, reduced, x, y, distant_side / crop_longer)
        yield from map(overview.with_rows, far)


def _ink_map(
    probabilities: NDArray[np.float32], photo: Picture, left: int, top: int, scale: float
) -> Iterator[InkMap]:
    """Probabilities (h, w) as a map; none without ink. photo, left, top, scale: see `InkMap`."""
    mask = bridged(probabilities)
    if mask.any():
        strength = np.round(probabilities * 255).astype(np.uint8)
        mask = without_specks(mask)
        yield InkMap(strength, mask, left, top, scale, is_found=True, photo=photo)


def _mask(probabilities: NDArray[np.float32], min_probability: float) -> NDArray[np.uint8]:
    """255 where ink is more probable than `min_probability`, 0 elsewhere: (h, w)."""
    return (probabilities > min_probability).astype(np.uint8) * np.uint8(255)


def _extent(
    probabilities: NDArray[np.float32], boxes: NDArray[np.int32], ones: NDArray[np.int32]
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the components in boxes, with their faint ends, and of ones.

    Digits beside them that are faint belong to it too. boxes, ones: (n, 4), see `Overview`.
    """
    faint = (probabilities > MIN_FAINT_PROBABILITY).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(faint)
    in_boxes = np.zeros_like(faint)
    for x, y, width, height in boxes.tolist():
        in_boxes[y : y + height, x : x + width] = 1
    likely = (probabilities > MIN_INK_PROBABILITY) & (in_boxes > 0)
    is_kept = np.bincount(labels[likely], minlength=count) > 0
    is_kept |= _may_be_digits(stats[:, :4].astype(np.int32), is_kept)
    x, y, width, height = np.concatenate([stats[is_kept, :4], ones]).T
    return int(x.min()), int(y.min()), int((x + width).max()), int((y + height).max())


def _may_be_digits(boxes: NDArray[np.int32], is_writing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which pieces of faint ink are beside writing and about as high as it: (n,).

    boxes: (n, 4), of which the first is the paper's. None is in clutter, which has too many pieces.
    """
    if len(boxes) * is_writing.sum() > MAX_PAIRS:
        return np.zeros(len(boxes), np.bool_)
    height = _writing_height(boxes[is_writing])
    x, y, width, high = boxes[is_writing].T
    left, top = boxes[:, None, 0], boxes[:, None, 1]
    right, bottom = left + boxes[:, None, 2], top + boxes[:, None, 3]
    is_beside = np.maximum(x - right, left - x - width) < MAX_GAP * height
    is_level = np.minimum(bottom, y + high) - np.maximum(top, y) > MIN_LEVEL * high
    is_high = np.abs(boxes[:, 3] - height) < MAX_OTHER_HEIGHT * height
    is_high[0] = False
    return np.asarray(is_high & (is_beside & is_level).any(axis=1), np.bool_)


def _writing_height(boxes: NDArray[np.int32]) -> float:
    """The height of a line of writing from the boxes of its components; 0 without any.

    Some components may be dots, or several digits that touch.
    """
    sizes = np.maximum(boxes[:, 3], boxes[:, 2] / 4)
    return float(np.percentile(sizes, 75)) if len(boxes) else 0.0


def _component_boxes(probabilities: NDArray[np.float32]) -> NDArray[np.int32]:
    """x, y, width and height of the components of ink that are not specks: (n, 4)."""
    mask = _mask(probabilities, MIN_INK_PROBABILITY)
    if not mask.any():
        return np.zeros((0, 4), np.int32)
    count, _, stats, _ = cv2.connectedComponentsWithStats(without_specks(mask))
    return stats[1:count, :4].astype(np.int32)


@cache
def shared_segmenter() -> Segmenter:
    """The one segmenter of this process. Raises WrongModel."""
    return Segmenter()


def pad(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """The image, enlarged to a height and width by its own reflection at the right and below."""
    border = (0, height - image.shape[0], 0, width - image.shape[1])
    return cv2.copyMakeBorder(image, *border, cv2.BORDER_REFLECT).astype(np.uint8)
