"""The network behind one door: strokes or pixels in, a Reading out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app import glyph
from app.inference.models import models_folder
from app.inference.prototypes import Prototypes
from app.inference.scores import ood_log_odds, softmax
from app.inference.session import WrongModel, open_session
from app.reading import Digit, Reading, UnreadableInput
from app.segmentation import candidates
from app.segmentation.candidates import Line

MODEL: Final = models_folder() / "model.onnx"
CONTRACT: Final = (
    "digits/3"  # in: "glyphs" uint8 (n, 28, 28); out: "logits" (n, 11), "features" (n, d)
)
LABELS: Final = "0123456789?"  # of the logits; the last is "not a digit"
NUM_DIGITS: Final = 10
DOUBTFUL: Final = 1 / 3  # share of a picture's marks that are refused, where it is seen wrongly
CLUTTER: Final = 1_000  # possible digits that are looked at before looking is given up


@dataclass(frozen=True, eq=False)
class Prepared:
    """Ink that was found and divided once, to be read as often as wanted; its content is private.

    Made by `Recognizer.prepare_ink` and `Recognizer.prepare_image`.
    """

    _lines: Sequence[Line] = ()


class Recognizer:
    """Reads digits with one ONNX Runtime session; safe to share between threads.

    path: a model written by `python -m export`.
    threads: of one classification; 1 is fastest for a few glyphs and leaves cores to others.
    Raises WrongModel when the file is not such a model.
    """

    def __init__(self, path: Path | str = MODEL, threads: int = 1) -> None:
        expected = {"contract": CONTRACT, "labels": LABELS, "normal_form": glyph.NORMAL_FORM}
        self._session = open_session(Path(path), threads, expected)
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        self._temperature = self._number("temperature")
        self._threshold = self._number("threshold")

    def read_ink(
        self,
        strokes: Sequence[ArrayLike],
        single: bool = False,
        prototypes: Prototypes | None = None,
    ) -> Reading:
        """Reads strokes, float arrays (n, 2) in pixels, x right and y down.

        Digits stand from left to right, in any number of lines; `single` takes all strokes for
        one character. prototypes: of what this writer corrected. Without a point of ink the Reading
        has no digits. Raises UnreadableInput.
        """
        return self.read_prepared([self.prepare_ink(strokes, single)], prototypes)[0]

    def read_image(
        self, image: NDArray[np.uint8], single: bool = False, prototypes: Prototypes | None = None
    ) -> Reading:
        """Reads a picture: uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA, either polarity.

        Digits stand from left to right, in any number of lines; `single` takes all ink for one
        character. prototypes: see read_ink. Without ink the Reading has no digits. Raises
        UnreadableInput.
        """
        return self.read_prepared([self.prepare_image(image, single)], prototypes)[0]

    @staticmethod
    def prepare_ink(strokes: Sequence[ArrayLike], single: bool = False) -> Prepared:
        """Finds the possible digits in strokes, see `read_ink`. Raises UnreadableInput."""
        return Prepared(candidates.of_ink(strokes, single))

    def prepare_image(self, image: NDArray[np.uint8], single: bool = False) -> Prepared:
        """Finds the possible digits in a picture, see `read_image`, in the way that reads best.

        The first way is right nearly always. Another is tried only where a third of the marks are
        refused, so that lines of the paper or a broad pen taken for something else cost no digit,
        and not in a picture full of clutter, which would take seconds.
        Raises UnreadableInput.
        """
        best, least, looked_at = Prepared(), (np.inf, np.inf), 0
        try:
            for lines in candidates.of_image(image, single):
                prepared = Prepared(lines)
                doubt = _doubt(self.read_prepared([prepared])[0])
                if doubt < least:
                    best, least = prepared, doubt
                looked_at += sum(len(line.runs) for line in lines)
                if doubt[0] < DOUBTFUL or looked_at > CLUTTER:
                    break
        except UnreadableInput:
            if not best._lines:
                raise
        return best

    def read_prepared(
        self, inputs: Sequence[Prepared], prototypes: Prototypes | None = None
    ) -> list[Reading]:
        """Reads prepared inputs, all classified in one batch; prototypes: see `read_ink`."""
        every = [line.glyphs for prepared in inputs for line in prepared._lines]
        if not every:
            return [Reading() for _ in inputs]
        glyphs = np.concatenate(every)
        logits = self.logits(glyphs)
        if prototypes:
            logits[:, :NUM_DIGITS] += prototypes.boost(self.features(glyphs))
        readings, start = [], 0
        for prepared in inputs:
            digits: list[Digit] = []
            for place, line in enumerate(prepared._lines):
                own = logits[start : start + len(line.runs)]
                start += len(line.runs)
                digits += self._digits(
                    line, own, place, digits[-1].number_index + 1 if digits else 0
                )
            readings.append(Reading(tuple(digits)))
        return readings

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities float32 (n, 10), rows sum to 1, of glyphs uint8 (n, 28, 28), ink 255.

        Raises UnreadableInput for another dtype or shape.
        """
        wanted = (glyph.SIDE, glyph.SIDE)
        if not (
            isinstance(glyphs, np.ndarray)
            and glyphs.dtype == np.uint8
            and glyphs.ndim == 3
            and glyphs.shape[1:] == wanted
        ):
            came = f"{getattr(glyphs, 'dtype', type(glyphs).__name__)} {np.shape(glyphs)}"
            raise UnreadableInput(f"expected glyphs uint8 (n, 28, 28), came {came}")
        if len(glyphs) == 0:
            return np.zeros((0, NUM_DIGITS), np.float32)
        return self._probabilities(self.logits(glyphs))

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The network's own output, float32 (n, 11), for glyphs uint8 (n, 28, 28), n >= 1."""
        (logits,) = self._session.run(["logits"], {"glyphs": glyphs})
        return np.asarray(logits, dtype=np.float32)

    def features(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the last layer decides by, float32 (n, d), at least 0, in steps of any size.

        glyphs: uint8 (n, 28, 28), n >= 1.
        """
        (features,) = self._session.run(["features"], {"glyphs": glyphs})
        return np.asarray(features, dtype=np.float32)

    def _digits(
        self, line: Line, logits: NDArray[np.float32], place: int, first: int
    ) -> Iterator[Digit]:
        """The best reading of one line; logits: (runs, 11). first: number of its first number."""
        path = line.best_path(logits / np.float32(self._temperature))
        strangeness = ood_log_odds(logits[path])
        probabilities = self._probabilities(logits[path])
        numbers = line.numbers(path)
        for index, (run, box) in enumerate(zip(path, line.boxes[path].tolist(), strict=True)):
            others = (numbers == numbers[index]) & (np.arange(len(path)) != index)
            strange = strangeness[index] > self._threshold_in(strangeness[others])
            left, top, right, bottom = box
            yield Digit(
                None if strange else int(probabilities[index].argmax()),
                _sigmoid(strangeness[index]) if strange else float(probabilities[index].max()),
                probabilities[index],
                (left, top, right - left, bottom - top),
                line.glyphs[run],
                first + int(numbers[index]),
                place,
            )

    def _threshold_in(self, company: NDArray[np.float32]) -> float:
        """The log-odds from which on a mark is refused, given those of its number's others.

        The threshold is set for marks of any kind. Beside a digit there is mostly another one,
        and to be refused a mark must then be no digit more likely than not.
        """
        if (company <= self._threshold).any():
            return max(self._threshold, 0.0)
        return self._threshold

    def _probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated, float32 (n, 10), if it is a digit at all; logits: (n, 11)."""
        scaled = logits[:, :NUM_DIGITS] / np.float32(self._temperature)
        return softmax(scaled)

    def _number(self, key: str) -> float:
        try:
            return float(self.metadata[key])
        except (KeyError, ValueError) as error:
            raise WrongModel(
                f"expected a number as {key} in the model, came {self.metadata.get(key)!r}"
            ) from error


def _doubt(reading: Reading) -> tuple[float, float]:
    """The share of marks that were refused, and how surely."""
    refused = [digit.confidence for digit in reading.digits if digit.value is None]
    return len(refused) / max(len(reading.digits), 1), float(np.mean(refused or 0.0))


def _sigmoid(log_odds: float) -> float:
    return 1 / (1 + float(np.exp(-log_odds)))
