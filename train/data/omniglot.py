"""Omniglot's online strokes: characters that are not digits, as they were drawn.

Each drawing is a text file such as `alphabet/character01/0108_01.txt`, named by the numbers of the
character and of the drawer. It holds the line START, and then lines `x,y,milliseconds` with y
negative downwards. BREAK ends each stroke.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from train.data.download import DataError
from train.data.pendigits import Strokes

_NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
_POINT = re.compile(rf"({_NUMBER}),({_NUMBER}),{_NUMBER}")


@dataclass(frozen=True, eq=False)
class Drawing:
    """One character ("01", "02", ...) drawn by one person ("01" to "20"); y down, 105 wide."""

    alphabet: str
    character: str
    drawer: str
    strokes: Strokes


def read(path: Path) -> list[Drawing]:
    """The drawings in a strokes zip, in the order of their names.

    Raises DataError, which names the drawing, for one that is not as described above.
    """
    with zipfile.ZipFile(path) as archive:
        # The published zips carry macOS folders and .DS_Store files beside the drawings.
        names = sorted(
            name
            for name in archive.namelist()
            if name.endswith(".txt") and not name.startswith("__MACOSX/")
        )
        return [_drawing(archive.read(name), name, f"{path}, {name}") for name in names]


def _drawing(content: bytes, name: str, origin: str) -> Drawing:
    try:
        _, alphabet, character, file = PurePosixPath(name).parts
        drawer = PurePosixPath(file).stem.split("_")[1]
    except (ValueError, IndexError) as error:
        expected = "expected a name folder/alphabet/character/number_drawer.txt"
        raise DataError(f"{origin}: {expected}, got another name") from error
    strokes = parse(content.decode("ascii", "replace"), origin)
    return Drawing(alphabet, character.removeprefix("character"), drawer, strokes)


def parse(text: str, name: str) -> Strokes:
    """The strokes (n, 2) of a drawing, y down, without empty ones.

    Raises DataError, with `name` and the line's number, for text in another format.
    """
    lines = text.split()
    if not lines or (lines[0], lines[-1]) != ("START", "BREAK"):
        raise DataError(f"{name}: expected START ... BREAK, got {lines[:1]} ... {lines[-1:]}")
    strokes: Strokes = []
    points: list[tuple[float, float]] = []
    for number, line in enumerate(lines[1:], 2):
        if line == "BREAK":
            if points:
                strokes.append(np.array(points, np.float32))
            points = []
            continue
        point = _POINT.fullmatch(line)
        if point is None:
            raise DataError(f"{name}, line {number}: expected x,y,ms, got {line!r}")
        points.append((float(point[1]), -float(point[2])))
    if not strokes:
        raise DataError(f"{name}: expected a drawing with ink, got none")
    return strokes
