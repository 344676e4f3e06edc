"""Finds a sheet of light paper that lies on a darker desk, with its edges in the picture."""

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.resize import reduce_to_side

SIDE: Final = 240  # pixels: the longer side of the picture in which a sheet is looked for
MIN_SHARE: Final = 0.15  # of the picture, of a sheet
MAX_SHARE: Final = 0.97  # of the picture; a larger sheet fills it
MIN_SOLID: Final = 0.9  # share of the shape around a sheet that is light
MIN_LIGHTER: Final = 1.2  # ratio of the sheet's light to the desk's; uneven light differs less
CLOSED: Final = 15  # pixels: lines and strokes on the sheet are thinner
RIM: Final = 3  # pixels, the sheet's soft edge

Picture = NDArray[np.uint8]  # (h, w, channels)
Mask = NDArray[np.uint8]  # (h, w), 255 there


class Sheet(NamedTuple):
    """window: its rows and columns in the picture. mask: where it is in them, reduced."""

    window: tuple[slice, slice]
    mask: Mask


def find_sheet(picture: Picture) -> Sheet | None:
    """The sheet on a picture, uint8 (h, w, channels); None where none is seen as a whole."""
    step = max(max(picture.shape[:2]) // (2 * SIDE), 1)
    small = reduce_to_side(np.ascontiguousarray(picture[::step, ::step]), SIDE)
    grey = np.asarray(small.min(axis=2), np.uint8)
    square = np.ones((CLOSED, CLOSED), np.uint8)
    padded = cv2.copyMakeBorder(grey, *(CLOSED,) * 4, cv2.BORDER_REPLICATE)
    level = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, square)[CLOSED:-CLOSED, CLOSED:-CLOSED]
    light = cv2.threshold(level, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(light)
    if len(stats) < 2:
        return None
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    contours, _ = cv2.findContours(
        np.where(labels == largest, 255, 0).astype(np.uint8),
        cv2.RETR_EXTERNAL,
        cv2.CHAIN_APPROX_SIMPLE,
    )
    hull = cv2.convexHull(contours[0])
    mask = np.zeros_like(grey)
    cv2.fillConvexPoly(mask, hull, 255)
    share = cv2.countNonZero(mask) / mask.size
    is_solid = stats[largest, cv2.CC_STAT_AREA] >= MIN_SOLID * cv2.countNonZero(mask)
    if not MIN_SHARE <= share <= MAX_SHARE or not is_solid:
        return None
    if cv2.mean(level, mask)[0] < MIN_LIGHTER * cv2.mean(level, cv2.bitwise_not(mask))[0]:
        return None
    mask = np.asarray(cv2.erode(mask, np.ones((RIM, RIM), np.uint8), borderValue=255), np.uint8)
    x, y, width, height = cv2.boundingRect(mask)
    down, right = picture.shape[0] / len(mask), picture.shape[1] / mask.shape[1]
    window = (
        slice(round(y * down), round((y + height) * down)),
        slice(round(x * right), round((x + width) * right)),
    )
    return Sheet(window, np.ascontiguousarray(mask[y : y + height, x : x + width]))


def continued(picture: Picture, sheet: Mask) -> Picture:
    """The picture of a sheet that goes on around it as at its edge. sheet: where it is, (h, w)."""
    outside = np.asarray(cv2.bitwise_not(sheet), np.uint8)
    if not outside.any():
        return picture
    _, nearest = cv2.distanceTransformWithLabels(
        outside, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, picture.shape[2]), np.uint8)
    inside = outside == 0
    colours[nearest[inside]] = picture[inside]
    return np.asarray(colours[nearest], np.uint8)
