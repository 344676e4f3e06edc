"""Finds the tiles of a montage, such as a figure of MNIST's digits side by side.

Each digit lies on a tile of another colour than the page, which shows between the tiles, and around
them with titles and axes.
"""

from functools import reduce
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.resize import reduce_to_side

SIDE: Final = 640  # pixels: the longer side of the reduced picture in which tiles are found
EVEN_LEVELS: Final = 16.0  # of 255: how far the page may differ from its usual colour
MIN_EVEN_RIM: Final = 0.7  # share of the picture's rim that must be the page
MIN_DISTANCE: Final = 60.0  # levels between the page and the tiles
MIN_COVERED: Final = 0.1  # share of the picture that tiles cover
MIN_FILLING: Final = 0.5  # share of all that is not the page that tiles are
MIN_TILES: Final = 2
MAX_TILES: Final = 400
MIN_SIZE: Final = 12  # pixels of the reduced picture: the shorter side of a tile
MAX_ASPECT: Final = 1.7  # ratio of a tile's longer side to its shorter one
MIN_FILLED: Final = 0.94  # share of its box that the hull of a tile fills
MAX_UNEVENNESS: Final = 0.06  # of the usual side of the tiles
RIM: Final = 0.1  # of a tile's side: how far from its edge its paper is seen
EDGE: Final = 0.02  # of a tile's side, which may be soft

Picture = NDArray[np.uint8]  # (h, w, channels)


def on_one_paper(image: Picture) -> Picture | None:
    """The picture with the page in the colour of the tiles; None where it is no montage."""
    rim = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    page = np.median(rim, axis=0)
    if (np.abs(rim - page).max(axis=1) <= EVEN_LEVELS).mean() < MIN_EVEN_RIM:
        return None
    step = max(max(image.shape[:2]) // SIDE, 1)  # to average all of a photograph takes long
    small = reduce_to_side(image[::step, ::step], SIDE)
    boxes = _tiles(small, page)
    papers = [paper for paper in (_paper(small, box) for box in boxes) if paper is not None]
    if len(papers) < MIN_TILES:
        return None
    paper = np.median(papers, axis=0)
    are_alike = np.abs(np.array(papers) - paper).max(axis=1) <= EVEN_LEVELS
    if np.abs(paper - page).max() < MIN_DISTANCE or not are_alike.all():
        return None
    scale = max(image.shape[:2]) / max(small.shape[:2])
    painted = np.empty_like(image)
    painted[:] = np.round(paper)
    for x, y, width, height in boxes:
        edge = max(EDGE * min(width, height), 1.0)
        left, top = round((x + edge) * scale), round((y + edge) * scale)
        right, bottom = round((x + width - edge) * scale), round((y + height - edge) * scale)
        painted[top:bottom, left:right] = image[top:bottom, left:right]
    return painted


def _tiles(small: Picture, page: NDArray[np.float64]) -> list[tuple[int, int, int, int]]:
    """The boxes of what may be tiles: filled, upright rectangles of one size."""
    same = np.broadcast_to(np.round(page).astype(np.uint8), small.shape)
    planes = cv2.split(cv2.absdiff(small, np.ascontiguousarray(same)))
    is_other = (reduce(cv2.max, planes) > MIN_DISTANCE / 2).astype(np.uint8)
    if is_other.mean() < MIN_COVERED:
        return []
    contours, _ = cv2.findContours(is_other, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        short, long = sorted((width, height))
        if short < MIN_SIZE or long > MAX_ASPECT * short:
            continue
        # The corners of a contour lie in the middle of pixels.
        if cv2.contourArea(cv2.convexHull(contour)) >= MIN_FILLED * (width - 1) * (height - 1):
            boxes.append((x, y, width, height))
    if not MIN_TILES <= len(boxes) <= MAX_TILES:
        return []
    sizes = np.array(boxes)[:, 2:]
    usual = np.median(sizes, axis=0)
    near = (np.abs(sizes - usual) <= np.maximum(MAX_UNEVENNESS * usual, 1.5)).all(axis=1)
    # A few squares of a sheet on a dark table may look like tiles too.
    if sizes[near].prod(axis=1).sum() < MIN_FILLING * np.count_nonzero(is_other):
        return []
    return [box for box, each in zip(boxes, near.tolist(), strict=True) if each]


def _paper(small: Picture, box: tuple[int, int, int, int]) -> NDArray[np.float64] | None:
    """The colour inside a tile's edge, (channels,); None where it is uneven."""
    x, y, width, height = box
    inset = max(round(RIM * min(width, height)), 2)
    tile = small[y + inset : y + height - inset, x + inset : x + width - inset]
    if min(tile.shape[:2]) < 3:
        return None
    rim = np.concatenate([tile[0], tile[-1], tile[:, 0], tile[:, -1]])
    paper = np.median(rim, axis=0)
    is_even = (np.abs(rim - paper).max(axis=1) <= EVEN_LEVELS).mean() >= MIN_EVEN_RIM
    usual = np.median(tile.reshape(-1, tile.shape[2]), axis=0)  # of a box, the page is inside
    is_filled = np.abs(usual - paper).max() <= EVEN_LEVELS
    return np.asarray(paper, np.float64) if is_even and is_filled else None
