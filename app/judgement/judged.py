"""All that the marks of a reading say about each other, in the order in which it is asked."""

from app.judgement import currency, printed_words, straight_lines, words
from app.reading import Reading


def judged(reading: Reading) -> Reading:
    """The reading with doubt in what may be no digit beside the rest, and without printed words.

    Print is left out last, as no digit without doubt is taken for it.
    """
    doubted = currency.with_doubt(straight_lines.with_doubt(words.with_doubt(reading)))
    return printed_words.without_print(doubted)
