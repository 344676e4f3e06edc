"""Reads while the pen moves: the drawing of the page's last run, with the strokes since then.

The browser asks the service for it, see headline.js and `app/api/live.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.ink import pencil
from app.page import headline, live_pages
from app.page.personal_reader import PersonalReader
from app.page.visit import Strokes
from app.reading import Reading
from app.recognizer import GlyphMemory, Recognizer

# Of a run's reading, above which nothing is read while the pen moves: of the processor, and of
# everything, which on a busy server is more. Browsers that wait for long also ask less often.
MAX_SECONDS: Final = 0.02
MAX_ELAPSED_SECONDS: Final = 0.2


@dataclass(frozen=True, eq=False)
class DrawingRead:
    """What one run of the page has read.

    strokes: each (n, 2), canvas pixels. pen_width: of what is drawn next, canvas pixels. glyphs:
    of the drawing's finished strokes.
    """

    recognizer: Recognizer
    reader: PersonalReader
    strokes: Strokes
    pen_width: float
    glyphs: GlyphMemory

    def read_on(self, strokes: Sequence[NDArray[np.float64]], is_drawing: bool) -> str:
        """See `LivePage.read`."""
        added = [pencil.draw(points, self.pen_width) for points in strokes]
        strokes = [*self.strokes, *added]
        prepared = self.recognizer.prepare_ink(strokes, max_seconds=MAX_SECONDS, memory=self.glyphs)
        reading = self.reader.read(self.recognizer, prepared)
        unfinished = digit_at(reading, added[-1][-1]) if is_drawing and added else None
        corrected = self.reader.corrected_in(reading)
        return headline.to_html(reading, headline.DRAW_HINT, corrected, unfinished)

    def publish(self, seconds: float, elapsed_seconds: float) -> dict[str, object] | None:
        """Lets the browser ask for more; returns what it needs to ask with, None where it may not.

        seconds: of the processor, that the run's reading took; elapsed_seconds: altogether.
        """
        url = live_pages.url()
        if url is None or seconds > MAX_SECONDS or elapsed_seconds > MAX_ELAPSED_SECONDS:
            return None
        page = live_pages.current_page()
        return {"url": url, "token": page.token, "run": page.publish(self.read_on)}


def digit_at(reading: Reading, point: NDArray[np.float64]) -> int | None:
    """The index of the smallest digit whose box holds a point, (2,); None where none does."""
    sizes = {
        digit.box[2] * digit.box[3]: index
        for index, digit in enumerate(reading.digits)
        if digit.box[0] - 1 <= point[0] <= digit.box[0] + digit.box[2] + 1
        and digit.box[1] - 1 <= point[1] <= digit.box[1] + digit.box[3] + 1
    }
    return sizes[min(sizes)] if sizes else None
