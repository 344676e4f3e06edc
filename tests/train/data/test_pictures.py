"""Labelled pictures in zips: the loader on zips made here, the two sets on the real files."""

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from train.data import bhmsds, sudoku
from train.data.download import DataError
from train.data.pictures import Pictures

BHMSDS, SUDOKU = "bhmsds/bhmsds-part.zip", "sudoku/sudoku-scanner-part.zip"
GRID = [[str((row * 3 + row // 3 + column) % 9 + 1) for column in range(9)] for row in range(9)]


def zipped(path: Path, entries: list[Any], pictures: dict[str, tuple[int, ...]]) -> Path:
    """A zip of labels.jsonl and of pictures, each filled with 7, by their shapes."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("labels.jsonl", "\n".join(map(json.dumps, entries)))
        for name, shape in pictures.items():
            archive.writestr(name, cv2.imencode(".png", np.full(shape, 7, np.uint8))[1].tobytes())
    return path


def needed(data: Path, name: str) -> Path:
    if not (data / name).is_file():
        pytest.skip(f"{name} is not in the data folder, and cannot be downloaded")
    return data / name


def test_bhmsds_is_split_by_number_and_kind(tmp_path: Path) -> None:
    names = ["3-0000.png", "4-1200.png", "slash-1199.png", "z-1300.png", "plus-1499.png"]
    entries = [{"file": name, "label": name.split("-")[0]} for name in names]
    path = zipped(tmp_path / "a.zip", entries, dict.fromkeys(names, (28, 28)))
    train, validation = bhmsds.load(path, "train"), bhmsds.load(path, "validation")
    assert (train.digits.labels, validation.digits.labels) == (["3"], ["4"])
    assert (train.negatives.labels, validation.negatives.labels) == ([], ["plus"])
    assert (train.lookalikes.labels, validation.lookalikes.labels) == (["slash"], ["z"])
    (image,) = train.digits
    assert (image.shape, image[0, 0]) == ((28, 28), 7)
    assert image.dtype == np.uint8


def test_sudoku_has_cells_and_photographs(tmp_path: Path) -> None:
    grid = [["0", "10", *GRID[0][2:]], *GRID[1:]]
    entries = [
        {"file": "cells/1.png", "label": "1", "kind": "cell"},
        {"file": "photos/a.png", "grid": grid, "kind": "photo"},
    ]
    path = zipped(
        tmp_path / "a.zip", entries, {"cells/1.png": (9, 8, 3), "photos/a.png": (5, 6, 3)}
    )
    loaded = sudoku.load(path)
    assert loaded.cells.labels == ["1"]
    assert loaded.cells.picture(0).shape == (9, 8, 3)
    ((photograph, cells),) = loaded
    assert photograph.shape == (5, 6, 3)
    assert cells == [["", sudoku.NOTES, *GRID[0][2:]], *GRID[1:]]


@pytest.mark.parametrize(
    "entry, error",
    [
        (
            {"file": "a"},
            "labels.jsonl, line 1: expected an object with file (str), kind (str), got",
        ),
        ([], "labels.jsonl, line 1: expected an object"),
        ({"file": "a", "kind": "cell", "label": "0"}, "a.zip, a: expected a cell with a digit or"),
        ({"file": "a", "kind": "other"}, "a.zip, a: expected a cell with a digit or a photo, got"),
        ({"file": "a", "kind": "photo"}, "a.zip, a: expected cells of 0 to 10, got"),
        ({"file": "a", "kind": "photo", "grid": GRID[1:]}, "a: expected 9 x 9 cells, got rows of"),
        (
            {"file": "a", "kind": "photo", "grid": [["11"]]},
            "a: expected cells of 0 to 10, got '11'",
        ),
    ],
)
def test_labels_that_are_wrong_are_errors(tmp_path: Path, entry: Any, error: str) -> None:
    with pytest.raises(DataError) as raised:
        sudoku.load(zipped(tmp_path / "a.zip", [entry], {}))
    assert error in str(raised.value)


def test_a_picture_that_is_missing_or_none_is_an_error(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", [], {})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("b.png", "text")
    with pytest.raises(DataError, match="a.zip, c.png: expected a readable file"):
        list(Pictures(path, ["c.png"], ["1"]))
    with pytest.raises(DataError, match="a.zip, b.png: expected a picture"):
        Pictures(path, ["b.png"], ["1"]).picture(0)
    with pytest.raises(DataError, match="bhmsds.zip: expected a zip, got"):
        bhmsds.load(tmp_path / "bhmsds.zip", "train")


def test_real_bhmsds_is_as_described(data: Path) -> None:
    path = needed(data, BHMSDS)
    sizes = {
        part: [len(kind) for kind in vars(bhmsds.load(path, part)).values()]
        for part in ("train", "validation")
    }
    assert sizes == {"train": [7145, 1440, 480], "validation": [1855, 360, 120]}
    image = bhmsds.load(path, "train").digits.picture(0)
    assert image.shape == (28, 28)
    assert np.median(image) > 200  # black on white


def test_real_sudokus_are_as_described(data: Path) -> None:
    loaded = sudoku.load(needed(data, SUDOKU))
    assert len(loaded.cells) == 768
    assert Counter(loaded.cells.labels)["8"] == 112
    assert len(loaded.grids) == 4
    assert loaded.cells.picture(0).shape[2] == 3
