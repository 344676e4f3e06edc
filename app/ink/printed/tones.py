"""Tells writing from rules of another colour or grey, in pictures of even colours.

In a scan or a screenshot, a printed form, grid or ruling has one colour, and a pen has another. The
layer whose ink lies in long straight runs is the print. Digits in two colours are no print: a broad
pen's strokes are no long runs of so broad a line, and rules are longer than digits are high.
"""

from dataclasses import replace
from functools import reduce
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, Parts, pen_width, without_specks
from app.ink.resize import reduce_to_side
from app.ink.threshold import BITMAP_SIDE, MAX_SIDE

MIN_SHARE: Final = 0.04  # of all ink that has a tone; the soft edges of strokes have every tone
TONE_LEVELS: Final = 8  # levels of 255 by which ink of one tone may differ
MIN_DISTANCE: Final = 60  # levels between the two tones, and between each and the paper
MIN_RUN: Final = 0.08  # of the picture's longer side: straight runs in rules
MIN_RUN_PENS: Final = 4.0  # of the line's width: the same
MIN_LENGTH: Final = 1.2  # heights of the writing: of a rule, or of a box around it
MIN_BESIDE: Final = 0.75  # share of the writing's width beside which there is a level rule
MIN_LONG: Final = 0.5  # share of the print that is in pieces of that length
MIN_RULED: Final = 0.6  # share of the print that is in such runs; ink may interrupt it
MIN_RULED_MORE: Final = 0.3  # the same, beyond the share of the writing
MAX_BESIDE: Final = 0.4  # share of the print that touches writing
MIN_EXACT: Final = 0.05  # share of a piece of writing that has exactly its tone
MAX_EDGE_DEPTH: Final = 2.0  # pixels from the middle of a soft edge to its sides
MAX_OTHER_TONE: Final = 24  # levels from a piece of writing to the tones between paper and writing
MAX_CROSSING: Final = 0.2  # share of what is written that may cross rules
SAMPLE: Final = 5_000  # pixels of ink that show its tones
_BINS: Final = 32  # of the histogram, along each channel

Mask = NDArray[np.uint8]  # (h, w), 255 for ink


def without_print(
    image: NDArray[np.uint8], ink: InkMap, paper: NDArray[np.float32]
) -> InkMap | None:
    """The writing alone, where rules of another tone are around it or below it; else None.

    image: uint8 (h, w, channels), all of whose ink is in the map. paper: (channels,), its colour.
    """
    if max(image.shape[:2]) <= BITMAP_SIDE:  # any stroke has runs of three pixels, and soft edges
        return None
    small = reduce_to_side(image, MAX_SIDE)
    tones = _tones(small[ink.mask > 0], paper)
    if tones is None:
        return None
    distances = [_distances(small, tone) for tone in tones]
    exact = [np.where(each <= TONE_LEVELS, ink.mask, 0).astype(np.uint8) for each in distances]
    if _are_edges(exact[0], exact[1]) or _are_edges(exact[1], exact[0]):
        return None
    ruled = [_ruled_share(layer) for layer in exact]
    for printed, writing in ((0, 1), (1, 0)):
        if ruled[printed] >= max(MIN_RULED, ruled[writing] + MIN_RULED_MORE):
            is_nearer = distances[printed] < distances[writing]
            flat, upright = _straight_runs(np.where(is_nearer, ink.mask, 0).astype(np.uint8))
            is_print = (flat > 0) | (upright > 0) | (exact[printed] > 0)
            rest = np.where(is_print, 0, ink.mask).astype(np.uint8)
            mask = _without_edges(rest, exact[writing])
            mask = _without_letters(mask, exact[writing], small, np.stack([paper, tones[writing]]))
            if not mask.any() or not _is_longer(exact[printed], mask):
                return None
            is_print |= rest != mask
            strength = np.where(is_print, 0, ink.strength).astype(np.uint8)
            return InkMap(strength, without_specks(mask), ink.left, ink.top, ink.scale)
    return None


def _without_edges(rest: Mask, writing: Mask) -> Mask:
    """What is left beside the print, without the soft edges of it that no writing touches.

    Between two pixels, a rule is of neither tone; a dark one may look more like the writing. Such
    edges are thin, and digits are not, which may be of every tone, as those of MNIST.
    writing: the pixels of exactly its tone.
    """
    parts = Parts(rest)
    depths = np.zeros(len(parts.areas), np.float32)
    inside = cv2.distanceTransform(rest, cv2.DIST_L2, cv2.DIST_MASK_3)
    np.maximum.at(depths, parts.labels[rest > 0], inside[rest > 0])
    return parts.mask((parts.shares(writing > 0) >= MIN_EXACT) | (depths > MAX_EDGE_DEPTH))


def _without_letters(
    rest: Mask, writing: Mask, image: NDArray[np.uint8], tones: NDArray[np.float32]
) -> Mask:
    """What is left without printed letters beside the rules, which are darker than those.

    They are of no tone between the paper's and the writing's, as thin or faint writing is.
    writing: the pixels of exactly its tone. image: (h, w, channels). tones: (2, channels), of both.
    """
    parts = Parts(rest)
    is_kept = parts.shares(writing > 0) >= MIN_EXACT
    contrast = tones[1] - tones[0]
    for index in np.flatnonzero(~is_kept[1:]) + 1:
        x, y, width, height = parts.boxes[index]
        window = np.s_[y : y + height, x : x + width]
        colours = image[window][parts.labels[window] == index] - tones[0]
        share = float(np.clip(np.median(colours @ contrast) / (contrast @ contrast), 0, 1))
        apart = np.abs(np.median(colours, axis=0) - share * contrast)
        is_kept[index] = apart.max() <= MAX_OTHER_TONE
    return parts.mask(is_kept)


def _is_longer(printed: Mask, writing: Mask) -> bool:
    """Whether print is longer than the writing; digits of another colour beside it are not.

    Its pieces are longer than the writing is high, or its level ones, which digits may interrupt,
    go along most of it.
    """
    left, _, width, _ = cv2.boundingRect(writing)
    flat, _ = _straight_runs(printed)
    first, _, wide, _ = cv2.boundingRect(flat)
    if min(first + wide, left + width) - max(first, left) >= MIN_BESIDE * width:
        return True
    tallest = cv2.connectedComponentsWithStats(writing)[2][1:, cv2.CC_STAT_HEIGHT].max()
    parts = Parts(printed)
    is_long = parts.boxes[:, 2:].max(axis=1) >= MIN_LENGTH * tallest
    return bool(parts.areas[is_long].sum() >= MIN_LONG * parts.areas.sum())


def _distances(image: NDArray[np.uint8], tone: NDArray[np.float32]) -> NDArray[np.uint8]:
    """How far each pixel is from a tone in the channel in which they differ most: (h, w)."""
    same = np.broadcast_to(np.round(tone).astype(np.uint8), image.shape)
    planes = cv2.split(cv2.absdiff(image, np.ascontiguousarray(same)))
    return np.asarray(reduce(cv2.max, planes), np.uint8)


def _are_edges(layer: Mask, other: Mask) -> bool:
    """Whether a layer is the soft edges of another one's strokes, which lie along them."""
    near = cv2.dilate(other, np.ones((3, 3), np.uint8))
    beside = cv2.countNonZero(cv2.bitwise_and(layer, near))
    return beside > MAX_BESIDE * cv2.countNonZero(layer)


def _tones(colours: NDArray[np.uint8], paper: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The two tones of ink, float32 (2, channels); None where there are not two.

    colours: of the ink's pixels, (n, channels).
    """
    sample = colours[:: max(len(colours) // SAMPLE, 1)].astype(np.float32)
    tones: list[NDArray[np.float32]] = []
    rest = sample[_levels_apart(sample, paper) >= MIN_DISTANCE]
    while len(tones) < 2 and len(rest) >= MIN_SHARE * len(sample):
        tone = _commonest(rest)
        apart = _levels_apart(rest, tone)
        if np.count_nonzero(apart <= TONE_LEVELS) < MIN_SHARE * len(sample):
            return None
        tones.append(tone)
        rest = rest[apart >= MIN_DISTANCE]
    return np.stack(tones) if len(tones) == 2 else None


def _levels_apart(colours: NDArray[np.float32], tone: NDArray[np.float32]) -> NDArray[np.float32]:
    """As `_distances`, for colours (n, channels): (n,)."""
    columns = np.abs(colours - tone).T  # NumPy is slow along a short last axis
    return np.asarray(reduce(np.maximum, columns), np.float32)


def _commonest(colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median of the colours in the fullest bin, float32 (channels,)."""
    bins = (colours // (256 // _BINS)).astype(np.int64)
    keys = bins @ (_BINS ** np.arange(bins.shape[1]))
    fullest = np.bincount(keys).argmax()
    return np.asarray(np.median(colours[keys == fullest], axis=0), np.float32)


def _ruled_share(layer: Mask) -> float:
    """The share of a layer's ink that lies in long level or upright runs; 0 without ink."""
    return cv2.countNonZero(cv2.bitwise_or(*_straight_runs(layer))) / max(
        cv2.countNonZero(layer), 1
    )


def _straight_runs(layer: Mask) -> tuple[Mask, Mask]:
    """The long level runs of a layer, and the long upright ones."""
    pens = MIN_RUN_PENS * pen_width(layer) if layer.any() else 0.0
    length = max(round(MIN_RUN * max(layer.shape)), round(pens), 3)
    flat, upright = (
        cv2.morphologyEx(layer, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        for shape in ((1, length), (length, 1))
    )
    return np.asarray(flat, np.uint8), np.asarray(upright, np.uint8)


def without_edges_of_rules(written: InkMap, unruled: InkMap) -> InkMap:
    """The map of what is written, without the soft edges of rules of another colour.

    written: see `without_print`. unruled: all ink without rules, where strokes that cross these may
    be broken. Only what is in both is written, unless what it lacks may be such crossings.
    """
    both = cv2.bitwise_and(written.mask, unruled.mask)
    num_rests = cv2.countNonZero(written.mask) - cv2.countNonZero(both)
    if num_rests <= MAX_CROSSING * cv2.countNonZero(written.mask) or not both.any():
        return written
    return replace(unruled, mask=without_specks(np.asarray(both, np.uint8)))
