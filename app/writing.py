"""Whether what was read on a picture is writing, or edges of shadows, folds, cloth and things."""

from app.reading import Digit, Reading


def is_writing(reading: Reading) -> bool:
    """Whether a picture's marks may be what a hand wrote.

    A line is a one to the network, so ones say nothing where a mark is refused or a one is
    doubtful. Any sure value other than one is believed, and so is a lone mark unless it is a
    doubtful one. Refused marks alone are for the reading to show: letters are writing too.
    """
    marks = reading.digits
    if any(mark.value != 1 and _is_sure(mark) for mark in marks):
        return True
    if all(mark.value is None for mark in marks) or (len(marks) == 1 and marks[0].value != 1):
        return True
    return not any(mark.value is None or (mark.value == 1 and mark.is_doubtful) for mark in marks)


def _is_sure(mark: Digit) -> bool:
    return mark.value is not None and not mark.is_doubtful
