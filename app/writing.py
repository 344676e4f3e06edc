"""Whether what was read on a picture is writing, or edges of shadows, folds, cloth and things."""

from typing import Final

from app.reading import Digit, Reading

MIN_DOUBTFUL: Final = 3  # digits other than one, as on a blurred photograph: chance has fewer


def is_writing(reading: Reading) -> bool:
    """Whether a picture's marks may be what a hand wrote.

    A line is a one to the network, so ones say nothing where a mark is refused or a one is
    doubtful. Any sure value other than one is believed, and so are several doubtful ones, or a
    lone one. Refused marks alone are for the reading to show: letters are writing too.
    """
    marks = reading.digits
    if any(mark.sign for mark in marks):  # the line reader has seen a number in them
        return any(mark.value is not None or mark.sign is None for mark in marks)
    others = [mark for mark in marks if mark.value not in (None, 1)]
    if any(_is_sure(mark) for mark in others) or len(others) >= MIN_DOUBTFUL:
        return True
    if all(mark.value is None for mark in marks) or (len(marks) == 1 and others):
        return True
    return not any(mark.value is None or (mark.value == 1 and mark.is_doubtful) for mark in marks)


def _is_sure(mark: Digit) -> bool:
    return mark.value is not None and not mark.is_doubtful
