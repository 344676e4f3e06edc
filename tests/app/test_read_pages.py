"""`python -m app read` on files of several pages or frames, and on turned pictures."""

import csv
import io
import json
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from app.__main__ import main
from tests.support.drawings import placed
from tests.support.pictures import sheet_png


def sheets(*digits: int) -> list[Image.Image]:
    """A sheet for each digit."""
    pages = []
    for digit in digits:
        sheet = np.full((200, 160), 255, np.uint8)
        points = [np.round(stroke).astype(np.int32) for stroke in placed(digit, 30, 30, 120)]
        cv2.polylines(sheet, points, False, 20, 9, cv2.LINE_AA)
        pages.append(Image.fromarray(sheet))
    return pages


@pytest.mark.parametrize("suffix", ["tif", "pdf"])
def test_pages_are_read_one_by_one(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if suffix == "pdf":
        pytest.importorskip("pypdfium2", reason="needs pypdfium2")
    file = tmp_path / f"scan.{suffix}"
    first, *others = sheets(2, 7, 4)
    first.save(file, save_all=True, append_images=others)
    assert main(["read", str(file)]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    expected = [("2", f"{file}#page=1"), ("7", f"{file}#page=2"), ("4", f"{file}#page=3")]
    assert [(row[0], row[2]) for row in rows] == expected
    assert main(["read", "--jsonl", str(file)]) == 0
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["page"], each["pages"], each["text"]) for each in objects] == [
        (1, 3, "2"),
        (2, 3, "7"),
        (3, 3, "4"),
    ]


def test_the_pages_before_a_broken_one_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scan.tif"
    first, *others = sheets(2, 7)
    first.save(file, save_all=True, append_images=others)
    content = bytearray(file.read_bytes())
    (directory,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, directory)
    (second,) = struct.unpack_from("<I", content, directory + 2 + 12 * count)
    struct.pack_into("<I", content, second + 2 + 8, 2**31)  # its first tag, the width
    file.write_bytes(content)
    assert main(["read", str(file)]) == 1
    printed = capsys.readouterr()
    assert [line.split("\t")[0] for line in printed.out.splitlines()] == ["2"]
    assert f"read: {file}: page 2: expected at most 50,000,000 pixels" in printed.err


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_of_an_animation_the_first_frame_is_read_and_it_is_said(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"film.{suffix}"
    first, *others = sheets(2, 7, 4)
    first.save(file, save_all=True, append_images=others)
    assert main(["read", str(file)]) == 0
    printed = capsys.readouterr()
    assert printed.out.split("\t")[0] == "2"
    assert printed.out.endswith(f"\t{file}\n")
    note = "This is an animation of 3 frames; the first one was read."
    assert printed.err == f"read: {file}: {note}\n"


def test_a_turned_picture_is_read_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lying.png"
    Image.open(io.BytesIO(sheet_png(["2437"]))).rotate(90, expand=True).save(file)
    assert main(["read", str(file), "--format", "csv"]) == 0
    printed = capsys.readouterr()
    (row,) = csv.DictReader(io.StringIO(printed.out))
    note = "The picture was turned by 90 degrees clockwise to be read."
    assert (row["text"], row["turned"], row["notes"]) == ("2437", "90", note)
    assert printed.err == f"read: {file}: {note}\n"
    assert main(["read", str(file), "--turn", "0"]) == 0
    assert not capsys.readouterr().out.startswith("2437")
    assert main(["read", str(file), "--turn", "90", "--single"]) == 0
    assert "90 degrees" in capsys.readouterr().err
