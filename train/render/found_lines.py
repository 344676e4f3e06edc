"""Lines as the ink finder sees them on rendered photographs, to train the line reader.

With poor light, a poor lens or poor paper, the ink that it finds is soft, broken or blotted in ways
in which drawn ink never is.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.image import ink_maps
from app.ink.ink_map import InkMap
from train.data.line_sets import Line, PixelLine
from train.render.exposure import RULED_SHARE
from train.render.photograph import PLAIN, Photograph, photograph_line
from train.render.surroundings import surround

MIN_FOUND: Final = 0.8  # share of the ink that is found, and of the found pixels that are ink
MIN_PIECE_FOUND: Final = 0.4  # share of each piece of ink, so that no point of a number is missing
SURROUNDED_SHARE: Final = 0.4  # of the photographs that may show cells, rules and other things
DARK_SHARE: Final = 0.6  # of the lines, which are shown as they are photographed, see `darkness`
MIN_COVERAGE: Final = 0.5  # share of a pixel that is covered where it counts as ink


def found_line(line: Line, random: np.random.Generator) -> PixelLine | None:
    """The line as it is found on a photograph of it; None where some of it is not found."""
    if not np.ptp(np.concatenate(line.strokes), axis=0).any():
        return None  # a point alone, which a photograph cannot be scaled to
    around = PLAIN
    if random.random() < SURROUNDED_SHARE:
        around = surround(random, RULED_SHARE, lambda: line.strokes)
    shot = photograph_line(line.strokes, random, around)
    ink = next(ink_maps(shot.picture), None)
    if ink is None or not _is_complete(ink, shot):
        return None
    x, y, width, height = cv2.boundingRect(ink.mask)
    box = slice(y, y + height), slice(x, x + width)
    pixels = ink.within(ink.mask > 0)[box]
    dark = ink.darkness_within(ink.mask > 0) if random.random() < DARK_SHARE else None
    shown = None if dark is None else dark[box]
    return PixelLine(pixels, line.text, is_found=True, shown=shown)


def _is_complete(ink: InkMap, shot: Photograph) -> bool:
    """Whether a map shows nearly all of the ink, and hardly anything else."""
    high, wide = ink.mask.shape
    left, top = round(ink.left), round(ink.top)
    width, height = round(wide / ink.scale), round(high / ink.scale)
    seen = np.zeros(shot.ink.shape, np.uint8)
    part = cv2.resize(ink.mask, (max(width, 1), max(height, 1)), interpolation=cv2.INTER_AREA)
    target = seen[top : top + part.shape[0], left : left + part.shape[1]]
    target[:] = part[: target.shape[0], : target.shape[1]]
    drawn = (shot.ink > MIN_COVERAGE).astype(np.uint8)
    return (
        _share(drawn, _grown(seen)) > MIN_FOUND
        and _share((seen > 127).astype(np.uint8), _grown(drawn)) > MIN_FOUND
        and _has_every_piece(drawn, _grown((seen > 127).astype(np.uint8)))
    )


def _has_every_piece(drawn: NDArray[np.uint8], seen: NDArray[np.uint8]) -> bool:
    """Whether enough of each connected piece of the drawn ink lies in what is seen."""
    _, labels = cv2.connectedComponents(drawn)
    pixels = np.bincount(labels.ravel())[1:]
    found = np.bincount(labels[seen > 0].ravel(), minlength=len(pixels) + 1)[1:]
    return bool((found > MIN_PIECE_FOUND * pixels).all())


def _share(mask: NDArray[np.uint8], where: NDArray[np.uint8]) -> float:
    """The share of a mask, of 1 and 0, that lies where another is not 0."""
    return float(mask[where > 0].sum() / max(int(mask.sum()), 1))


def _grown(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mask, a pixel larger on each side."""
    return np.asarray(cv2.dilate(mask, np.ones((3, 3), np.uint8)), np.uint8)
