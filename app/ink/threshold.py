"""The ink of clean pictures: drawn on a screen, or scanned, on paper of one even colour.

Such paper has no noise, so whatever differs from it is ink, however faint or fine. A photograph
is no such picture; `app.ink.segmenter` looks at those.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.ink_map import InkMap, pen_width, without_border, without_specks
from app.ink.resize import reduce_to_side

Plane = NDArray[np.float32]  # (h, w), in levels of 255

FAINTEST_INK: Final = 14.0  # levels: below this a difference from the paper is noise
CLEAR: Final = 5.0  # deviations of the paper's noise that ink differs from it, where it starts
LARGEST_SIDE: Final = 1280  # pixels; larger drawings are reduced
SMALL_SIDE: Final = 160  # pixels, of the picture in which the paper is looked for
# Levels about the rim's, share of a drawn picture within, largest share with other paper.
EVEN: Final = (2.0, 0.4, 0.03)
OPPOSITE: Final = 80.0  # levels from the paper that only strong ink lies at
FULL_RANGE: Final = 235.0  # levels between a drawing's darkest and lightest
TIGHT: Final = (0.06, 0.45)  # least share of paper in a tight crop, largest share in between
FLAT: Final = 0.4  # share of a drawing's paper that is as its left neighbour: no sensor's noise
BITMAP: Final = 32  # pixels: in a picture as small, neighbours differ even in a drawing
MANY: Final = 4_000_000  # pixels of a picture that are looked at for noise, or up to twice that
COMMON: Final = 0.4  # of the longer side: within a window as large, paper is the most common
WEAK: Final = (0.2, 0.4)  # of the ink's own strength: where ink may go on, and must begin
ONE_STEP: Final = 32  # pixels, the longest reach that is quicker in one step
EDGE: Final = 0.5  # of the strength nearby: the pen's edge


def paper(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """The paper's colour, (channels,), of a drawing uint8 (h, w, channels); None for other
    pictures.

    A drawing's paper is the level of its rim, or, where it was cropped so tightly that ink is
    all along the rim, black or white.
    """
    small = reduce_to_side(image, SMALL_SIDE)
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    common = np.median(rim, axis=0).astype(np.float32)
    far = np.abs(small - common).max(axis=2)  # (h, w)
    if (far <= EVEN[0]).mean() > EVEN[1] and not _has_other_paper(small, common):
        return common if _flat(image, common) else None
    low, high = float(small.min()), float(small.max())
    if np.ptp(small, axis=(0, 1)).max() < FULL_RANGE:
        return None  # a camera's darkest and lightest are seldom so far apart in one colour
    dark = (rim < low + OPPOSITE).all(axis=1).sum() >= (rim > high - OPPOSITE).all(axis=1).sum()
    extreme = np.full(small.shape[2], low if dark else high, np.float32)
    far = np.abs(small - extreme).max(axis=2)
    shaded = (far > FAINTEST_INK) & (far < high - low - OPPOSITE)
    tight = (far <= EVEN[0]).mean() > TIGHT[0] and shaded.mean() < TIGHT[1]
    tight |= max(image.shape[:2]) <= BITMAP
    return extreme if tight and _flat(image, extreme) else None


def find(image: NDArray[np.uint8], level: NDArray[np.float32]) -> InkMap | None:
    """The ink of a drawing uint8 (h, w, channels) on paper of that level; None without ink."""
    scale = min(1.0, LARGEST_SIDE / max(image.shape[:2]))
    image = reduce_to_side(image, LARGEST_SIDE)
    plane = _inkiness(image, level)
    first = _mask(plane, 1.0, (0.0, 0.0))
    if first is None:
        return None
    found = _mask(plane, pen_width(first[0]), WEAK)
    if found is None:
        return None
    mask, edge = found
    strength = np.clip(plane * (127.5 / edge), 0, 255).astype(np.uint8)
    return InkMap(strength, without_specks(without_border(mask)), 0.0, 0.0, scale)


def _inkiness(image: NDArray[np.uint8], level: NDArray[np.float32]) -> Plane:
    """One plane of (h, w, channels): 0 for paper, more where there is more ink."""
    small = reduce_to_side(image, SMALL_SIDE)
    axis = _ink_axis(small.astype(np.float32).reshape(-1, len(level)) - level)
    plane = cv2.transform(image.astype(np.float32), axis[None]).reshape(image.shape[:2])
    return (plane - float(level @ axis)).astype(np.float32)


def _has_other_paper(small: NDArray[np.uint8], level: NDArray[np.float32]) -> bool:
    """Whether places as large as a window are of another level, as in a shadow."""
    window = round(max(small.shape) * COMMON / 2) * 2 + 1
    common = cv2.medianBlur(small, window).reshape(small.shape)
    return bool((np.abs(common - level).max(axis=2) > FAINTEST_INK).mean() >= EVEN[2])


def _flat(image: NDArray[np.uint8], level: NDArray[np.float32]) -> bool:
    """Whether the paper is free of noise; small bitmaps count as free, having little paper."""
    if max(image.shape[:2]) <= BITMAP or image.shape[1] == 1:
        return True
    image = image[:: max(1, image.shape[0] * image.shape[1] // MANY)]  # some rows say enough
    alike = cv2.absdiff(image, np.broadcast_to(level, image.shape).astype(np.uint8))
    even = alike.reshape(*image.shape[:2], -1).max(axis=2)[:, 1:] <= EVEN[0]
    same = (image[:, 1:] == image[:, :-1]).reshape(*even.shape, -1).all(axis=2)
    return bool(even.any() and same[even].mean() > FLAT)


def _ink_axis(away: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colour in which ink differs from paper: (channels,), absolute values add up to 1.

    away: (pixels, channels), differences from the paper. The strongest have most say, and ink
    is rare where paper is common.
    """
    weights = (away**2).sum(axis=1)
    _, axes = np.linalg.eigh((away * weights[:, None]).T @ away)
    axis = axes[:, -1]
    if ((away @ axis) ** 3).sum() < 0:
        axis = -axis
    return np.asarray(axis / np.abs(axis).sum(), np.float32)


def strongest(ink: Plane, reach: int) -> Plane:
    """The largest value that is up to `reach` pixels away, along both axes, of each pixel.

    A broad pen's reach takes seconds in one step, so it is doubled step by step.
    """
    known = min(reach, ONE_STEP)
    found = cv2.dilate(ink, np.ones((2 * known + 1, 2 * known + 1), np.uint8))
    while known < reach:
        step = min(known, reach - known)
        corners = np.zeros((2 * step + 1, 2 * step + 1), np.uint8)
        corners[::step, ::step] = 1  # and the middles between them
        found, known = cv2.dilate(found, corners), known + step
    return np.asarray(found, np.float32)


def _mask(
    ink: Plane, pen: float, weak: tuple[float, float]
) -> tuple[NDArray[np.uint8], Plane] | None:
    """Where there is ink, uint8 (h, w), 255 or 0, and the strength at its edge; None for none.

    Ink must be strong somewhere and may be weaker where it goes on from there; weak: see WEAK.
    An edge is where a line has half the strength it has nearby.
    """
    step = max(1, int((ink.size / 10_000) ** 0.5))
    low, middle = np.percentile(ink[::step, ::step], (10, 40))
    low, middle = min(low, 0.0), min(middle, FAINTEST_INK / 4)  # it may be mostly ink
    noise = float(middle - low) / 1.03  # which is how far these lie apart in Gaussian noise
    level = float(middle) + 0.25 * noise
    faintest = max(FAINTEST_INK, CLEAR * noise) + level
    clear = ink[ink > faintest]
    if not len(clear):
        return None
    strong = float(np.percentile(clear, 95))
    reach = round(1 + pen)
    nearby = cv2.blur(strongest(ink, reach), (2 * reach + 1, 2 * reach + 1))
    begin = max(faintest, weak[1] * strong)
    go_on = max(level + 0.6 * (faintest - level), weak[0] * strong)
    edge = np.maximum(EDGE * np.minimum(nearby, 1.2 * strong), go_on)
    mask = (ink > edge).astype(np.uint8)
    count, labels = cv2.connectedComponents(mask)
    begun = np.zeros(count, np.uint8)
    begun[labels[ink > begin]] = 255
    begun[0] = 0
    if not begun.any():
        return None
    return begun[labels], edge.astype(np.float32)
