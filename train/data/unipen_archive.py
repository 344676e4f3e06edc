"""Reads the public UNIPEN archive train_r01_v07 from its zip, in its native layout.

The files in `data/CATEGORY/CONTRIBUTOR/...` hold labels, and include files of ink from `include/`.
The zip has one folder around both.

Only the contributors below are read, whatever else is in the archive. The others are left for
measurements by third parties: nothing here is trained, tuned or tested on them.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from train.data import unipen
from train.data.download import DataError
from train.data.pendigits import Strokes

_CHARACTERS: Final = ("aga", "apa", "app", "art", "ced", "gmd", "ibm", "syn")
CONTRIBUTORS: Final[dict[str, tuple[str, ...]]] = {
    "1a": _CHARACTERS,  # isolated digits
    "1b": _CHARACTERS,  # isolated capitals
    "1c": _CHARACTERS,  # isolated small letters
    "1d": _CHARACTERS,  # isolated signs
    "7": ("art", "cec", "hpp", "sta"),  # words and numbers, in any style
}
_INCLUDE: Final = re.compile(rb"^\.INCLUDE\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True, eq=False)
class Sample:
    """A labelled piece of ink.

    label: as in the file, such as "7" or "12/05". writer: an id that is unique for the contributor.
    strokes: of each pen-down, (n, 2), x right and y down, in units of the tablet's x axis.
    component: the number of its first component, by which the samples of a file are ordered.
    """

    label: str
    contributor: str
    writer: str
    file: str
    component: int
    strokes: Strokes


class Archive:
    """The archive's zip, or a part of it; a context manager. Raises DataError for another file."""

    def __init__(self, source: Path | BytesIO) -> None:
        self._path = source if isinstance(source, Path) else Path("download")
        try:
            self._zip = zipfile.ZipFile(source)
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(f"{self._path}: expected UNIPEN's zip, got {error}") from error
        # Names without the outer folder, which is named after the commit.
        self._names = {
            name.partition("/")[2]: name for name in self._zip.namelist() if not name.endswith("/")
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def samples(self, category: str, wanted: Callable[[str], bool]) -> Iterator[Sample]:
        """The samples of a category with a label that is `wanted`, by contributor and file."""
        for contributor in CONTRIBUTORS[category]:
            for file in self._files(category, contributor):
                document = unipen.parse(*self._read(file), include=self._include)
                for segment in document.segments:
                    if wanted(segment.label):
                        yield Sample(
                            segment.label,
                            contributor,
                            document.writer(segment),
                            file,
                            segment.ranges[0].first,
                            document.strokes(segment),
                        )

    def repack(self) -> bytes:
        """A zip of the files that `samples` may read, the same bytes for the same contents.

        Nothing is compressed, and all files have the same date, because neither the bytes of
        GitHub's zips nor those of zlib's output are guaranteed to stay the same.
        """
        content = BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as target:
            for name in self.used():
                entry = zipfile.ZipInfo(f"train_r01_v07/{name}")
                entry.create_system = 3  # Unix, even where this runs on Windows
                target.writestr(entry, self._bytes(name))
        return content.getvalue()

    def used(self) -> list[str]:
        """The names of the files that `samples` may read, with those they include, sorted."""
        names = {
            file
            for category, contributors in CONTRIBUTORS.items()
            for contributor in contributors
            for file in self._files(category, contributor)
        }
        waiting = list(names)
        while waiting:
            for argument in _INCLUDE.findall(self._bytes(waiting.pop())):
                included = f"include/{argument.decode('latin-1')}"
                if included not in names:
                    names.add(included)
                    waiting.append(included)
        return sorted(names)

    def _files(self, category: str, contributor: str) -> list[str]:
        prefix = f"data/{category}/{contributor}/"
        return sorted(name for name in self._names if name.startswith(prefix))

    def _include(self, name: str) -> tuple[str, str]:
        return self._read(f"include/{name}")

    def _read(self, name: str) -> tuple[str, str]:
        """A file's text, and its name in errors. Raises KeyError if it is missing."""
        return self._bytes(name).decode("latin-1"), f"{self._path}, {name}"

    def _bytes(self, name: str) -> bytes:
        try:
            return self._zip.read(self._names[name])
        except (OSError, zipfile.BadZipFile, zlib.error) as error:
            raise DataError(
                f"{self._path}, {name}: expected a readable file, got {error}"
            ) from error
