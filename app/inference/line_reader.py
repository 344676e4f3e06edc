"""Reads a line as a whole with a small network of its own, models/reader.onnx.

It needs no cuts between digits that touch, and it sees the relative sizes of a number's digits, by
which it recognises small zeros and signs. `train.reader` trains it.
"""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.models import models_folder
from app.inference.scores import log_softmax
from app.inference.session import open_session, releasing_run_options
from app.strip import HEIGHT

READER_MODEL: Final = models_folder() / "reader.onnx"
CONTRACT: Final = "reader/1"  # in: "strip" uint8 (48, w); out: "logits" float32 (w / 4, classes)
SYMBOLS: Final = "0123456789-+/.,:=()x%?"  # "x" is ×, "?" is any other mark
STRIDE: Final = 4  # pixels of a strip to one column of the output


class LineReader:
    """One ONNX Runtime session; safe to share between threads.

    path: written by export.reader. Raises WrongModel when it is not such a file.
    """

    def __init__(self, path: Path | str = READER_MODEL, threads: int = 1) -> None:
        expected = {"contract": CONTRACT, "symbols": SYMBOLS}
        self._session = open_session(Path(path), threads, expected)
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map

    def scores(self, strip: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Log-probabilities float32 (columns, 1 + symbols) of a strip uint8 (48, w).

        Class 0 is the blank, class n + 1 is symbol n.
        """
        padding = -strip.shape[1] % STRIDE
        padded = np.pad(strip, ((0, 0), (0, padding))) if padding else strip
        (logits,) = self._session.run(["logits"], {"strip": padded})
        return log_softmax(np.asarray(logits, np.float32))

    def release_memory(self) -> None:
        """Frees the memory that long lines needed, by reading the shortest line."""
        shortest = np.zeros((HEIGHT, STRIDE), np.uint8)
        self._session.run(["logits"], {"strip": shortest}, releasing_run_options())


@cache
def shared_line_reader() -> LineReader:
    """The one line reader of this process. Raises WrongModel."""
    return LineReader()
