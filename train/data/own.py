"""Reads a person's own digits: a folder of pictures, a CSV of pixels, or JSON lines of strokes.

- A folder has a folder for each digit, such as `PATH/3/anything.png`, with pictures that serving
  can read.
- A `.csv` begins with the line `label,pixel0,...,pixel783`. Each further line is a digit: label and
  28 x 28 pixels from 0 to 255, with bright or dark ink. Kaggle's competition "Digit Recognizer" has
  such files.
- Each line of a `.jsonl` is `{"label": 3, "strokes": [[[x, y], ...], ...]}`, x right and y down.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.ink.files.picture_file import PICTURE_SUFFIXES
from app.ink.strokes import checked
from app.reading import UnreadableInput
from train.data.datasets import Digits, Ink
from train.data.download import DataError
from train.data.normal_form import first_glyph
from train.data.pendigits import Strokes
from train.data.pictures import decode_picture

_SIDE: Final = 28
_HEADER: Final = ["label", *(f"pixel{number}" for number in range(_SIDE**2))]
_MAX_PIXEL: Final = 255


@dataclass(frozen=True, eq=False)
class OwnDigits:
    """A person's own digits. digits: glyphs of pictures. ink: drawn digits, all of writer 0."""

    digits: Digits
    ink: Ink

    def digest(self) -> str:
        """Twelve characters that identify the digits."""
        content = hashlib.sha256()
        for array in (self.digits.labels, self.digits.glyphs, self.ink.labels):
            content.update(array.tobytes())
        for strokes in self.ink.strokes:
            content.update(b"".join(stroke.tobytes() for stroke in strokes))
        return content.hexdigest()[:12]


def load_own(path: Path) -> OwnDigits:
    """A person's labelled digits in one of the three forms; pictures as the glyphs of serving.

    Raises DataError, which names the file and the line, for anything else, and if there are none.
    """
    if path.suffix.lower() == ".jsonl":
        drawings = list(_drawings(path))
        strokes, labels = [strokes for _, strokes in drawings], [label for label, _ in drawings]
        loaded = OwnDigits(
            _digits([]), Ink(strokes, _integers(labels), _integers([0] * len(drawings)))
        )
    elif path.suffix.lower() == ".csv":
        loaded = OwnDigits(_digits(list(_rows(path))), Ink([], _integers([]), _integers([])))
    elif path.is_dir():
        loaded = OwnDigits(_digits(list(_pictures(path))), Ink([], _integers([]), _integers([])))
    else:
        raise DataError(f"{path}: expected a folder, a .csv or a .jsonl file, got none of them")
    if not len(loaded.digits.labels) + len(loaded.ink.labels):
        raise DataError(f"{path}: expected labelled digits, got none")
    return loaded


def _pictures(folder: Path) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Label and glyph of each picture in the folders named 0 to 9, ordered by name."""
    for label in range(10):
        for file in sorted((folder / str(label)).glob("*")):
            if file.suffix.lower() not in PICTURE_SUFFIXES:
                continue
            try:
                content = file.read_bytes()
            except OSError as error:
                raise DataError(f"{file}: expected a readable file, got {error}") from error
            yield label, _glyph(decode_picture(content, str(file)), str(file))


def _rows(path: Path) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Label and glyph of each line of a CSV file after the first."""
    for number, line in _lines(path):
        name, fields = f"{path}, line {number}", line.split(",")
        if number == 1:
            if [field.strip().strip('"') for field in fields] != _HEADER:
                raise DataError(f"{name}: expected label,pixel0,...,pixel783, got {line[:40]!r}")
            continue
        if len(fields) != len(_HEADER):
            raise DataError(f"{name}: expected {len(_HEADER)} fields, got {len(fields)}")
        try:
            label, *pixels = [int(field) for field in fields]
        except ValueError as error:
            raise DataError(f"{name}: expected whole numbers, got {error}") from error
        if min(pixels) < 0 or max(pixels) > _MAX_PIXEL:
            raise DataError(
                f"{name}: expected pixels of 0 to 255, got {min(pixels)}..{max(pixels)}"
            )
        image = np.array(pixels, np.uint8).reshape(_SIDE, _SIDE)
        yield _label(label, name), _glyph(image, name)


def _drawings(path: Path) -> Iterator[tuple[int, Strokes]]:
    """Label and strokes of each line of a file of JSON lines."""
    for number, line in _lines(path):
        name = f"{path}, line {number}"
        try:
            content = json.loads(line)
        except ValueError as error:
            raise DataError(f"{name}: expected JSON, got {error}") from error
        if not isinstance(content, dict) or not {"label", "strokes"} <= content.keys():
            raise DataError(f'{name}: expected {{"label", "strokes"}}, got {line[:40]!r}')
        try:
            strokes = [stroke.astype(np.float32) for stroke in checked(content["strokes"])]
        except UnreadableInput as error:
            raise DataError(f"{name}: {error}") from error
        if not strokes:
            raise DataError(f"{name}: expected strokes with points, got none")
        yield _label(content["label"], name), strokes


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a text file that are not blank, with their numbers from 1."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected a readable text file, got {error}") from error


def _label(value: Any, name: str) -> int:
    """A digit given as 3 or "3"."""
    if isinstance(value, bool) or str(value) not in set("0123456789"):
        raise DataError(f"{name}: expected a label of 0 to 9, got {value!r}")
    return int(value)


def _glyph(image: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    glyph = first_glyph(image)
    if glyph is None:
        raise DataError(f"{name}: expected a picture with ink, got one without")
    return glyph


def _digits(labelled: list[tuple[int, NDArray[np.uint8]]]) -> Digits:
    glyphs = np.array([glyph for _, glyph in labelled], np.uint8).reshape(-1, _SIDE, _SIDE)
    return Digits(glyphs, _integers([label for label, _ in labelled]))


def _integers(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, np.int64)
