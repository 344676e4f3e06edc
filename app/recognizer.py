"""The network behind one door: strokes or pixels in, a Reading out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import ArrayLike, NDArray

from app import glyph, ink, picture
from app.reading import Digit, Reading, UnreadableInput

MODEL: Final = Path(__file__).resolve().parent.parent / "models" / "model.onnx"
CONTRACT: Final = "digits/2"  # input "glyphs" uint8 (n, 28, 28), output "logits" float32 (n, 11)
LABELS: Final = "0123456789?"  # of the logits; the last is "not a digit"
DIGITS: Final = 10


class WrongModel(RuntimeError):
    """A model file that is missing, broken, or made for another contract."""


class Recognizer:
    """Reads digits with one ONNX Runtime session; safe to share between threads.

    path: a model written by `python -m export`.
    threads: of one classification; 1 is fastest for a few glyphs and leaves cores to others.
    Raises WrongModel when the file is not such a model.
    """

    def __init__(self, path: Path | str = MODEL, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads  # ignored once the session exists
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if not Path(path).is_file():
            raise WrongModel(f"{path}: expected a model file, found none; make one with export")
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises a class of its own for every cause
            raise WrongModel(f"{path}: expected an ONNX model, came {error}") from error
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        expected = {"contract": CONTRACT, "labels": LABELS, "normal_form": glyph.NORMAL_FORM}
        for key, value in expected.items():
            if self.metadata.get(key) != value:
                raise WrongModel(
                    f"{path}: expected {key} {value!r}, came {self.metadata.get(key)!r}"
                )
        self._temperature = self._number("temperature")
        self._threshold = self._number("threshold")

    def read_ink(self, strokes: Sequence[ArrayLike], single: bool = False) -> Reading:
        """Reads strokes, float arrays (n, 2) in pixels, x right and y down.

        Without a point of ink the Reading has no digits. All ink is one character as yet,
        whether `single` or not. Raises UnreadableInput.
        """
        found = ink.checked(strokes)
        if not found:
            return Reading()
        return self._reading(glyph.from_strokes(found), ink.bounds(found))

    def read_image(self, image: NDArray[np.uint8], single: bool = False) -> Reading:
        """Reads a picture: uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA, either polarity.

        A picture without contrast has no digits. All ink is one character as yet, whether
        `single` or not. Raises UnreadableInput.
        """
        found = picture.find_ink(image)
        if found is None:
            return Reading()
        pixels, box = found
        return self._reading(glyph.from_ink(pixels), box)

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
            return np.zeros((0, DIGITS), np.float32)
        return self._probabilities(self.logits(glyphs))

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The network's own output, float32 (n, 11), for glyphs uint8 (n, 28, 28), n >= 1."""
        (logits,) = self._session.run(["logits"], {"glyphs": glyphs})
        return np.asarray(logits, dtype=np.float32)

    def _reading(
        self, normal: NDArray[np.uint8], box: tuple[float, float, float, float]
    ) -> Reading:
        logits = self.logits(normal[None])
        (probabilities,) = self._probabilities(logits)
        value: int | None = int(probabilities.argmax())
        confidence = float(probabilities.max())
        strangeness = float(outlier_scores(logits)[0])
        if strangeness > self._threshold:
            value, confidence = None, 1 / (1 + float(np.exp(-strangeness)))
        return Reading((Digit(value, confidence, probabilities, box, normal),))

    def _probabilities(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated, float32 (n, 10), if it is a digit at all; logits: (n, 11)."""
        scaled = logits[:, :DIGITS] / np.float32(self._temperature)
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        probabilities: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def _number(self, key: str) -> float:
        try:
            return float(self.metadata[key])
        except (KeyError, ValueError) as error:
            raise WrongModel(
                f"expected a number as {key} in the model, came {self.metadata.get(key)!r}"
            ) from error


def outlier_scores(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-odds that a glyph is no digit, float32 (n,); logits: (n, 11)."""
    digits = logits[:, :DIGITS]
    largest = digits.max(axis=1)
    either = largest + np.log(np.exp(digits - largest[:, None]).sum(axis=1))
    scores: NDArray[np.float32] = logits[:, DIGITS] - either
    return scores
