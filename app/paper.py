"""The ink of a whole picture: what differs from the paper, whatever light and noise lie on it.

Colours are first projected on the one axis along which ink and paper differ most, so that from
then on there is one plane, and more of it is more ink. Paper is what is left when everything as
narrow as the pen is taken away; so gradients and shadows go, and their light is divided out.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import clutter

Plane = NDArray[np.float32]  # (h, w), in levels of 255

FAINTEST_INK: Final = 14.0  # levels: below this a difference from the paper is noise
CLEAR: Final = 5.0  # deviations of the paper's noise that ink differs from it, where it starts
LARGEST_SIDE: Final = 1280  # pixels; a pencil's line in a 12-megapixel photograph keeps 1 to 3
SMALL_SIDE: Final = 160  # pixels; photographs up to half as large are enlarged
MOST_LARGER: Final = 4  # times
LIGHT_SIDE: Final = 160  # pixels, of the picture in which paper and light are estimated
# Levels about the rim's, share of a drawn picture within, largest share with other paper.
EVEN: Final = (2.0, 0.4, 0.03)
OPPOSITE: Final = 80.0  # levels from the paper that only strong ink lies at
FULL_RANGE: Final = 235.0  # levels between a drawing's darkest and lightest
TIGHT: Final = (0.06, 0.45)  # least share of paper in a tight crop, largest share in between
FLAT: Final = 0.4  # share of a drawing's paper that is as its left neighbour: no sensor's noise
BITMAP: Final = 32  # pixels: in a picture as small, neighbours differ even in a drawing
COMMON: Final = 0.4  # of the longer side: within a window as large, paper is the most common
LIGHT_PAPER: Final = 95.0  # levels: from here on ink is darker, whatever shadows there are
DARK_PAPER: Final = 60.0  # and up to here it is lighter, as on a board
DARKEST_LIGHT: Final = 0.4  # of the picture's usual light: in darker places noise is not raised
BROAD: Final = (0.4, 0.2, 0.1, 0.05)  # of the longer side: what may be ink, until the pen is known
WIDE: Final = 4.0  # pen widths, the same from then on
NARROWEST: Final = 7  # pixels of the reduced picture: its paper is not seen more closely
DRAWN: Final = 0.12  # of the longer side: a drawing that reaches as far is what was meant
RIM: Final = 0.02  # of the longer side, about the surroundings, that is theirs
SMALLEST: Final = 0.03  # of a photograph's longer side: what reaches less far is a speck
WEAK: Final = (0.2, 0.4)  # of the ink's own strength: where ink may go on, and must begin
EDGE: Final = 0.5  # of the strength nearby: the pen's edge


@dataclass(frozen=True, eq=False)
class Ink:
    """strength: uint8 (h, w), 0 for paper, 127 at the pen's edge, 255 for full ink.

    mask: uint8 (h, w), 255 where there is writing, 0 elsewhere. pen: its usual width in pixels
    of the map. scale: pixels of the map to one of the picture; large pictures are reduced, small
    ones enlarged.
    """

    strength: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    pen: float
    scale: float


def find(image: NDArray[np.uint8]) -> Ink | None:
    """The ink of an opaque picture, uint8 (h, w) or (h, w, 3), or None where there is none."""
    scale = min(1.0, LARGEST_SIDE / max(image.shape[:2]))
    image = _reduced(image, LARGEST_SIDE)
    plane, even = _inkiness(image.reshape(*image.shape[:2], -1))
    if even:
        ink, first = plane, _mask(plane, even=True)
        pen = 1.0 if first is None else clutter.pieces(first[0]).width[1:].max()
    else:
        plane = _denoised(plane)
        larger = min(MOST_LARGER, max(1, SMALL_SIDE // max(plane.shape)))
        if larger > 1:  # lines one pixel wide break less between pixels
            size = (larger * plane.shape[1], larger * plane.shape[0])
            plane = cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
            scale *= larger
        ink, pen = _on_uneven_paper(plane)
    found = _mask(ink, pen, WEAK, even)
    if found is None:
        return None
    parts = clutter.pieces(found[0])
    smallest = 0.0 if even else SMALLEST * max(plane.shape)
    if parts.scattered() or parts.boxes[1:, 2:].max() < smallest:
        return None
    strength = np.clip(ink * (127.5 / found[1]), 0, 255).astype(np.uint8)
    return Ink(strength, parts.mask(parts.writing(None if even else pen)), parts.pen(), scale)


def _on_uneven_paper(plane: Plane) -> tuple[Plane, float]:
    """How far each pixel is above its paper, 0 in the surroundings, and about the pen's width.

    Looks for something drawn with ever narrower pens until what is found is no shadow; then
    only what is a few times as wide can be paper.
    """
    side = min(LIGHT_SIDE, max(plane.shape))
    best: tuple[float, float, int, NDArray[np.uint8]] | None = None
    for broad in BROAD:
        width = max(round(broad * side), NARROWEST)
        found = _mask(_strength(plane, width))
        if found is None:
            continue
        parts = clutter.pieces(found[0])
        reach, pen = parts.drawn()
        drawn = reach / max(plane.shape)
        if best is None or drawn > 1.5 * best[0]:
            best = drawn, pen if reach else parts.pen(), width, parts.mask(parts.surroundings())
        if drawn > DRAWN or width == NARROWEST:
            break
    if best is None:
        return np.zeros_like(plane), 1.0
    _, pen, width, away = best
    width = min(width, max(round(WIDE * pen * side / max(plane.shape)), NARROWEST))
    ink = _strength(plane, width)
    if away.any():
        reach = 2 * round(RIM * max(plane.shape)) + 1
        ink[cv2.dilate(away, np.ones((reach, reach), np.uint8)) > 0] = 0
    return ink, pen


def _denoised(plane: Plane) -> Plane:
    """The plane, a little blurred where single pixels are noisy and the picture is large."""
    middle = plane[1:-1, 1:-1]
    fine = np.abs(
        4 * middle - plane[:-2, 1:-1] - plane[2:, 1:-1] - plane[1:-1, :-2] - plane[1:-1, 2:]
    )
    noise = float(np.median(fine[::3, ::3])) / 3.0  # of white noise, by the Laplacian's weights
    sigma = min(noise / 3, 1.0) * min(max(plane.shape) / 250, 1.5)
    return plane if sigma < 0.3 else cv2.GaussianBlur(plane, (0, 0), sigma).astype(np.float32)


def _reduced(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The image with no side longer than `side` pixels."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(image.dtype)


def _inkiness(image: NDArray[np.uint8]) -> tuple[Plane, bool]:
    """One plane of (h, w, channels), in levels, more where there is ink than on paper.

    Also says whether the paper is even, as in a drawing; it is 0 then.
    """
    small = _reduced(image, LIGHT_SIDE)
    small = small.reshape(*small.shape[:2], -1)
    level = _even_paper(image, small)
    if level is None:
        window = round(max(small.shape) * COMMON / 2) * 2 + 1
        paper = cv2.medianBlur(small, window).reshape(small.shape).astype(np.float32)
    else:
        paper = np.broadcast_to(level, small.shape).astype(np.float32)
    away = small.astype(np.float32) - paper  # (h, w, channels)
    axis = _ink_axis(away.reshape(-1, small.shape[2]))
    if level is None:
        usual = float(np.percentile(small.mean(axis=2), 75))
        if usual > LIGHT_PAPER or usual < DARK_PAPER:
            axis = np.abs(axis) * np.float32(-1 if usual > LIGHT_PAPER else 1)
    plane = cv2.transform(image.astype(np.float32), axis[None]).reshape(image.shape[:2])
    zero = 0.0 if level is None else float(level @ axis)
    return (plane - zero).astype(np.float32), level is not None


def _even_paper(image: NDArray[np.uint8], small: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """The paper's colour, (channels,), of what was drawn on a screen or scanned; else None.

    image: (h, w, channels); small: the same, reduced. A drawing's paper is the level of its rim,
    or, where it was cropped so tightly that ink is all along the rim, black or white.
    """
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    common = np.median(rim, axis=0).astype(np.float32)
    far = np.abs(small - common).max(axis=2)  # (h, w)
    if (far <= EVEN[0]).mean() > EVEN[1] and not _has_other_paper(small, common):
        return common if _flat(image, common) else None
    low, high = float(small.min()), float(small.max())
    if high - low < FULL_RANGE:
        return None  # a camera's black and white are seldom so far apart
    dark = (rim < low + OPPOSITE).all(axis=1).sum() >= (rim > high - OPPOSITE).all(axis=1).sum()
    extreme = np.full(small.shape[2], low if dark else high, np.float32)
    far = np.abs(small - extreme).max(axis=2)
    shaded = (far > FAINTEST_INK) & (far < high - low - OPPOSITE)
    tight = (far <= EVEN[0]).mean() > TIGHT[0] and shaded.mean() < TIGHT[1]
    tight |= max(image.shape[:2]) <= BITMAP
    return extreme if tight and _flat(image, extreme) else None


def _has_other_paper(small: NDArray[np.uint8], level: NDArray[np.float32]) -> bool:
    """Whether places as large as a window are of another level, as in a shadow."""
    window = round(max(small.shape) * COMMON / 2) * 2 + 1
    paper = cv2.medianBlur(small, window).reshape(small.shape)
    return bool((np.abs(paper - level).max(axis=2) > FAINTEST_INK).mean() >= EVEN[2])


def _flat(image: NDArray[np.uint8], level: NDArray[np.float32]) -> bool:
    """Whether the paper is free of noise; small bitmaps count as free, having little paper."""
    if max(image.shape[:2]) <= BITMAP:
        return True
    alike = cv2.absdiff(image, np.broadcast_to(level, image.shape).astype(np.uint8))
    paper = alike.reshape(*image.shape[:2], -1).max(axis=2)[:, 1:] <= EVEN[0]
    same = (image[:, 1:] == image[:, :-1]).reshape(*paper.shape, -1).all(axis=2)
    return bool(paper.any() and same[paper].mean() > FLAT)


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


def _strength(plane: Plane, width: int) -> Plane:
    """How far each pixel is above its paper, in levels under the picture's usual light.

    What is narrower than `width` is no paper.

    width: pixels of the plane reduced to LIGHT_SIDE.
    """
    height, wide = plane.shape
    scale = min(1.0, LIGHT_SIDE / max(plane.shape))
    size = (max(1, round(wide * scale)), max(1, round(height * scale)))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 0.8)
    paper = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), 1 + width / 8)
    light = np.abs(paper)
    usual = max(float(np.median(light)), 1.0)
    light = np.maximum(light / usual, DARKEST_LIGHT)
    if scale < 1:
        paper, light = (cv2.resize(one, (wide, height)) for one in (paper, light))
    return ((plane - paper) / light).astype(np.float32)


def _mask(
    ink: Plane, pen: float = 1.0, weak: tuple[float, float] = (0.0, 0.0), even: bool = False
) -> tuple[NDArray[np.uint8], Plane] | None:
    """Where there is ink, uint8 (h, w), 255 or 0, and the strength at its edge; None for none.

    Ink must be strong somewhere and may be weaker where it goes on from there; weak: see WEAK.
    An edge is where a line has half the strength it has nearby.
    """
    step = max(1, int((ink.size / 10_000) ** 0.5))
    low, middle = np.percentile(ink[::step, ::step], (10, 40))  # paper, as long as half is paper
    if even:  # a cropped drawing may be mostly ink, and its paper is 0
        low, middle = min(low, 0.0), min(middle, FAINTEST_INK / 4)
    noise = float(middle - low) / 1.03  # which is how far these lie apart in Gaussian noise
    level = float(middle) + 0.25 * noise
    faintest = max(FAINTEST_INK, CLEAR * noise) + level
    clear = ink[ink > faintest]
    if not len(clear):
        return None
    strong = float(np.percentile(clear, 95))
    reach = 2 * round(1 + pen) + 1
    nearby = cv2.dilate(ink, np.ones((reach, reach), np.uint8))
    nearby = cv2.blur(nearby, (reach, reach))
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
