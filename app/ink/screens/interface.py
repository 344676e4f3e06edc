"""Removes status bars and buttons around the drawing from a phone's screenshot."""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink import threshold
from app.ink.ink_map import InkMap

MIN_ASPECT: Final = 1.6  # ratio of height to width of a phone's screen
MIN_SIDE: Final = 320  # pixels: its width
BAR_SHARE: Final = 0.13  # of its height at the top and at the bottom, where the bars are
MAX_TINTED_SHARE: Final = 0.35  # the same of a tinted bar, which may lie below a keyboard
MIN_ACROSS: Final = 0.98  # of its width: of an area between two bars
MAX_HEIGHT: Final = 0.7  # of the tallest ink between the bars; taller ink in a bar is writing
# Other screens, as a tablet's, have at least a line of small text along their upper edge.
MIN_OTHER_SIDE: Final = 640  # pixels: the shorter side of another screen
STATUS_SHARE: Final = 0.04  # of its height
MAX_STATUS_HEIGHT: Final = 0.35  # of the tallest ink below that line


def is_between_bars(area: tuple[int, int, int, int], shape: tuple[int, ...]) -> bool:
    """Whether an area is all of a phone's screen but its tinted bars, above and below it.

    area: left, top, right and bottom. shape: of the screenshot, (h, w, ...).
    """
    high, wide = shape[:2]
    left, top, right, bottom = area
    is_phone = high >= MIN_ASPECT * wide and wide >= MIN_SIDE
    is_across = right - left >= MIN_ACROSS * wide
    largest = MAX_TINTED_SHARE * high
    return is_phone and is_across and max(top, high - bottom) <= largest


def without_tinted_bars(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A screenshot, uint8 (h, w, channels), with its tinted bars in the colour of its paper.

    Other pictures, and screenshots without tinted bars, are returned as they are.
    """
    high, wide = image.shape[:2]
    if high < MIN_ASPECT * wide or wide < MIN_SIDE:
        return image
    bar, largest = round(BAR_SHARE * high), round(MAX_TINTED_SHARE * high)
    level = threshold.paper(image[largest:-largest])
    if level is None:
        return image
    usual = np.median(image, axis=1)  # (h, channels)
    is_tinted = np.abs(usual - level).max(axis=1) > threshold.EVEN_LEVELS
    from_top = min(int(np.argmin([*is_tinted, False])), largest)
    from_bottom = min(int(np.argmin([*is_tinted[::-1], False])), largest)
    is_tinted[max(bar, from_top) : high - max(bar, from_bottom)] = False
    if not is_tinted.any():
        return image
    plain = image.copy()
    plain[is_tinted] = np.round(level).astype(np.uint8)
    return plain


def without_interface(ink: InkMap, width: int) -> InkMap:
    """The ink of a screenshot without the ink in its bars; all ink of other pictures.

    ink: of a clean picture that is `width` pixels wide.
    """
    high, wide = ink.mask.shape
    if high >= MIN_ASPECT * wide and width >= MIN_SIDE:
        tops, max_height = (BAR_SHARE * high, (1 - BAR_SHARE) * high), MAX_HEIGHT
    elif min(1, high / wide) * width >= MIN_OTHER_SIDE:
        tops, max_height = (STATUS_SHARE * high, float(high)), MAX_STATUS_HEIGHT
    else:
        return ink
    parts = ink.parts
    _, y, _, height = parts.boxes.T
    is_kept = np.ones(len(y), np.bool_)
    bars = [y + height <= tops[0], y >= tops[1]]
    is_between = ~bars[0] & ~bars[1]
    is_between[0] = False
    tallest = height[is_between].max(initial=0)
    for in_bar in bars:
        in_bar[0] = False
        if in_bar.any() and height[in_bar].max() < max_height * tallest:
            is_kept &= ~in_bar
    return ink if is_kept.all() else replace(ink, mask=parts.mask(is_kept))
