"""Finds ink on photographed paper with a small network of its own, models/finder.onnx.

It sees where the pen was whatever the light, the paper and the surroundings are, which no chain
of thresholds does. The network is a U-Net that `train.finder` trains on rendered photographs. It
looks twice: at the whole picture, to see where the writing is, and at that closely. Where the
recogniser can make nothing of what it saw, there are other ways to look.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.inference.models import models_folder
from app.inference.session import open_session
from app.ink.ink_map import InkMap, without_specks
from app.ink.resize import resize_to_side

SEGMENTER_MODEL: Final = models_folder() / "finder.onnx"
CONTRACT: Final = "finder/1"  # input "picture" uint8 (h, w, 3), output "ink" float32 (h, w)
SIDE: Final = 160  # pixels, the longer side of the pictures that it learned from
STRIDE: Final = 32  # pixels: its pictures' sides are multiples of it
LARGE_SIDE: Final = 480  # pixels, of a picture in which writing is too small to be seen at SIDE
LARGEST_SIDE: Final = 960  # pixels
SMALLEST: Final = 18.0  # pixels of the first look: a line of writing less high is looked for again
HEIGHT: Final = 112.0  # pixels, about as high as one line of writing is when looked at closely
MARGIN: Final = 0.12  # about the writing then, of its height
AFAR: Final = 0.6  # of that size is the writing in the last look
SPECK: Final = 0.03  # of a picture's longer side: what reaches less far is no writing
LIKELY: Final = 0.5  # from this probability on it is ink
POSSIBLE: Final = 0.08  # and from this one where it bridges a gap
BRIDGE: Final = 5  # pixels, so that gaps up to 4 are

Picture = NDArray[np.uint8]  # (h, w, 3) RGB


class Segmenter:
    """One ONNX Runtime session; safe to share between threads.

    path: written by export.finder. Raises WrongModel when it is not such a file.
    """

    def __init__(self, path: Path | str = SEGMENTER_MODEL, threads: int = 1) -> None:
        self._session = open_session(Path(path), threads, {"contract": CONTRACT})

    def ink_probabilities(self, image: Picture, side: int = SIDE) -> NDArray[np.float32]:
        """How likely each pixel is ink, float32 (h, w) in [0, 1], of the image fitted to a side.

        Look for small writing with a larger side.
        """
        small = resize_to_side(image, side)
        height, width = small.shape[:2]
        padded = pad(small, -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE)
        (found,) = self._session.run(["ink"], {"picture": padded})
        return np.asarray(found[:height, :width], np.float32)

    def ink_maps(self, image: Picture) -> Iterator[InkMap]:
        """The ink of a photograph, seen in one way after another; nothing where there is none.

        First what is about the writing, closely. Then the whole picture, which shows a broad pen
        better, and the writing from further away, where ruled lines vanish before it does.
        """
        longest = max(image.shape[:2])
        for side in (SIDE, min(LARGE_SIDE, longest)):
            seen = self.ink_probabilities(image, side)
            boxes = _boxes(seen)
            if _height(boxes) >= SMALLEST:
                break
        if not len(boxes):
            return
        (left, top), (right, bottom) = boxes[:, :2].min(0), (boxes[:, :2] + boxes[:, 2:]).max(0)
        if max(right - left, bottom - top) < SPECK * side:
            return
        scale, height = side / longest, _height(boxes)
        margin = MARGIN * max(height, float(right - left) if len(boxes) == 1 else 0) + 1
        x, y = (int(max(low - margin, 0) / scale) for low in (left, top))
        close = image[y : int((bottom + margin) / scale) + 1, x : int((right + margin) / scale) + 1]
        longer = max(close.shape[:2])
        wanted = round(np.clip(longer * scale * HEIGHT / height, SIDE, LARGEST_SIDE))
        yield from _ink(self.ink_probabilities(close, wanted), x, y, wanted / longer)
        yield from _ink(seen, 0, 0, scale)
        wanted = round(AFAR * wanted)
        yield from _ink(self.ink_probabilities(close, wanted), x, y, wanted / longer)


def _ink(found: NDArray[np.float32], left: int, top: int, scale: float) -> Iterator[InkMap]:
    """Probabilities (h, w) as a map with its place in the picture; nothing without ink."""
    mask = _bridged(found)
    if mask.any():
        strength = np.round(found * 255).astype(np.uint8)
        yield InkMap(strength, without_specks(mask), left, top, scale)


def _bridged(found: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Where there is ink, uint8 (h, w), 255 or 0: likely, or possible in a line's narrow gap."""
    likely = (found > LIKELY).astype(np.uint8) * np.uint8(255)
    closed = cv2.morphologyEx(likely, cv2.MORPH_CLOSE, np.ones((BRIDGE, BRIDGE), np.uint8))
    return np.where(found > POSSIBLE, closed, likely).astype(np.uint8)


def _height(boxes: NDArray[np.int32]) -> float:
    """Of a line of writing with these pieces (n, 4), some of them dots, dashes, joined digits."""
    sizes = np.maximum(boxes[:, 3], boxes[:, 2] / 4)
    return float(np.percentile(sizes, 75)) if len(boxes) else 0.0


def _boxes(found: NDArray[np.float32]) -> NDArray[np.int32]:
    """x, y, width and height of the pieces of ink that are not specks: (n, 4)."""
    mask = (found > LIKELY).astype(np.uint8) * np.uint8(255)
    if not mask.any():
        return np.zeros((0, 4), np.int32)
    count, _, stats, _ = cv2.connectedComponentsWithStats(without_specks(mask))
    return stats[1:count, :4].astype(np.int32)


@cache
def shared_segmenter() -> Segmenter:
    """The one finder of this process."""
    return Segmenter()


def pad(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """The image with its own reflection at the right and below, up to a height and width."""
    more = (0, height - image.shape[0], 0, width - image.shape[1])
    return cv2.copyMakeBorder(image, *more, cv2.BORDER_REFLECT).astype(np.uint8)
