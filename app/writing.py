"""Tells writing on a picture from the edges of shadows, folds, cloth and other things."""

from typing import Final

from app.reading import Digit, Reading

MIN_DOUBTFUL: Final = 3  # doubtful digits other than 1 that are writing; chance gives fewer


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
