"""Which connected components of ink are writing, judged by their places and by their neighbours."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import Boxes, InkMap, Mask, Parts, are_beside_a_foot, pen_width

# The segmenter says for each pixel whether it sees writing there. Shares are of pixels.
MAX_OTHER_INK: Final = 0.1  # with a smaller share of ink outside the writing, all ink is writing
MIN_WRITING: Final = 0.85  # a component of which a larger share is seen as writing is writing
MAX_SEEN: Final = 0.3  # one of which a smaller share is seen as writing is something else
MIN_SEEN_DIGIT: Final = (
    0.5  # of the usual piece of writing: as much of something else hides a digit
)
MIN_PART: Final = 0.03  # components with a smaller share of all ink are not judged

# A 1, which the segmenter often takes for a ruled line.
MIN_ALIKE: Final = 0.5  # ratio between the widths of two lines that one pen may have drawn
MAX_RATIO: Final = 3.0  # ratio between the heights of a 1 and of the digit beside it
LINE_TOLERANCE: Final = 0.25  # digit heights by which the ends of neighbours may differ
MAX_SLIMNESS: Final = 0.5  # ratio of width to height
MIN_ONE_HEIGHT: Final = 6  # pixels; lower dark spots may be grain
MAX_ONE_GAP: Final = 1.0  # heights of the writing: how far beside it a 1 is looked for
MAX_PAIRS: Final = 1_000_000  # of components that are compared; only clutter has more

# A sign beside a digit, such as the minus in -7, in heights of the digit.
MAX_SIGN_GAP: Final = 0.6  # between both
MAX_SIGN_FALL: Final = 0.2  # of the sign's middle below the digit's foot
MAX_SIGN_SIZE: Final = 0.8

# A neighbour's ink or a line that the picture's edge cuts through, in heights of the whole writing.
MAX_CUT_DEPTH: Final = 0.5  # how far it reaches into the picture
MIN_CUT_GAP: Final = 0.06  # how much paper is between it and the writing
MIN_CONTACT: Final = 0.4  # share of its own height along which it touches the left or right edge
MAX_CUT_POINT: Final = 0.2  # of a point at the edge of a clean picture
MAX_CONTINUED_GAP: Final = 0.35  # how much paper may be between a line and its last digit


def writing_among(mask: Mask, seen: NDArray[np.bool_]) -> Mask | None:
    """The part of a mask that is writing: all of it, or some of its components.

    seen: (h, w), true where the segmenter sees writing. Returns None where a component is partly
    writing and partly something else.
    """
    parts = Parts(mask)
    shares, areas = parts.shares(seen), parts.areas
    shares[0] = 0
    if (areas * (1 - shares)).sum() <= MAX_OTHER_INK * areas.sum():
        return mask
    is_large = areas > MIN_PART * areas.sum()
    is_writing, is_other = shares > MIN_WRITING, shares < MAX_SEEN
    whole = is_writing & is_large
    is_writing |= are_in_line(parts.boxes, whole) | _are_lone_ones(parts, whole)
    is_writing |= _may_be_signs(parts.boxes, whole, mask.shape)
    is_other &= ~is_writing
    is_whole = is_large & is_writing
    if (is_large & ~is_writing & ~is_other).any() or not is_whole.any():
        return None
    # A digit that touches a frame is a small share of both, but as large as other digits.
    digit = MIN_SEEN_DIGIT * float(np.median(areas[is_whole]))
    if (is_other & (areas * shares >= digit)).any():
        return None
    return parts.mask(is_writing)


def without_unseen(mask: Mask, seen: NDArray[np.bool_]) -> Mask:
    """The mask without the components that are not seen as writing; all of it if none is seen.

    seen: see `writing_among`.
    """
    parts = Parts(mask)
    is_seen = parts.shares(seen) >= MAX_SEEN
    is_seen[0] = False
    if not is_seen.any():
        return mask
    is_kept = is_seen | _are_ones_among(parts.boxes, is_seen)
    if is_seen.sum() * len(is_seen) <= MAX_PAIRS:
        is_kept |= are_in_line(parts.boxes, is_seen)
    return parts.mask(is_kept)


def _may_be_signs(
    boxes: Boxes, is_writing: NDArray[np.bool_], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Which components may be a number's signs or small zeros, beside its digits: (n,).

    None is where there is as much of something else as of writing, as in a table. shape: of the
    mask, (h, w), whose edges they do not touch.
    """
    is_other = ~is_writing
    is_other[0] = False
    if not 0 < is_other.sum() <= is_writing.sum():
        return np.zeros(len(boxes), np.bool_)
    left, top, width, height = boxes[:, :, None].transpose(1, 0, 2)  # (4, n, 1)
    x, y, _, high = boxes[is_writing].T  # (m,), so that all below is (n, m)
    gap = np.maximum(x - left - width, left - x - boxes[is_writing, 2])
    is_beside = (gap >= 0) & (gap <= MAX_SIGN_GAP * high)
    middle = top + height / 2
    is_level = (middle >= y) & (middle <= y + (1 + MAX_SIGN_FALL) * high)
    is_small = np.maximum(width, height) <= MAX_SIGN_SIZE * high
    is_inside = (boxes[:, :2] > 0).all(axis=1)
    is_inside &= boxes[:, 0] + boxes[:, 2] < shape[1]
    is_inside &= boxes[:, 1] + boxes[:, 3] < shape[0]
    may_be = (is_beside & is_level & is_small).any(axis=1)
    return np.asarray(is_other & is_inside & may_be, np.bool_)


def _are_ones_among(boxes: Boxes, is_writing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which slim components are as high as writing, and lie among it, as the 1s of a list: (n,)."""
    x, y, width, height = boxes.T
    usual = float(np.median(height[is_writing]))
    is_one = (width < MAX_SLIMNESS * height) & (np.abs(height - usual) < LINE_TOLERANCE * usual)
    for start, size in ((x, width), (y, height)):
        low, high = start[is_writing].min(), (start + size)[is_writing].max()
        is_one &= (start > low - usual) & (start + size < high + usual)
    is_one[0] = False
    return np.asarray(is_one, np.bool_)


def without_cut_off(ink: InkMap, shape: tuple[int, ...]) -> Mask:
    """A map's mask without ink that the picture's edge cuts through, where other writing is whole.

    Such ink is a part of a neighbour or of a ruled line. shape: of the picture, (h, w, ...).
    """
    parts = ink.parts
    x, y, width, height = parts.boxes.T
    high, wide = ink.mask.shape
    at_left, at_top = ink.left * ink.scale < 1, ink.top * ink.scale < 1
    at_right = (shape[1] - ink.left) * ink.scale < wide + 1
    at_bottom = (shape[0] - ink.top) * ink.scale < high + 1
    is_beside = ((x <= 1) & at_left) | ((x + width >= wide - 1) & at_right)
    is_above = ((y <= 1) & at_top) | ((y + height >= high - 1) & at_bottom)
    is_whole = ~is_beside & ~is_above & (parts.areas > MIN_PART * parts.areas.sum())
    is_whole[0] = False
    if not is_whole.any():
        return ink.mask
    tallest = float(np.maximum(height, width / 4)[is_whole].max())
    is_low, is_narrow = height < MAX_CUT_DEPTH * tallest, width < MAX_CUT_DEPTH * tallest
    # A number's first or last digit may touch the edge at a point; ink that goes on beyond the edge
    # touches it along more of its height.
    is_narrow &= is_low | (_contacts(parts.labels, len(x)) > MIN_CONTACT * height)
    is_far = _gaps(parts.boxes, is_whole) > MIN_CUT_GAP * tallest
    is_far &= ~are_in_line(parts.boxes, is_whole)
    is_cut = is_far & ((is_beside & is_narrow) | (is_above & is_low))
    # Two digits that stay are a number. If it fills the picture, its last digit is cut through too.
    is_digit = ~is_cut & (is_whole | (height >= MAX_CUT_DEPTH * tallest))
    is_digit[0] = False
    if is_digit.sum() > 1:
        is_cut &= is_low & ~_continue(parts.boxes, is_digit)
    if not ink.is_found:
        is_cut &= ~_may_be_points(parts.boxes, is_digit)
    return parts.mask(~is_cut) if is_cut.any() else ink.mask


def _may_be_points(boxes: Boxes, is_digit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which components may be the points of a number of these digits: (n,)."""
    is_small = boxes[:, 2:].max(axis=1) <= MAX_CUT_POINT * boxes[is_digit, 3].max()
    places = boxes.astype(np.int64)
    return np.asarray(is_small & are_beside_a_foot(places, places[is_digit]), np.bool_)


def _continue(boxes: Boxes, is_whole: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which components are in or go on a line of whole ones, as the last zero of 1000 does: (n,).

    They are about as high up as the line, with their middles between its top and its foot, and
    hardly further from it than its components are from each other.
    """
    line = boxes[is_whole]
    if len(line) < 2:
        return np.zeros(len(boxes), np.bool_)
    left, right = np.sort(line[:, 0]), np.sort(line[:, 0] + line[:, 2])
    top, bottom = line[:, 1].min(), (line[:, 1] + line[:, 3]).max()
    reach = MAX_CONTINUED_GAP * float(line[:, 3].max())
    gap = np.maximum(boxes[:, 0] - right[-1], left[0] - boxes[:, 0] - boxes[:, 2])
    middle = boxes[:, 1] + boxes[:, 3] / 2
    is_level = (boxes[:, 1] >= top - reach) & (boxes[:, 1] + boxes[:, 3] <= bottom + reach)
    is_level &= (top <= middle) & (middle <= bottom)
    return np.asarray(is_level & (gap <= max((left[1:] - right[:-1]).max(), reach)), np.bool_)


def _contacts(labels: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """The number of rows in which each component touches the left or the right edge: (count,)."""
    sides = np.bincount(labels[:, 0], minlength=count), np.bincount(labels[:, -1], minlength=count)
    return np.maximum(*sides)


def are_in_line(
    boxes: Boxes, is_writing: NDArray[np.bool_], max_gap: float = np.inf
) -> NDArray[np.bool_]:
    """Which slim components may be a 1: those that begin and end where writing beside them does.

    The segmenter takes such a 1 for a ruled line. Ruled lines and frames go on beyond the writing
    or lie around it. boxes: (n, 4). is_writing: (n,), which of them are writing. max_gap: heights
    of the writing that may be between both. Returns (n,).
    """
    left, top = boxes[:, None, 0], boxes[:, None, 1]
    right, bottom = left + boxes[:, None, 2], top + boxes[:, None, 3]
    x, y, width, height = boxes[is_writing].T  # (m,), so that all below is (n, m)
    reach = LINE_TOLERANCE * height
    is_level = (np.abs(top - y) < reach) & (np.abs(bottom - y - height) < reach)
    gap = np.maximum(x - right, left - x - width)
    is_beside = (gap >= 0) & (gap <= max_gap * height)
    is_slim = boxes[:, 2] < MAX_SLIMNESS * boxes[:, 3]
    return np.asarray(is_slim & (is_level & is_beside).any(axis=1), np.bool_)


def ones_beside(dark: Mask, writing: Boxes) -> Boxes:
    """The boxes of what may be 1s in the lines of writing, see `are_in_line`: (n, 4).

    dark: all that is as dark as the writing. writing: boxes (n, 4).
    """
    boxes = Parts(dark).boxes[1:]
    if len(writing) == 1:
        lone = _lone_one(boxes, writing[0], dark.shape)
        if len(lone):
            return lone
    every = np.concatenate([writing, boxes])
    is_writing = np.arange(len(every)) < len(writing)
    if len(every) * len(writing) > MAX_PAIRS:
        return boxes[:0]
    is_one = are_in_line(every, is_writing, MAX_ONE_GAP)[len(writing) :]
    return np.asarray(boxes[is_one & (boxes[:, 3] >= MIN_ONE_HEIGHT)], np.int32)


def _lone_one(boxes: Boxes, piece: NDArray[np.int32], shape: tuple[int, ...]) -> Boxes:
    """The box of the 1 of which the segmenter sees only a piece, if there is one: (n, 4).

    Unlike a rule or an edge, it ends within the picture, whose shape is (h, w). boxes: (m, 4), of
    all that is dark.
    """
    starts, ends = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    is_around = (starts <= piece[:2] + 1) & (ends >= piece[:2] + piece[2:] - 1)
    is_inside = (starts > 1) & (ends < np.array(shape[::-1]) - 1)
    is_slim = boxes[:, 2] < MAX_SLIMNESS * boxes[:, 3]
    is_longer = boxes[:, 3] > piece[3]
    is_one = np.all(is_around & is_inside, axis=1) & is_slim & is_longer
    return np.asarray(boxes[is_one & (boxes[:, 3] >= MIN_ONE_HEIGHT)], np.int32)


def _are_lone_ones(parts: Parts, is_writing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which slim components may be a 1 that is taller or lower than the writing beside it: (n,).

    Such a 1 is drawn with the same pen, is not cut off, and has one end level with that of the
    digit beside it; vertical bars go beyond both ends. None is accepted where there are as many of
    them as digits, because then they are bars between the digits.
    """
    boxes, areas = parts.boxes, parts.areas
    top, bottom = boxes[:, None, 1], boxes[:, None, 1] + boxes[:, None, 3]
    left, right = boxes[:, None, 0], boxes[:, None, 0] + boxes[:, None, 2]
    x, y, width, height = boxes[is_writing].T
    lower, higher = np.minimum(bottom - top, height), np.maximum(bottom - top, height)
    aside = np.minimum(np.abs(top - y), np.abs(bottom - y - height))
    is_near = (aside < LINE_TOLERANCE * lower) & (higher <= MAX_RATIO * lower)
    is_near &= (right <= x) | (left >= x + width)
    pens = areas / np.maximum(np.hypot(boxes[:, 2], boxes[:, 3]), 1)
    pen = pen_width(parts.mask(is_writing)) if is_writing.any() else 1.0
    is_alike = np.minimum(pens, pen) > MIN_ALIKE * np.maximum(pens, pen)
    high, wide = parts.labels.shape
    is_whole = (boxes[:, :2] > 0).all(axis=1) & (boxes[:, :2] + boxes[:, 2:] < (wide, high)).all(1)
    is_slim = boxes[:, 2] < MAX_SLIMNESS * boxes[:, 3]
    are_ones = is_slim & is_alike & is_whole & is_near.any(axis=1) & ~is_writing
    are_ones[0] = False
    return are_ones if are_ones.sum() < is_writing.sum() else np.zeros_like(are_ones)


def _gaps(boxes: Boxes, is_whole: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Pixels from each box to the nearest whole one: (n,), 0 where they overlap."""
    left, top = boxes[:, None, 0], boxes[:, None, 1]
    right, bottom = left + boxes[:, None, 2], top + boxes[:, None, 3]
    x, y, width, height = boxes[is_whole].T
    aside = np.maximum(np.maximum(x - right, left - x - width), 0)
    above = np.maximum(np.maximum(y - bottom, top - y - height), 0)
    return np.asarray(np.hypot(aside, above).min(axis=1), np.float64)
