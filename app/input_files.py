"""Finds the files that the command reads: given files, and readable ones in given folders."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.ink.files.ink_file import INK_SUFFIXES
from app.ink.files.picture_file import PICTURE_SUFFIXES

# Pictures that are not skipped, so that they are refused with advice.
REFUSED_SUFFIXES: Final = (".avif", ".jxl", ".jp2", ".svg")
MAX_NAMES: Final = 10  # of skipped files that are named; others are only counted


@dataclass
class Skipped:
    """The files in folders that were skipped because their suffix is not that of a readable format.

    paths: the first MAX_NAMES. count: of all.
    """

    paths: list[Path] = field(default_factory=list)
    count: int = 0

    def add(self, path: Path) -> None:
        """Counts a file."""
        self.count += 1
        if len(self.paths) < MAX_NAMES:
            self.paths.append(path)

    def __str__(self) -> str:
        """The count and the names in one line."""
        names = ", ".join(map(str, self.paths))
        others = self.count - len(self.paths)
        files = "1 file that is" if self.count == 1 else f"{self.count:,} files that are"
        more = f" and {others:,} more" if others else ""
        return f"skipped {files} neither a picture nor ink by the suffix: {names}{more}"


def find_files(paths: Iterable[Path], skipped: Skipped) -> Iterator[Path]:
    """The given files, and pictures and ink by the suffix in the given folders, at any depth.

    skipped: gets the others in these folders. Hidden ones, such as macOS's ._photo.jpg, which holds
    no picture, are passed over.
    """
    known = (*PICTURE_SUFFIXES, *REFUSED_SUFFIXES, *INK_SUFFIXES)
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, inner, names in os.walk(path):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            for name in sorted(name for name in names if not name.startswith(".")):
                file = Path(folder, name)
                if file.suffix.lower() in known:
                    yield file
                else:
                    skipped.add(file)
