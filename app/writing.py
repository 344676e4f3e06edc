"""Tells writing on a picture from the edges of shadows, folds, cloth and other things."""

from statistics import median
from typing import Final

from app.reading import Digit, Reading

MIN_DOUBTFUL: Final = 3  # doubtful digits other than 1 that are writing; fewer may be chance
# Many small marks that are nearly all refused are a texture, such as the threads of cloth.
MIN_TEXTURE_MARKS: Final = 6
MIN_TEXTURE_REFUSED: Final = 0.7  # share of the marks
MAX_TEXTURE_HEIGHT: Final = 0.02  # of the usual mark, as a share of the picture's longer side


def is_texture(reading: Reading, side: int) -> bool:
    """Whether the marks are a material's texture. side: the picture's longer side in pixels."""
    heights = [mark.box[3] for mark in reading.digits]
    if len(heights) < MIN_TEXTURE_MARKS or median(heights) > MAX_TEXTURE_HEIGHT * side:
        return False
    return reading.text.count("?") >= MIN_TEXTURE_REFUSED * len(heights)


def is_writing(reading: Reading) -> bool:
    """Whether the marks on a picture may be writing.

    To the network, any line is a 1, so 1s alone are not writing if one of them is doubtful or
    another mark is refused. Any sure digit other than 1 is writing, and so are several doubtful
    digits other than 1, or one such digit alone. Refused marks alone are writing too, because they
    may be letters.
    """
    marks = reading.digits
    if any(mark.sign for mark in marks):  # the line reader has read a number
        return any(mark.value is not None or mark.sign is None for mark in marks)
    others = [mark for mark in marks if mark.value not in (None, 1)]
    if any(_is_sure(mark) for mark in others) or len(others) >= MIN_DOUBTFUL:
        return True
    if all(mark.value is None for mark in marks) or (len(marks) == 1 and others):
        return True
    return not any(mark.value is None or (mark.value == 1 and mark.is_doubtful) for mark in marks)


def _is_sure(mark: Digit) -> bool:
    return mark.value is not None and not mark.is_doubtful
