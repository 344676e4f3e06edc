"""Remembers the glyphs of finished strokes, while a drawing grows stroke by stroke."""

import hashlib
import threading
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app import glyph

MAX_GLYPHS: Final = 128  # ten digits have about 20 candidates; 0.1 MB


class GlyphMemory:
    """The glyphs that were used last; safe to share between threads."""

    def __init__(self) -> None:
        self._glyphs: dict[bytes, NDArray[np.uint8]] = {}
        self._lock = threading.Lock()

    def from_strokes(self, strokes: glyph.Strokes) -> NDArray[np.uint8]:
        """Returns what `glyph.from_strokes` does, and calls it only for new strokes."""
        key = _key(strokes)
        with self._lock:
            normal = self._glyphs.pop(key, None)
        if normal is None:
            normal = glyph.from_strokes(strokes)
        with self._lock:
            self._glyphs[key] = normal  # put last, as the first is forgotten first
            while len(self._glyphs) > MAX_GLYPHS:
                del self._glyphs[next(iter(self._glyphs))]
        return normal


def _key(strokes: glyph.Strokes) -> bytes:
    """A hash of the points of strokes, and of where one stroke ends and the next begins."""
    ends = np.array([len(stroke) for stroke in strokes]).tobytes()
    points = b"".join(stroke.tobytes() for stroke in strokes)
    return hashlib.blake2b(ends + points, digest_size=16).digest()
