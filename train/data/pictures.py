"""Labelled pictures in a zip, decoded one at a time. Its `labels.jsonl` has a line for each."""

import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.ink.files.picture_file import decode
from app.reading import UnreadableInput
from train.data.download import DataError

_LABELS: Final = "labels.jsonl"


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures of a zip with their labels. Both lists have the same length.

    files: their names in the zip. labels: such as "7" or "minus".
    """

    path: Path
    files: list[str]
    labels: list[str]

    def __len__(self) -> int:
        return len(self.files)

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """Every picture, uint8 grey (h, w) or RGB (h, w, 3), in order.

        Each pass reads the zip again and keeps no picture. Raises DataError, which names the file,
        for a file that is missing or not a picture.
        """
        with open_zip(self.path) as archive:
            for file in self.files:
                yield _decode(archive, file)

    def picture(self, index: int) -> NDArray[np.uint8]:
        """A single picture, see `__iter__`."""
        with open_zip(self.path) as archive:
            return _decode(archive, self.files[index])

    def chosen(self, wanted: Callable[[str, str], bool]) -> "Pictures":
        """The pictures for whose file and label `wanted` returns true."""
        pairs = [pair for pair in zip(self.files, self.labels, strict=True) if wanted(*pair)]
        return Pictures(self.path, [file for file, _ in pairs], [label for _, label in pairs])


def open_zip(path: Path) -> zipfile.ZipFile:
    """A data set's zip. Raises DataError if it is missing or not a zip."""
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: expected a zip, got {error}") from error


def read_entries(path: Path, fields: Mapping[str, type]) -> list[dict[str, Any]]:
    """The lines of a zip's labels.jsonl, each an object with all of these fields.

    Raises DataError, which names the line, for anything else.
    """
    with open_zip(path) as archive:
        try:
            lines = archive.read(_LABELS).decode("utf-8").splitlines()
        except (KeyError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error) as error:
            raise DataError(f"{path}: expected {_LABELS} in it, got {error}") from error
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or not all(
            isinstance(entry.get(field), kind) for field, kind in fields.items()
        ):
            expected = ", ".join(f"{field} ({kind.__name__})" for field, kind in fields.items())
            raise DataError(
                f"{path}, {_LABELS}, line {number}: expected an object with {expected},"
                f" got {line[:60]!r}"
            )
        entries.append(entry)
    return entries


read_labels = partial(read_entries, fields={"file": str, "label": str})


def decode_picture(content: bytes, name: str) -> NDArray[np.uint8]:
    """An encoded picture, as serving decodes it: grey, RGB or RGBA. Raises DataError."""
    try:
        return decode(content, name)
    except UnreadableInput as error:
        raise DataError(str(error)) from error


def _decode(archive: zipfile.ZipFile, file: str) -> NDArray[np.uint8]:
    name = f"{archive.filename}, {file}"
    try:
        content = archive.read(file)
    except (KeyError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{name}: expected a readable file, got {error}") from error
    return decode_picture(content, name)
