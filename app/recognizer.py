"""The recogniser: strokes or pixels in, a Reading out.

What finds ink and divides it into candidates for digits is hidden behind it.
"""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from itertools import compress, islice
from pathlib import Path
from typing import Final, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app import glyph, tilt, turning
from app.inference.line_reader import LineReader, shared_line_reader
from app.inference.models import model_file
from app.inference.prototypes import Prototypes
from app.inference.scores import softmax
from app.inference.session import open_session
from app.ink.files.picture_input import Picture, as_pixels
from app.ink.image import checked
from app.ink.strokes import checked as checked_strokes
from app.ink.strokes import to_pixels
from app.ink_choice import InkChooser
from app.judgement.judged import judged
from app.prepared import Prepared
from app.reading import NUM_DIGITS, Digit, Reading, UnreadableInput
from app.segmentation import candidates
from app.segmentation.decision import (
    MIN_FOUND_CONFIDENCE,
    MIN_NUMBER_CONFIDENCE,
    MIN_SIGNED_CONFIDENCE,
    MIN_SURE_CONFIDENCE,
    MIN_SURE_NUMBER_CONFIDENCE,
    answer,
    digit_probabilities,
)
from app.segmentation.glyph_memory import GlyphMemory
from app.segmentation.line_reading import Choice, classes_of, likeliest
from app.segmentation.operating_point import (
    KNOWN_SYMBOLS,
    NUM_CLASSES,
    SIGN_SYMBOLS,
    OperatingPoint,
)
from app.segmentation.reading_costs import CostlyInk
from app.segmentation.text_line import MIN_SPACED_MARKS, TextLine, is_space

__all__ = [
    "KNOWN_SYMBOLS",
    "MIN_FOUND_CONFIDENCE",
    "MIN_NUMBER_CONFIDENCE",
    "MIN_SIGNED_CONFIDENCE",
    "MIN_SPACED_MARKS",
    "MIN_SURE_CONFIDENCE",
    "MIN_SURE_NUMBER_CONFIDENCE",
    "NUM_CLASSES",
    "SIGN_SYMBOLS",
    "Choice",
    "CostlyInk",
    "GlyphMemory",
    "Prepared",
    "Recognizer",
    "is_space",
    "likeliest",
]

MODEL: Final = model_file(os.environ)
# In: "glyphs" uint8 (n, 28, 28); out: "logits" (n, 11), "features" (n, d).
CONTRACT: Final = "digits/3"
LABELS: Final = "0123456789?"  # of the logits; the last is "not a digit"
MAX_GLYPHS: Final = 128  # in one run of the network, which takes 9 ms and 50 kB for each glyph
MAX_INPUTS: Final = 64  # of `read_many` that are classified at once


class Recognizer:
    """Reads digits with one ONNX Runtime session; safe to share between threads.

    path: a model written by `python -m export`.
    threads: of one classification; 1 is fastest for a few glyphs and leaves cores to others.
    reader: a line reader written by `python -m export.reader`; None for the repository's.
    Raises WrongModel when the file is not such a model.
    """

    def __init__(
        self, path: Path | str = MODEL, threads: int = 1, reader: Path | str | None = None
    ) -> None:
        expected = {"contract": CONTRACT, "labels": LABELS, "normal_form": glyph.NORMAL_FORM}
        self._session = open_session(Path(path), threads, expected)
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        line_reader = LineReader(reader) if reader else shared_line_reader()
        self._reader: LineReader | None = line_reader
        self.point = OperatingPoint.of(self.metadata, line_reader.metadata)

    def without_line_reader(self) -> "Recognizer":
        """One that reads lines by the classifier alone; it shows what the line reader is worth."""
        alone = copy(self)
        alone._reader = None
        return alone

    def read_ink(
        self,
        strokes: Sequence[ArrayLike],
        single: bool = False,
        prototypes: Prototypes | None = None,
    ) -> Reading:
        """Reads strokes, float arrays (n, 2), x right and y down.

        They are in pixels, or in fractions of a page, and the boxes are in the same unit. Digits
        are read from left to right, in any number of lines; `single` takes all strokes for one
        character. prototypes: what this writer corrected. Without a point of ink the Reading has no
        digits. Raises UnreadableInput.
        """
        return self.read_prepared([self.prepare_ink(strokes, single)], prototypes)[0]

    def read_image(
        self,
        image: Picture,
        single: bool = False,
        prototypes: Prototypes | None = None,
        turn: int | None = None,
    ) -> Reading:
        """Reads a picture of dark ink on light paper or of light ink on dark.

        image: the path of a file, its bytes, a Pillow image, or an array (h, w) grey, (h, w, 3) RGB
        or (h, w, 4) RGBA of uint8, or of floats in [0, 1]. Files are decoded in this process, so
        strangers' files should be checked before (see SECURITY.md).
        single, prototypes: see `read_ink`; turn: see `prepare_image`. Without ink the Reading has
        no digits. Raises UnreadableInput.
        """
        return self.read_prepared([self.prepare_image(image, single, turn)], prototypes)[0]

    def read_many(
        self, inputs: Iterable[Picture | Sequence[ArrayLike]], single: bool = False
    ) -> list[Reading]:
        """Reads pictures, see `read_image`, and lists of strokes, see `read_ink`, in any mixture.

        Many are classified at a time, which is faster than one by one, and the memory does not grow
        with their number. single: whether each is one character. Raises UnreadableInput with the
        index of the first input that cannot be read, and for a single picture that is no array.
        """
        # Of a string, its characters would be read; a path or a Pillow image is not iterable.
        is_one = isinstance(inputs, str | bytes | bytearray | memoryview)
        if is_one or not isinstance(inputs, Iterable):
            actual = type(inputs).__name__
            raise UnreadableInput(
                f"expected a list of pictures and strokes, got {actual}; read_image reads one"
            )
        readings: list[Reading] = []
        rest = iter(inputs)
        while batch := list(islice(rest, MAX_INPUTS)):
            prepared = [
                self._prepared(len(readings) + index, each, single)
                for index, each in enumerate(batch)
            ]
            readings += self.read_prepared(prepared)
        return readings

    def _prepared(self, index: int, each: Picture | Sequence[ArrayLike], single: bool) -> Prepared:
        try:
            if isinstance(each, list | tuple):
                return self.prepare_ink(each, single)
            return self.prepare_image(cast(Picture, each), single)
        except UnreadableInput as error:
            raise UnreadableInput(f"input {index}: {error}") from error

    def prepare_ink(
        self,
        strokes: Sequence[ArrayLike],
        single: bool = False,
        max_seconds: float = math.inf,
        memory: GlyphMemory | None = None,
    ) -> Prepared:
        """Finds the candidates for digits in strokes, see `read_ink`.

        max_seconds: about how long reading may take. memory: the glyphs of a drawing that is
        prepared again after each stroke. Raises UnreadableInput, and CostlyInk if reading would
        take longer.
        """
        draw = memory.from_strokes if memory else glyph.from_strokes
        pixels, pixels_per_unit = to_pixels(checked_strokes(strokes))
        level, inverse = (pixels, None) if single else tilt.level_strokes(pixels)
        if pixels_per_unit != 1:
            inverse = tilt.scaled(inverse, 1 / pixels_per_unit)
        lines = candidates.find_in_strokes(level, single, max_seconds, self._reader, draw)
        return Prepared(lines, inverse=inverse)

    def prepare_image(
        self, image: Picture, single: bool = False, turn: int | None = None
    ) -> Prepared:
        """Finds the candidates for digits in a picture, see `read_image`, in its best ink map.

        turn: degrees clockwise by which it is turned first, 0, 90, 180 or 270. None turns it only
        if little is read as it is and it is read surely in another position. A picture without
        writing, see `app.judgement.writing`, gives no candidates. Raises UnreadableInput.
        """
        chooser = InkChooser(self._maps, lambda prepared: self._read_all([prepared], None)[0])
        return chooser.choose(checked(as_pixels(image)), single, turn)

    def _maps(self, pixels: NDArray[np.uint8], single: bool) -> Iterator[Prepared]:
        """What is found in each ink map of a picture; raises UnreadableInput."""
        return map(Prepared, candidates.find_in_image(pixels, single, self._reader))

    def read_prepared(
        self, inputs: Sequence[Prepared], prototypes: Prototypes | None = None
    ) -> list[Reading]:
        """Reads prepared inputs, all classified in one batch; prototypes: see `read_ink`."""
        is_new = [bool(prototypes) or prepared.reading is None for prepared in inputs]
        new = iter(self._read_all(list(compress(inputs, is_new)), prototypes))
        readings = (
            next(new) if prepared.reading is None or is_read else prepared.reading
            for prepared, is_read in zip(inputs, is_new, strict=True)
        )
        return [judged(reading) for reading in readings]

    def _read_all(self, inputs: Sequence[Prepared], prototypes: Prototypes | None) -> list[Reading]:
        batches = [line.glyphs for prepared in inputs for line in prepared.lines]
        if not batches:
            return [Reading() for _ in inputs]
        glyphs = np.concatenate(batches)
        logits = self.logits(glyphs)
        if prototypes:
            logits[:, :NUM_DIGITS] += prototypes.boost(self.features(glyphs))
        readings, start = [], 0
        for prepared in inputs:
            digits: list[Digit] = []
            for line in prepared.lines:
                end = start + len(line.candidates)
                first_number = digits[-1].number_index + 1 if digits else 0
                digits += answer(
                    line, logits[start:end], self.point, first_number, bool(prototypes)
                )
                start = end
            if prepared.inverse is not None:
                digits = tilt.moved(digits, prepared.inverse, prepared.size)
            readings.append(turning.as_given(digits, prepared.turned, prepared.size))
        return readings

    def look(
        self, item: NDArray[np.uint8] | Sequence[ArrayLike], text: str
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]] | None:
        """What the classifier takes each symbol of a known text for, and whether it is one piece.

        float32 (symbols, 11), probabilities of the ten digits and of "not a digit", and bool
        (symbols,), see `Lattice.is_single`. item: see `only_line`. None where that is None, or the
        text cannot be laid on the ink.
        """
        found = self.only_line(item)
        if found is None:
            return None
        line, logits = found
        path = line.path_of_text(classes_of(text), logits, self.point)
        if path is None:
            return None
        return softmax(logits[path]), line.lattice.is_single[path]

    def only_line(
        self, item: NDArray[np.uint8] | Sequence[ArrayLike]
    ) -> tuple[TextLine, NDArray[np.float32]] | None:
        """The line of an item, and the logits of its candidates, divided by the temperature.

        item: a picture, or strokes (n, 2). None where the line reader is not used, or where there
        are several lines. Raises UnreadableInput.
        """
        lines = self._prepared(0, item, single=False).lines
        if len(lines) != 1 or lines[0].reading is None:
            return None
        return lines[0], self.logits(lines[0].glyphs) / np.float32(self.point.temperature)

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities float32 (n, 10), rows sum to 1, of glyphs uint8 (n, 28, 28), ink 255.

        Raises UnreadableInput for another dtype or shape.
        """
        if not (
            isinstance(glyphs, np.ndarray)
            and glyphs.dtype == np.uint8
            and glyphs.ndim == 3
            and glyphs.shape[1:] == (glyph.SIDE, glyph.SIDE)
        ):
            actual = f"{getattr(glyphs, 'dtype', type(glyphs).__name__)} {np.shape(glyphs)}"
            raise UnreadableInput(f"expected glyphs uint8 (n, 28, 28), got {actual}")
        if len(glyphs) == 0:
            return np.zeros((0, NUM_DIGITS), np.float32)
        return digit_probabilities(self.logits(glyphs), self.point.temperature)

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The network's own output, float32 (n, 11), for glyphs uint8 (n, 28, 28), n >= 1."""
        return self._run("logits", glyphs)

    def features(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the last layer computes the logits from, float32 (n, d), >= 0 and of any scale.

        glyphs: uint8 (n, 28, 28), n >= 1.
        """
        return self._run("features", glyphs)

    def _run(self, output: str, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """An output of the network, float32 (n, d), for any number of glyphs, a few at a time."""
        rows = [
            self._session.run([output], {"glyphs": glyphs[start : start + MAX_GLYPHS]})[0]
            for start in range(0, len(glyphs), MAX_GLYPHS)
        ]
        return np.asarray(rows[0] if len(rows) == 1 else np.concatenate(rows), np.float32)
