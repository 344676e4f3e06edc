"""Tells writing on a picture from the edges of shadows, folds, cloth and other things."""

from statistics import median
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ink.printed.only_rules import are_only_rules
from app.reading import Digit, Reading

ROUND: Final = (2, 3, 5, 6, 8, 9)  # digits that no rule looks like, nor a cell, as a 0 may
MIN_DOUBTFUL: Final = 3  # doubtful digits other than 1 that are writing; fewer may be chance
MIN_DIGIT_LIKE: Final = 0.95  # confidence from which a digit looks like one, even if doubtful
MAX_REFUSED_DIGIT_LIKE: Final = 0.2  # probability up to which a refused mark looks like a digit
MIN_DIGIT_LIKE_MARKS: Final = 2  # that are writing; one may be chance
MAX_DOUBTFUL_SHARE: Final = 0.1  # of the marks of what is surely read
MIN_SURE_SIGNED: Final = 0.9  # confidence from which signs are surely read
MIN_BENT: Final = 1 / 3  # ratio of a 1's sides that is no straight line
MIN_STRENGTH: Final = 127  # of 255: of a glyph's pixels within the pen's line
MIN_SHARED_HEIGHT: Final = 0.7  # of 1s beside each other: of the height of the tallest
# A narrow 1 whose line goes on beyond its end is part of a table, a frame or an edge.
MAX_LINE_WIDTH: Final = 0.35  # heights of the mark; a broader one leans more than such lines do
MAX_MARGIN_WIDTH: Final = 0.03  # heights of the mark; a 1 that fills a picture is broader
LINE_REACH: Final = 0.5  # heights of the mark by which its line goes on
MIN_MANY: Final = 6  # digits
MIN_PARTS_OF_LINES: Final = 0.8  # share of many digits that are parts of lines, not writing
MIN_LINE_CONTRAST: Final = 0.6  # of the mark's contrast
MIN_FREE: Final = 0.5  # share of the rows beyond it that no other line crosses
# Many small marks that are nearly all refused are a texture, such as the threads of cloth.
MIN_TEXTURE_MARKS: Final = 6
MIN_UNCLEAR: Final = 0.7  # share of a texture's marks that are refused or doubtful, or signs
LARGE: Final = 1.5  # heights of the usual mark; a sure digit of more is no part of a texture
MAX_TEXTURE_HEIGHT: Final = 0.02  # of the usual mark, as a share of the picture's longer side


def is_texture(reading: Reading, side: int) -> bool:
    """Whether the marks are a material's texture. side: the picture's longer side in pixels."""
    heights = [mark.box[3] for mark in reading.digits]
    if len(heights) < MIN_TEXTURE_MARKS or median(heights) > MAX_TEXTURE_HEIGHT * side:
        return False
    if any(_is_clear_number(number, LARGE * median(heights)) for number in reading.numbers):
        return False  # a number below a text
    unclear = sum(not mark.is_clear for mark in reading.digits)
    return unclear >= MIN_UNCLEAR * len(heights)


def _is_clear_number(number: Reading, height: float) -> bool:
    """Whether all marks are clear and higher than this, in pixels, and one is no 1."""
    is_clear = all(mark.is_clear and mark.box[3] > height for mark in number.digits)
    return is_clear and any(mark.value != 1 for mark in number.digits)


def is_writing(reading: Reading, is_clean: bool = False) -> bool:
    """Whether the marks on a picture may be writing.

    To the network, any line is a 1, so 1s alone are not writing if one of them is doubtful or
    another mark is refused, unless they are of one height and beside each other. Any sure digit
    other than 1 is writing, and so are several doubtful digits other than 1, or one such digit
    alone or a 1 that no line looks like, or marks of which enough look like digits. Refused marks
    alone are writing too, because they may be letters. is_clean: whether the paper has no noise, so
    that fewer marks are enough.
    """
    marks = reading.digits
    if any(map(_is_signed_number, reading.numbers)):
        return True
    others = [mark for mark in marks if mark.value not in (None, 1)]
    if any(mark.is_clear for mark in others) or len(others) >= MIN_DOUBTFUL:
        return True
    if all(mark.value is None for mark in marks):
        return not marks or any(mark.sign is None for mark in marks)
    if len(marks) == 1 and (others or is_bent(marks[0])):
        return True
    if _has_digit_shapes(marks, is_clean) or _is_row_of_ones(marks):
        return True
    return not any(mark.value is None or (mark.value == 1 and mark.is_doubtful) for mark in marks)


def is_surely_read(reading: Reading) -> bool:
    """Whether nearly all marks are digits and signs without any doubt, and none is refused.

    Not all may be 1s or signs, because any line looks like a 1, and some things look like signs.
    """
    marks = reading.digits
    if any(mark.sign for mark in marks) and reading.confidence < MIN_SURE_SIGNED:
        return False
    num_doubtful = sum(mark.is_doubtful for mark in marks)
    are_sure = num_doubtful <= MAX_DOUBTFUL_SHARE * len(marks) and "?" not in reading.text
    return are_sure and any(mark.value not in (None, 1) for mark in marks)


def is_line(reading: Reading, pixels: NDArray[np.uint8]) -> bool:
    """Whether all that was read are 1s that are parts of longer lines in pixels (h, w, ...).

    Of many digits, as in the cells of an empty table, a few may be others.
    """
    digits = [mark for mark in reading.digits if mark.value is not None]
    min_parts = len(digits) if len(digits) < MIN_MANY else MIN_PARTS_OF_LINES * len(digits)
    ones = [digit for digit in digits if digit.value == 1]
    if not digits or len(ones) < min_parts:
        return False
    return sum(_goes_on(one, pixels) for one in ones) >= min_parts


def is_ruling(reading: Reading, pixels: NDArray[np.uint8]) -> bool:
    """Whether all marks are pieces of the rules of a table or of paper, in pixels (h, w, ...)."""
    if any(mark.is_clear and mark.value in ROUND for mark in reading.digits):
        return False  # which is known without a look at the picture
    boxes = np.array([mark.box for mark in reading.digits], np.float64)
    is_digit = np.array([mark.value is not None for mark in reading.digits])
    return bool(len(boxes)) and are_only_rules(pixels, boxes, is_digit)


def _is_signed_number(number: Reading) -> bool:
    """Whether the line reader has read a sign beside a digit, and not only a bar or a point."""
    marks = number.digits
    return any(mark.sign for mark in marks) and any(mark.value is not None for mark in marks)


def _has_digit_shapes(marks: tuple[Digit, ...], is_clean: bool) -> bool:
    """Whether enough marks look like digits, although they are doubtful or refused."""
    like_digits = [mark for mark in marks if _is_digit_like(mark)]
    num_others = sum(int(mark.probabilities.argmax()) != 1 for mark in like_digits)
    if len(like_digits) == len(marks) and num_others > 0:
        return True
    if is_clean:
        return num_others > 0 or len(like_digits) == len(marks)
    return num_others >= MIN_DIGIT_LIKE_MARKS


def is_bent(mark: Digit) -> bool:
    """Whether a mark is no straight line, as a 1 with a flag or a foot is none."""
    ink = np.argwhere(mark.glyph > MIN_STRENGTH).astype(np.float32)
    if not len(ink):
        return False
    short, long = sorted(cv2.minAreaRect(ink)[1])
    return bool(short + 1 >= MIN_BENT * (long + 1))


def _is_row_of_ones(marks: tuple[Digit, ...]) -> bool:
    """Whether all marks are 1s as those of one number: of about one height, beside each other."""
    if len(marks) < 2 or not all(mark.value == 1 and mark.is_clear for mark in marks):
        return False
    heights = [mark.box[3] for mark in marks]
    shared = min(mark.box[1] + mark.box[3] for mark in marks) - max(mark.box[1] for mark in marks)
    return min(shared, min(heights)) >= MIN_SHARED_HEIGHT * max(heights)


def _is_digit_like(mark: Digit) -> bool:
    if mark.value is None:
        return mark.confidence <= MAX_REFUSED_DIGIT_LIKE
    return mark.confidence >= MIN_DIGIT_LIKE


def _goes_on(mark: Digit, pixels: NDArray[np.uint8]) -> bool:
    """Whether the line of a mark goes on above or below it, with about the same contrast."""
    x, y, width, height = mark.box
    if width > MAX_LINE_WIDTH * height:
        return False
    if width <= MAX_MARGIN_WIDTH * height and height >= len(pixels) - 2:
        return True  # from edge to edge
    aside, reach = 2 * width + 4, round(LINE_REACH * height)
    part = pixels[:, max(round(x - aside), 0) : round(x + width + aside)]
    grey = part.reshape(*part.shape[:2], -1)[..., :3].mean(axis=2)  # (h, w)
    paper = np.median(grey, axis=1)
    first = max(round(x - width / 2) - 2, 0) - max(round(x - aside), 0)
    line = grey[:, first : first + round(2 * width) + 4]  # without other lines beside it
    contrasts = paper - line.min(axis=1), line.max(axis=1) - paper  # of dark and of light ink
    top, bottom = max(round(y), 0), round(y + height)
    usual, contrast = max(
        ((float(np.median(rows[top:bottom])), rows) for rows in contrasts), key=lambda each: each[0]
    )
    # Where a level rule crosses, the line is not seen.
    near = paper[max(top - reach, 0) : bottom + reach]
    is_crossed = np.abs(paper - np.median(near)) >= MIN_LINE_CONTRAST * usual
    lowest = [0.0]
    for beyond in (slice(max(top - reach, 0), top), slice(bottom, bottom + reach)):
        free = contrast[beyond][~is_crossed[beyond]]
        if len(contrast[beyond]) == reach and len(free) > MIN_FREE * reach:
            lowest.append(float(np.percentile(free, 10)))
    return max(lowest) >= MIN_LINE_CONTRAST * usual
