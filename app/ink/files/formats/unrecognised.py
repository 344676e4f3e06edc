"""Says in plain words what a file holds that begins like no picture."""

import codecs
from typing import Final

_TEXT_BYTES: Final = 1000  # by which text is told from other files


def described(content: bytes) -> str:
    """What the file is, to follow "got": text, or a file of another kind and its size."""
    try:
        # Unlike bytes.decode, this allows for a last character that is cut.
        start = codecs.getincrementaldecoder("utf-8")().decode(content[:_TEXT_BYTES])
    except UnicodeDecodeError:
        start = "\0"
    if all(mark.isprintable() or mark.isspace() for mark in start):
        return "text"
    return f"another kind of file ({len(content):,} bytes)"
