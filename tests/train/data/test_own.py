"""A person's own digits in their three formats, and the messages for files that are not valid."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from train.data.download import DataError
from train.data.own import load_own

HEADER = ",".join(["label", *(f"pixel{number}" for number in range(784))])
BLANK = ",".join(["0"] * 784)


def bar(side: int = 28) -> NDArray[np.uint8]:
    """A bright bar on black."""
    image = np.zeros((side, side), np.uint8)
    image[side // 4 : -side // 4, side // 2 - 1 : side // 2 + 1] = 255
    return image


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    for file, image in {"1/b.png": bar(), "1/a.PNG": 255 - bar(64), "7/x.jpg": bar(100)}.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        assert cv2.imwrite(str(tmp_path / file), image)
    (tmp_path / "1" / "notes.txt").write_text("no picture")
    (tmp_path / "letters").mkdir()
    loaded = load_own(tmp_path)
    assert loaded.digits.labels.tolist() == [1, 1, 7]
    assert loaded.digits.glyphs.shape == (3, 28, 28)
    assert loaded.digits.glyphs.dtype == np.uint8
    # In normal form: a bar 20 high in the middle, bright, whichever polarity it came in.
    for glyph in loaded.digits.glyphs:
        rows, columns = np.nonzero(glyph > 127)
        assert np.ptp(rows) + 1 == pytest.approx(20, abs=1)
        assert columns.mean() == pytest.approx(13.5, abs=1)
    assert loaded.ink.strokes == []


def test_a_csv_of_pixels(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    pixels = ",".join(map(str, bar().reshape(-1)))
    path.write_text(f"{HEADER}\n1,{pixels}\n\n4,{pixels}\n")
    loaded = load_own(path)
    assert loaded.digits.labels.tolist() == [1, 4]
    assert (loaded.digits.glyphs[0] == loaded.digits.glyphs[1]).all()
    assert loaded.digits.glyphs[0].max() == 255


def test_json_lines_of_strokes(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    lines = [
        {"label": 3, "strokes": [[[1, 2], [3, 4]], []]},
        {"label": "0", "strokes": [[[5, 6.5]]], "more": 1},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    loaded = load_own(path)
    assert loaded.ink.labels.tolist() == [3, 0]
    assert [[stroke.tolist() for stroke in each] for each in loaded.ink.strokes] == [
        [[[1, 2], [3, 4]]],
        [[[5, 6.5]]],
    ]
    assert loaded.ink.writers.tolist() == [0, 0]
    assert loaded.digits.glyphs.shape == (0, 28, 28)


@pytest.mark.parametrize(
    "file, text, error",
    [
        (
            "a.csv",
            "label,pixel0\n",
            "a.csv, line 1: expected label,pixel0,...,pixel783, got 'label",
        ),
        ("a.csv", f"{HEADER}\n1,2\n", "a.csv, line 2: expected 785 fields, got 2"),
        ("a.csv", f"{HEADER}\n1,{BLANK[:-1]}x\n", "line 2: expected whole numbers, got invalid"),
        (
            "a.csv",
            f"{HEADER}\n1,{BLANK[:-1]}256\n",
            "line 2: expected pixels of 0 to 255, got 0..256",
        ),
        ("a.csv", f"{HEADER}\n10,{BLANK[:-1]}9\n", "line 2: expected a label of 0 to 9, got 10"),
        ("a.csv", f"{HEADER}\n1,{BLANK}\n", "line 2: expected a picture with ink, got one without"),
        ("a.csv", f"{HEADER}\n", "a.csv: expected labelled digits, got none"),
        ("a.jsonl", "{}\n{", 'a.jsonl, line 1: expected {"label", "strokes"}, got \'{}\''),
        ("a.jsonl", "[", "a.jsonl, line 1: expected JSON, got"),
        (
            "a.jsonl",
            '\n{"label": 3, "strokes": [[[1, "x"]]]}',
            "a.jsonl, line 2: stroke 0: expected",
        ),
        (
            "a.jsonl",
            '{"label": 3, "strokes": [[]]}',
            "line 1: expected strokes with points, got none",
        ),
        (
            "a.jsonl",
            '{"label": true, "strokes": [[[1, 2]]]}',
            "expected a label of 0 to 9, got True",
        ),
        ("a.jsonl", '{"label": "x", "strokes": [[[1, 2]]]}', "expected a label of 0 to 9, got 'x'"),
        ("a.txt", "", "a.txt: expected a folder, a .csv or a .jsonl file, got none of them"),
        ("3/a.png", "no picture", "3/a.png: expected a picture"),
    ],
)
def test_an_error_names_file_and_line(tmp_path: Path, file: str, text: str, error: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    with pytest.raises(DataError) as raised:
        load_own(tmp_path if "/" in file else path)
    assert error in str(raised.value)


def test_an_empty_folder_and_a_missing_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected labelled digits, got none"):
        load_own(tmp_path)
    with pytest.raises(DataError, match="none.csv: expected a readable text file, got"):
        load_own(tmp_path / "none.csv")
