"""All that the marks of a reading say about each other, in the order in which it is asked."""

from typing import Final

from app.judgement import (
    closed_lines,
    currency,
    printed_words,
    staples,
    straight_lines,
    unclear_numbers,
    words,
)
from app.reading import Reading

DOUBTS: Final = (words, straight_lines, closed_lines, currency, unclear_numbers)


def judged(reading: Reading) -> Reading:
    """The reading with doubt in what may be no digit, and without printed words and staples.

    These are left out last, as no digit without doubt is taken for them.
    """
    for each in DOUBTS:
        reading = each.with_doubt(reading)
    return printed_words.without_print(staples.without_staples(reading))
