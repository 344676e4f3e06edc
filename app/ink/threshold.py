"""The ink of clean pictures: drawn on a screen, or scanned, on paper of one even colour.

Such paper has no noise, so everything that differs from it was drawn or printed there, however
faint or fine it is. Photographs are not such pictures: `ink.photographs.segmenter` finds their ink.
It also says which of a clean picture's ink is writing.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, pen_width
from app.ink.resize import reduce_to_side

Plane = NDArray[np.float32]  # (h, w), in levels of 255

# Levels are brightness values from 0 to 255. Shares are of a picture's pixels.
MIN_INK_LEVELS: Final = 14.0  # a smaller difference from the paper is noise
MIN_INK_DEVIATIONS: Final = 5.0  # the same, in standard deviations of the paper's noise
MAX_SIDE: Final = 1280  # pixels; larger drawings are reduced to it
MIN_PEN: Final = 3.3  # see `pen_width`, of a reduced drawing; thinner lines are drawn broader first
MID_LEVEL: Final = 128.0  # of 255: lighter paper has dark ink
BITMAP_SIDE: Final = 32  # pixels; in smaller pictures, even drawn ones, most neighbours differ

# Whether a picture was drawn on paper of one colour.
PAPER_SIDE: Final = 160  # pixels: the longer side of the reduced picture that is examined
EVEN_LEVELS: Final = 2.0  # how far even paper may differ from its usual level
MIN_EVEN_SHARE: Final = 0.4  # share that must be even paper
PAPER_WINDOW: Final = 0.4  # longer sides; the median of a window this large is the paper there
MAX_OTHER_PAPER: Final = 0.03  # share around which that median may be another colour
MIN_FLAT_SHARE: Final = 0.4  # share of paper pixels that must equal their left neighbour
NOISE_PIXELS: Final = 4_000_000  # at most twice as many are examined for the noise of a sensor

# A drawing that is cropped so tightly that ink lies along its whole rim.
OPPOSITE_LEVELS: Final = 80.0  # strong ink lies this close to black or to white
MIN_RANGE: Final = 235.0  # levels between its darkest and its lightest pixel
MIN_TIGHT_PAPER: Final = 0.06  # share that must be paper
MAX_TIGHT_SHADES: Final = 0.45  # share that may be neither paper nor strong ink
# A border is no paper either.
MIN_BORDER: Final = 0.9  # share of a row or a column that it covers
MAX_BORDER: Final = 0.2  # of the picture's sides: its width
MIN_PAPER_INSIDE: Final = 0.6  # share of what is inside of it that is paper
MIN_PAPER_RIM: Final = 0.8  # the same, along the rim of that

# Where ink begins and ends. The strength of ink is its distance in levels from the paper.
BEGIN_SHARE: Final = 0.4  # of the strong ink's strength: each piece of ink reaches it somewhere
WEAK_SHARE: Final = 0.2  # of the same: from there, ink goes on down to it
EDGE_SHARE: Final = 0.5  # of the strongest ink nearby: the strength at the pen's edge
MAX_STEP: Final = 32  # pixels; for a longer reach, several dilations are quicker than one


def paper(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """The colour, float32 (channels,), of a clean picture's paper; None for other pictures.

    image: uint8 (h, w, channels). The paper has the usual colour of the picture's rim. Where the
    picture is cropped so tightly that ink lies along its whole rim, it is black or white.
    """
    small = reduce_to_side(image, PAPER_SIDE)
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    usual = np.median(rim, axis=0).astype(np.float32)
    difference = np.abs(small - usual).max(axis=2)  # (h, w)
    is_even = (difference <= EVEN_LEVELS).mean() > MIN_EVEN_SHARE
    if is_even and not _has_other_paper(small, usual):
        return usual if _is_flat(image, usual) else None
    low, high = float(small.min()), float(small.max())
    if np.ptp(small, axis=(0, 1)).max() < MIN_RANGE:
        return None  # a camera's darkest and lightest are seldom so far apart in one colour
    num_dark = (rim < low + OPPOSITE_LEVELS).all(axis=1).sum()
    num_light = (rim > high - OPPOSITE_LEVELS).all(axis=1).sum()
    is_dark = num_dark >= num_light
    darks = np.asarray((small < low + OPPOSITE_LEVELS).all(axis=2), np.bool_)
    lights = np.asarray((small > high - OPPOSITE_LEVELS).all(axis=2), np.bool_)
    if _has_border(darks, lights) if is_dark else _has_border(lights, darks):
        is_dark = not is_dark
    extreme = np.full(small.shape[2], low if is_dark else high, np.float32)
    difference = np.abs(small - extreme).max(axis=2)
    is_shade = (difference > MIN_INK_LEVELS) & (difference < high - low - OPPOSITE_LEVELS)
    is_tight = (difference <= EVEN_LEVELS).mean() > MIN_TIGHT_PAPER
    is_tight = is_tight and is_shade.mean() < MAX_TIGHT_SHADES
    is_tight = is_tight or max(image.shape[:2]) <= BITMAP_SIDE
    return extreme if is_tight and _is_flat(image, extreme) else None


def _has_border(is_rim: NDArray[np.bool_], is_inside: NDArray[np.bool_]) -> bool:
    """Whether a picture has a border of the rim's colour around paper of the opposite one.

    is_rim, is_inside: (h, w), the pixels of these colours. Ink alone covers no whole rows along
    the edges, and paper goes on beyond a border's width.
    """
    inner: list[slice] = []
    has_border = False
    for axis in (1, 0):
        is_free = is_inside.mean(axis=axis) >= 1 - MIN_BORDER
        widest = round(MAX_BORDER * len(is_free))
        first = min(int(np.argmax(is_free)), widest)
        last = len(is_free) - min(int(np.argmax(is_free[::-1])), widest)
        covered = is_rim.mean(axis=axis) >= MIN_BORDER
        has_border |= bool(covered[:first].any() or covered[last:].any())
        inner.append(slice(first, last))
    paper = is_inside[inner[0], inner[1]]
    rim = np.concatenate([paper[0], paper[-1], paper[:, 0], paper[:, -1]])
    is_paper = paper.mean() >= MIN_PAPER_INSIDE and rim.mean() >= MIN_PAPER_RIM
    return bool(has_border and is_paper)


def find(image: NDArray[np.uint8], level: NDArray[np.float32]) -> InkMap | None:
    """The ink of a drawing uint8 (h, w, channels) on paper of that level; None without ink."""
    scale = min(1.0, MAX_SIDE / max(image.shape[:2]))
    plane = _inkiness(reduce_to_side(image, MAX_SIDE), level)
    thin = _mask_and_edge(plane, 1.0, 0.0, 0.0)
    pen = 1.0 if thin is None else pen_width(thin[0])
    if scale < 1 and pen < MIN_PEN:
        # Lines of a pixel would be broken, because reducing averages them with the paper.
        grown = cv2.erode if level.mean() > MID_LEVEL else cv2.dilate
        broad = grown(image, np.ones((3, 3), np.uint8)).reshape(image.shape).astype(np.uint8)
        plane = _inkiness(reduce_to_side(broad, MAX_SIDE), level)
        thin = _mask_and_edge(plane, 1.0, 0.0, 0.0)
        pen = 1.0 if thin is None else pen_width(thin[0])
    exact = None if thin is None else _mask_and_edge(plane, pen, WEAK_SHARE, BEGIN_SHARE)
    if exact is None:
        return None
    mask, edge = exact
    strength = np.clip(plane * (127.5 / edge), 0, 255).astype(np.uint8)
    return InkMap(strength, mask, 0.0, 0.0, scale).without_specks()


def greys(image: NDArray[np.uint8], level: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The ink of a drawing uint8 (h, w, channels) in greys: 0 for paper, 255 for the strongest ink.

    level: of its paper, see `paper`. Returns uint8 (h, w).
    """
    plane = np.maximum(_inkiness(image, level), 0)
    return np.round(plane * (255 / max(float(plane.max()), 1))).astype(np.uint8)


def _inkiness(image: NDArray[np.uint8], level: NDArray[np.float32]) -> Plane:
    """The strength of ink (h, w) in levels, from an image (h, w, channels); 0 for paper."""
    small = reduce_to_side(image, PAPER_SIDE)
    axis = _ink_axis(small.astype(np.float32).reshape(-1, len(level)) - level)
    plane = cv2.transform(image.astype(np.float32), axis[None]).reshape(image.shape[:2])
    return (plane - float(level @ axis)).astype(np.float32)


def _has_other_paper(small: NDArray[np.uint8], level: NDArray[np.float32]) -> bool:
    """Whether the paper has another level in some part of the picture, as in a shadow."""
    window = round(max(small.shape) * PAPER_WINDOW / 2) * 2 + 1
    usual = cv2.medianBlur(small, window).reshape(small.shape)
    is_other = np.abs(usual - level).max(axis=2) > MIN_INK_LEVELS
    return bool(is_other.mean() >= MAX_OTHER_PAPER)


def _is_flat(image: NDArray[np.uint8], level: NDArray[np.float32]) -> bool:
    """Whether the paper is free of noise; small bitmaps, which have little paper, always are."""
    if max(image.shape[:2]) <= BITMAP_SIDE or image.shape[1] == 1:
        return True
    image = image[:: max(1, image.shape[0] * image.shape[1] // NOISE_PIXELS)]
    difference = cv2.absdiff(image, np.broadcast_to(level, image.shape).astype(np.uint8))
    difference = difference.reshape(*image.shape[:2], -1).max(axis=2)
    is_paper = difference[:, 1:] <= EVEN_LEVELS
    is_same = (image[:, 1:] == image[:, :-1]).reshape(*is_paper.shape, -1).all(axis=2)
    return bool(is_paper.any() and is_same[is_paper].mean() > MIN_FLAT_SHARE)


def _ink_axis(difference: NDArray[np.float32]) -> NDArray[np.float32]:
    """The direction of colour in which ink differs from paper: (channels,), absolute sum 1.

    difference: (pixels, channels), from the paper. Its sign is that in which strong differences
    lie, because few pixels are ink and most are paper.
    """
    weights = (difference**2).sum(axis=1)
    _, axes = np.linalg.eigh((difference * weights[:, None]).T @ difference)
    axis = axes[:, -1]
    if ((difference @ axis) ** 3).sum() < 0:
        axis = -axis
    return np.asarray(axis / np.abs(axis).sum(), np.float32)


def strongest(ink: Plane, reach: int) -> Plane:
    """The largest value within `reach` pixels of each pixel, along both axes.

    For a broad pen, one dilation would take seconds, so the reach is doubled step by step.
    """
    covered = min(reach, MAX_STEP)
    maxima = cv2.dilate(ink, np.ones((2 * covered + 1, 2 * covered + 1), np.uint8))
    while covered < reach:
        step = min(covered, reach - covered)
        corners = np.zeros((2 * step + 1, 2 * step + 1), np.uint8)
        corners[::step, ::step] = 1  # the corners and the middles of the sides
        maxima, covered = cv2.dilate(maxima, corners), covered + step
    return np.asarray(maxima, np.float32)


def _mask_and_edge(
    ink: Plane, pen: float, weak_share: float, begin_share: float
) -> tuple[NDArray[np.uint8], Plane] | None:
    """The mask of ink, uint8 (h, w), 255 or 0, and the strength at its edge; None without ink.

    pen: its width in pixels. Each piece of ink reaches `begin_share` of the strong ink's strength
    somewhere, and goes on from there down to `weak_share`. Its edge is where it has half the
    strength of the strongest ink nearby.
    """
    step = max(1, int((ink.size / 10_000) ** 0.5))
    low, middle = np.percentile(ink[::step, ::step], (10, 40))
    low, middle = min(low, 0.0), min(middle, MIN_INK_LEVELS / 4)  # most of the picture may be ink
    noise = float(middle - low) / 1.03  # which is how far these lie apart in Gaussian noise
    level = float(middle) + 0.25 * noise
    faintest = max(MIN_INK_LEVELS, MIN_INK_DEVIATIONS * noise) + level
    clear = ink[ink > faintest]
    if not len(clear):
        return None
    strong = float(np.percentile(clear, 95))
    reach = round(1 + pen)
    nearby = cv2.blur(strongest(ink, reach), (2 * reach + 1, 2 * reach + 1))
    begin = max(faintest, begin_share * strong)
    go_on = max(level + 0.6 * (faintest - level), weak_share * strong)
    edge = np.maximum(EDGE_SHARE * np.minimum(nearby, 1.2 * strong), go_on)
    is_ink = ink > edge
    count, labels = cv2.connectedComponents(is_ink.view(np.uint8))
    # Of a few pixels of ink, all this takes a tenth of the time of that of all pixels.
    places = np.flatnonzero(is_ink)
    components = labels.ravel()[places]
    has_begun = np.zeros(count, np.uint8)
    has_begun[components[ink.ravel()[places] > begin]] = 255
    if not has_begun.any():
        return None
    mask = np.zeros(ink.shape, np.uint8)
    mask.ravel()[places] = has_begun[components]
    return mask, edge
