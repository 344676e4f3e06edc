"""Finds the writing on a picture, dark on light or light on dark, and makes glyphs of it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app import glyph
from app.ink import threshold
from app.ink.files.picture_file import MAX_PICTURE_PIXELS
from app.ink.ink_map import InkMap
from app.ink.lookalikes import without_lookalikes
from app.ink.marked import dotted, outlined
from app.ink.paper.holes import without_holes
from app.ink.photographs.segmenter import shared_segmenter
from app.ink.plain import is_grainy, is_plain
from app.ink.printed.bars import without_bars
from app.ink.printed.borders import hangs_on_border, reaches_around, without_lines_across
from app.ink.printed.ruling import without_ruling
from app.ink.printed.tones import without_edges_of_rules, without_print
from app.ink.printed.unruled import without_lines, without_sure_lines
from app.ink.screens import tiles
from app.ink.screens.blocks import without_blocks
from app.ink.screens.canvas import find_canvas
from app.ink.screens.interface import is_between_bars, without_interface, without_tinted_bars
from app.reading import UnreadableInput

MIN_PAPER_RIM: Final = 0.07  # of a tiny picture's longer side: paper around ink that is alone
MAX_LONE_ASPECT: Final = 2.0  # ratio of width to height of a single piece of writing
MIN_GREY: Final = 8  # levels by which a grey pixel differs from paper and from full ink
MIN_GREY_SHARE: Final = 0.2  # of a tiny picture's ink that must be grey; half is in MNIST
GREY_PENS: Final = (1.2, 6.0)  # glyph pixels, thinnest and thickest pen; nearly all MNIST is within
# In the crop of a cell, a rule is about as wide as the pen, and erasing it may cut digits.
MAX_CELL_SIDE: Final = 64  # pixels; in smaller pictures the segmenter is asked first
GRAIN_BLUR: Final = 2.5  # pixels: the standard deviation of a blur that makes lines of dots
_ROWS: Final = 256  # of a picture that are converted at once

Box = tuple[int, int, int, int]


def checked(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image itself, if it can be read. Raises UnreadableInput.

    image: uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA, of at most MAX_PICTURE_PIXELS pixels.
    """
    expected = "expected uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA"
    if not isinstance(image, np.ndarray):
        raise UnreadableInput(f"{expected}, got {type(image).__name__}")
    if image.dtype != np.uint8:
        raise UnreadableInput(f"{expected}, got dtype {image.dtype}")
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)):
        raise UnreadableInput(f"{expected}, got shape {image.shape}")
    if not 0 < image.shape[0] * image.shape[1] <= MAX_PICTURE_PIXELS:
        raise UnreadableInput(
            f"expected 1 to {MAX_PICTURE_PIXELS:,} pixels, got {image.shape[1]} x {image.shape[0]}"
        )
    return image


def find_ink(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Box] | None:
    """The ink of a picture of one character, and its box; None without ink.

    image: see `checked`. Returns uint8 (height, width) with 0 for paper and 255 for full ink,
    cropped to the box (x, y, width, height) in pixels of the image; the crop of a large picture
    has fewer pixels than its box.
    """
    ink = next(ink_maps(image), None)
    return None if ink is None else cut_out(ink, image.shape)


def ink_maps(image: NDArray[np.uint8]) -> Iterator[InkMap]:
    """Maps of a picture's writing, the one that is most likely right first; none without ink.

    Each map is computed only when it is asked for. The ink of a clean picture is whatever differs
    from its paper, except for parts that the segmenter does not see as writing. Of a screenshot
    with a canvas, only the canvas is examined, if there is ink on it.
    """
    opaque = _opaque(checked(image))
    opaque = without_blocks(opaque.reshape(*opaque.shape[:2], -1))
    canvas = find_canvas(opaque)
    is_drawn_on = False
    if canvas is not None and not is_between_bars(canvas, opaque.shape):
        left, top, right, bottom = canvas
        for ink in _maps_without_lines_across(opaque[top:bottom, left:right]):
            is_drawn_on = True
            yield replace(ink, left=ink.left + left, top=ink.top + top)
    if is_drawn_on:
        return
    montage = tiles.on_one_paper(opaque)
    screen = without_tinted_bars(opaque) if montage is None else montage
    yield from _maps_without_lines_across(screen)


def has_clean_paper(image: NDArray[np.uint8]) -> bool:
    """Whether the paper of a picture, see `checked`, is of one colour, as on a screen."""
    opaque = _opaque(image)
    opaque = opaque.reshape(*opaque.shape[:2], -1)
    if find_canvas(opaque) is not None or threshold.paper(opaque) is not None:
        return True
    return tiles.on_one_paper(opaque) is not None


def _maps_without_lines_across(opaque: NDArray[np.uint8]) -> Iterator[InkMap]:
    """As `_maps_of_paper`, without lines from edge to edge; none where there is nothing else."""
    for ink in _maps_of_paper(opaque):
        if ink.is_plain:
            yield ink
            continue
        mask = without_lines_across(ink, opaque.shape)
        if mask.any():
            yield replace(ink, mask=mask)


def _maps_of_paper(opaque: NDArray[np.uint8]) -> Iterator[InkMap]:
    """Maps of the writing on a picture, see `ink_maps`, uint8 (h, w, channels)."""
    level, drawing = _drawing(opaque)
    if drawing is not None and is_grainy(drawing):
        opaque = cv2.GaussianBlur(opaque, (0, 0), GRAIN_BLUR).reshape(opaque.shape).astype(np.uint8)
        level, drawing = _drawing(opaque)
    if level is None:
        yield from _seen_maps(without_ruling(opaque), None, has_known_rules=False)
        return
    if drawing is None:
        return  # on such paper even the faintest ink would have been found
    rest = without_interface(without_sure_lines(drawing, opaque, level), opaque.shape[1])
    if not rest.mask.any():
        return
    if rest is not drawing:
        bars = np.where(rest.mask > 0, 0, drawing.mask).astype(np.uint8)
        opaque = _painted_out(opaque, bars, rest.mask, level)
    yield from _maps_of_drawing(opaque, without_holes(rest), level)


def _drawing(opaque: NDArray[np.uint8]) -> tuple[NDArray[np.float32] | None, InkMap | None]:
    """The level of a clean picture's paper and all its ink; None for both in other pictures."""
    level = threshold.paper(opaque)
    return level, None if level is None else threshold.find(opaque, level)


def _maps_of_drawing(
    opaque: NDArray[np.uint8], drawing: InkMap, level: NDArray[np.float32]
) -> Iterator[InkMap]:
    """Maps of the writing on a clean picture. drawing: all its ink. level: of its paper."""
    joined = dotted.joined(drawing)
    filled = outlined.filled(drawing) if joined is None else None
    if joined is not None:
        yield joined
    elif filled is None and is_plain(drawing):
        yield drawing.as_plain()  # which takes a quarter of the time of all that follows
    drawing = without_bars(drawing)
    written = without_print(opaque, drawing, level)
    unruled = without_lines(drawing)
    seen = _seen_maps(opaque, drawing, has_known_rules=unruled is not None)
    if written is not None and unruled is not None:
        written = without_edges_of_rules(written, unruled)
    is_ruled = written is not None or unruled is not None
    if is_ruled and max(opaque.shape[:2]) <= MAX_CELL_SIDE:
        yield from islice(seen, 1)
    if written is not None:
        yield written
    if unruled is not None:
        yield unruled
    elif written is None and filled is not None:
        yield filled
    if _is_alone(drawing.mask):
        yield drawing
        seen = _seen_maps(opaque, None, has_known_rules=True)
    yield from seen


def _seen_maps(
    opaque: NDArray[np.uint8], drawing: InkMap | None, has_known_rules: bool
) -> Iterator[InkMap]:
    """Maps of what the segmenter sees, see `_found_maps`, without what only looks like writing.

    has_known_rules: see `without_lookalikes`.
    """
    for ink in _found_maps(opaque, drawing):
        yield without_lookalikes(ink, opaque, has_known_rules)


def _painted_out(
    opaque: NDArray[np.uint8],
    ink: NDArray[np.uint8],
    rest: NDArray[np.uint8],
    paper: NDArray[np.float32],
) -> NDArray[np.uint8]:
    """The picture with some of its ink, of a map of all of it, in the colour of its paper.

    rest: the other ink, which stays as it is.
    """
    near = cv2.dilate(ink, np.ones((5, 5), np.uint8))  # with its soft edges
    near = np.where(rest > 0, 0, near).astype(np.uint8)
    near = cv2.resize(near, opaque.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    painted = opaque.copy()
    painted[near > 0] = np.round(paper).astype(np.uint8)
    return painted


def _found_maps(opaque: NDArray[np.uint8], drawing: InkMap | None) -> Iterator[InkMap]:
    """Maps of what the segmenter sees as writing, see `ink_maps`.

    drawing: all ink of a clean picture; None for other pictures.
    """
    picture = np.ascontiguousarray(np.broadcast_to(opaque, (*opaque.shape[:2], 3)))
    segmenter = shared_segmenter()
    overview = segmenter.overview(picture)
    is_crossed = drawing is not None and (
        reaches_around(drawing, opaque.shape) or hangs_on_border(drawing.mask)
    )
    writing = None if drawing is None or is_crossed else overview.writing_in(drawing)
    if writing is not None:
        yield writing
    yield from segmenter.ink_maps(picture, overview)
    if drawing is not None and writing is not drawing:
        yield drawing


def _is_alone(mask: NDArray[np.uint8]) -> bool:
    """Whether the ink of a clean picture is one narrow piece, so that all of it is writing.

    In a tiny bitmap, whose lines are often broken, it may be several pieces if paper surrounds
    them. mask: uint8 (h, w), 255 for ink.
    """
    rim = max(round(MIN_PAPER_RIM * max(mask.shape)), 1)
    has_rim = cv2.countNonZero(mask) == cv2.countNonZero(mask[rim:-rim, rim:-rim])
    if has_rim and max(mask.shape) <= threshold.BITMAP_SIDE:
        return True
    _, _, width, height = cv2.boundingRect(mask)
    is_narrow = width <= MAX_LONE_ASPECT * height
    is_one_piece = is_narrow and cv2.connectedComponents(mask)[0] == 2
    return is_one_piece and not hangs_on_border(mask)


def whole_glyph(image: NDArray[np.uint8], ink: InkMap) -> tuple[NDArray[np.uint8], Box]:
    """All ink of a map as the glyph of one character, uint8 (28, 28), and its box, see `cut_out`.

    The ink of a tiny picture in greys is scaled and moved, but not redrawn, if its pen is about as
    wide as MNIST's.
    """
    crop, box = cut_out(ink, image.shape)
    grey = _tiny_greys(image, ink)
    return (glyph.from_ink(crop) if grey is None else glyph.from_grey(grey)), box


def _tiny_greys(image: NDArray[np.uint8], ink: InkMap) -> NDArray[np.uint8] | None:
    """The cropped ink of a tiny drawing in greys, see `whole_glyph`; None for other pictures."""
    if max(image.shape[:2]) > threshold.BITMAP_SIDE:
        return None
    opaque = _opaque(image)
    opaque = opaque.reshape(*opaque.shape[:2], -1)
    level = threshold.paper(opaque)
    if level is None or ink.mask.shape != opaque.shape[:2]:
        return None
    near = cv2.dilate(ink.mask, np.ones((3, 3), np.uint8))
    grey = np.where(near > 0, threshold.greys(opaque, level), 0).astype(np.uint8)
    x, y, width, height = cv2.boundingRect((grey > MIN_GREY).astype(np.uint8))
    if not width:
        return None
    crop = grey[y : y + height, x : x + width]
    pen = ink.pen * glyph.BOX / max(crop.shape)
    between = (crop > MIN_GREY) & (crop < 255 - MIN_GREY)
    has_edges = between.sum() > MIN_GREY_SHARE * (crop > MIN_GREY).sum()
    return crop if has_edges and GREY_PENS[0] <= pen <= GREY_PENS[1] else None


def cut_out(ink: InkMap, shape: tuple[int, ...]) -> tuple[NDArray[np.uint8], Box]:
    """All ink as one character: its crop, and its box in a picture of this shape (h, w, ...)."""
    x, y, width, height = cv2.boundingRect(ink.mask)
    crop = ink.within(ink.mask > 0)[y : y + height, x : x + width]
    left, top = int(ink.left + x / ink.scale), int(ink.top + y / ink.scale)
    right = min(round(ink.left + (x + width) / ink.scale), shape[1])
    bottom = min(round(ink.top + (y + height) / ink.scale), shape[0])
    return crop, (left, top, max(right - left, 1), max(bottom - top, 1))


def _opaque(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image without transparency, on paper that contrasts with what is drawn on it."""
    if image.ndim == 2 or image.shape[2] == 3:
        return image
    opacity = image[..., 3:]  # (h, w, 1)
    if not opacity.any():  # nothing is drawn at all
        return np.zeros(image.shape[:2], np.uint8)
    if opacity.min() == 255:
        return np.ascontiguousarray(image[..., :3])
    colours = image[..., :3]
    sample = slice(None, None, max(1, len(image) // 512))  # some rows of a large picture
    weights = opacity[sample].astype(np.float32)
    mean = float((colours[sample] * weights).sum()) / max(3 * float(weights.sum()), 1.0)
    paper = 255 if mean < 128 else 0
    blended = np.empty_like(colours)
    for start in range(0, len(image), _ROWS):  # a whole picture at once would take gigabytes
        rows = slice(start, start + _ROWS)
        share = opacity[rows].astype(np.uint16)
        blended[rows] = (colours[rows] * share + paper * (255 - share) + 127) // 255
    return blended
