"""The recogniser behind the HTTP service: loaded once, and its readings as JSON."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.api import body
from app.api.errors import ApiError
from app.api.limits import Limits
from app.inference.session import WrongModel
from app.ink.header import PictureTooLarge, decode_checked
from app.ink.segmenter import STRIDE, shared_segmenter
from app.reading import Reading, UnreadableInput
from app.recognizer import MODEL, Prepared, Recognizer

CHECKED: Final = 5.0  # seconds for which a check that went well is believed
BAR: Final = [[[50.0, 10.0], [49.0, 40.0], [48.0, 90.0]]]  # a one, in pixels


class ModelUnavailable(RuntimeError):
    """The model, or the finder of ink on photographs, cannot be used; the message says why."""


class Reader:
    """Reads request bodies; for any number of threads.

    path: of the model, beside which a .json of the same name has its figures.
    """

    def __init__(self, path: Path = MODEL) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._recognizer: Recognizer | None = None
        self._checked = -CHECKED

    def read(self, content: bytes, kind: str, single: bool, limits: Limits) -> bytes:
        """What a body says, as JSON.

        kind: its media type. single: it is one character. Raises ApiError and ModelUnavailable.
        """
        if kind == body.INK:
            (found,) = self.inks([(content, single)], limits)
            if isinstance(found, Exception):
                raise found
            return found
        recognizer = self._loaded()
        try:
            reading = recognizer.read_image(decode_checked(content, limits.pixels, "body"), single)
        except PictureTooLarge as error:
            raise ApiError("too_many_pixels", str(error)) from error
        except UnreadableInput as error:
            raise ApiError("unprocessable", str(error)) from error
        except WrongModel as error:
            raise ModelUnavailable(str(error)) from error
        return as_json(reading, recognizer.metadata.get("run", ""))

    def inks(self, asked: Sequence[tuple[bytes, bool]], limits: Limits) -> list[bytes | Exception]:
        """What bodies of strokes say, as JSON, or why one cannot be read; all in one batch.

        asked: bodies, and whether each is a single character. Raises ModelUnavailable.
        """
        recognizer = self._loaded()
        found: list[bytes | Exception] = []
        known: list[Prepared] = []
        places: list[int] = []
        for place, (content, single) in enumerate(asked):
            found.append(b"")
            try:
                known.append(recognizer.prepare_ink(body.strokes_of(content, limits), single))
                places.append(place)
            except UnreadableInput as error:
                found[place] = ApiError("unprocessable", str(error))
            except Exception as error:  # it must not spoil the others' answers
                found[place] = error
        run = recognizer.metadata.get("run", "")
        for place, reading in zip(places, recognizer.read_prepared(known), strict=True):
            found[place] = as_json(reading, run)
        return found

    def model(self) -> dict[str, Any]:
        """The model's metadata, and its figures or None. Raises ModelUnavailable."""
        metadata = self._loaded().metadata
        try:
            figures = json.loads(self._path.with_suffix(".json").read_bytes())
        except (OSError, ValueError):
            figures = None  # a model of one's own needs none
        return {"metadata": metadata, "figures": figures}

    def check(self) -> None:
        """Reads a test stroke, and looks for ink with the finder. Raises ModelUnavailable."""
        if time.monotonic() - self._checked < CHECKED:
            return
        recognizer = self._loaded()
        try:
            shared_segmenter().ink_probabilities(
                np.full((STRIDE, STRIDE, 3), 255, np.uint8), STRIDE
            )
            found = recognizer.read_ink([np.array(stroke) for stroke in BAR])
        except (WrongModel, UnreadableInput) as error:
            raise ModelUnavailable(str(error)) from error
        if len(found.digits) != 1:
            raise ModelUnavailable(f"expected one digit of a test stroke, came {found.text!r}")
        self._checked = time.monotonic()

    def _loaded(self) -> Recognizer:
        with self._lock:
            if self._recognizer is None:
                try:
                    self._recognizer = Recognizer(self._path)
                except WrongModel as error:
                    raise ModelUnavailable(str(error)) from error
            return self._recognizer


def as_json(reading: Reading, run: str) -> bytes:
    """The reading as JSON; run: id of the training run that made the model."""
    return json.dumps({**reading.to_dict(), "model_run": run}).encode()
