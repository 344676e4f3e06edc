"""Loads the recogniser of the HTTP service once, and returns its readings as JSON."""

import json
import math
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from app.api import schemas
from app.api.errors import ApiError, ModelUnavailable
from app.api.ink import EXAMPLE, decode_ink
from app.api.limits import Limits
from app.api.picture_body import picture_file
from app.inference.session import WrongModel
from app.ink.files.decoder_pool import DecoderBusy, shared_pool
from app.ink.files.decoding import Decoding, DecodingCancelled
from app.ink.files.formats import PictureTooLarge, UnsupportedFormat
from app.ink.photographs.segmenter import STRIDE, shared_segmenter
from app.reading import Reading, UnreadableInput
from app.recognizer import MODEL, Prepared, Recognizer

CHECK_SECONDS: Final = 5.0  # for which a successful check is not repeated
BAR: Final = [[[50.0, 10.0], [49.0, 40.0], [48.0, 90.0]]]  # a stroke that is a 1, in pixels

InkRequest = tuple[bytes, bool]  # a body of strokes, and whether it is a single character


class Reader:
    """Reads request bodies; any number of threads may share it.

    path: the model's file; a .json file of the same name beside it has its figures.
    """

    def __init__(self, limits: Limits, path: Path = MODEL) -> None:
        self._limits, self._path = limits, path
        self._lock = threading.Lock()
        self._recognizer: Recognizer | None = None
        self._checked_at = -CHECK_SECONDS

    def read_image(self, content: bytes, single: bool, decoding: Decoding | None = None) -> bytes:
        """The reading of a body with a picture, as JSON. single: whether it is one character.

        decoding: lets another thread cancel it. Raises ApiError and ModelUnavailable.
        """
        recognizer = self._loaded()
        try:
            with shared_pool().reading():
                content = picture_file(content, self._limits)
                page = shared_pool().decode(content, self._limits.pixels, decoding)
                reading = recognizer.read_image(page.pixels, single)
        except PictureTooLarge as error:
            message = f"The picture is too large: {error}. Send a smaller one."
            raise ApiError("too_many_pixels", message) from error
        except UnsupportedFormat as error:
            message = f"The picture cannot be read: it is {error.name}. {error.advice}"
            raise ApiError("unprocessable", message) from error
        except UnreadableInput as error:
            message = (
                f"The picture cannot be read: {error}. Send another file, preferably PNG or JPEG."
            )
            raise ApiError("unprocessable", message) from error
        except (DecoderBusy, DecodingCancelled) as error:
            message = f"The picture was not read: {error}. Try again."
            raise ApiError("concurrency_limited", message, {"Retry-After": "1"}) from error
        except WrongModel as error:
            raise ModelUnavailable(str(error)) from error
        return _as_json(reading, recognizer, page.note)

    def read_ink(self, content: bytes, single: bool) -> bytes:
        """The reading of a body of strokes, as JSON. single: whether it is one character.

        Raises ApiError and ModelUnavailable.
        """
        (result,) = self.read_ink_batch([(content, single)])
        if isinstance(result, Exception):
            raise result
        return result

    def read_ink_batch(
        self, requests: Sequence[InkRequest], max_seconds: float = math.inf
    ) -> list[bytes | Exception]:
        """Reads bodies of strokes in one batch: returns each as JSON, or why it cannot be read.

        max_seconds: how long each may take; a drawing that would take longer gives CostlyInk.
        Raises ModelUnavailable.
        """
        recognizer = self._loaded()
        inputs = [self._prepare(recognizer, *request, max_seconds) for request in requests]
        prepared = [each for each in inputs if isinstance(each, Prepared)]
        readings = iter(recognizer.read_prepared(prepared))
        return [
            _as_json(next(readings), recognizer) if isinstance(each, Prepared) else each
            for each in inputs
        ]

    def _prepare(
        self, recognizer: Recognizer, content: bytes, single: bool, max_seconds: float
    ) -> Prepared | Exception:
        try:
            return recognizer.prepare_ink(decode_ink(content, self._limits), single, max_seconds)
        except UnreadableInput as error:
            message = f"The strokes cannot be read: {error}. {EXAMPLE}."
            return ApiError("unprocessable", message)
        except Exception as error:  # it must not affect the other drawings of its batch
            return error

    def model(self) -> bytes:
        """The model's metadata, and its figures or null, as JSON. Raises ModelUnavailable."""
        metadata = self._loaded().metadata
        try:
            figures = json.loads(self._path.with_suffix(".json").read_bytes())
        except (OSError, ValueError):
            figures = None  # a user's own model needs none
        return msgspec.json.encode(schemas.Model(metadata, figures))

    def check(self) -> None:
        """Reads a test stroke, and looks for ink with the segmenter. Raises ModelUnavailable."""
        if time.monotonic() - self._checked_at < CHECK_SECONDS:
            return
        recognizer = self._loaded()
        try:
            shared_segmenter().ink_probabilities(
                np.full((STRIDE, STRIDE, 3), 255, np.uint8), STRIDE
            )
            reading = recognizer.read_ink([np.array(stroke) for stroke in BAR])
        except (WrongModel, UnreadableInput) as error:
            raise ModelUnavailable(str(error)) from error
        if len(reading.digits) != 1:
            raise ModelUnavailable(f"expected one digit in a test stroke, got {reading.text!r}")
        self._checked_at = time.monotonic()

    def _loaded(self) -> Recognizer:
        with self._lock:
            if self._recognizer is None:
                try:
                    self._recognizer = Recognizer(self._path)
                except WrongModel as error:
                    raise ModelUnavailable(str(error)) from error
            return self._recognizer


def _as_json(reading: Reading, recognizer: Recognizer, note: str = "") -> bytes:
    """The reading as `app.api.schemas.Reading`; note: a sentence about the file, or ""."""
    notes = [*reading.notes, *([note] if note else [])]
    model_run = recognizer.metadata.get("run", "")
    return msgspec.json.encode({**reading.to_dict(), "notes": notes, "model_run": model_run})
