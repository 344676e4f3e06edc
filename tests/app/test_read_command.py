"""`python -m app read` on pictures, ink files and folders."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from app import __main__ as command
from app.__main__ import main
from app.ink.segmenter import Segmenter
from tests.support.drawings import placed
from tests.support.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A 3 as ink, a 7 as a picture deeper down, an empty sheet and a text file."""
    (tmp_path / "three.json").write_text(json.dumps([s.tolist() for s in placed(3, 0, 0, 99)]))
    (tmp_path / "deeper").mkdir()
    seven = np.full((200, 200, 3), 255, np.uint8)
    points = [np.round(stroke).astype(np.int32) for stroke in placed(7, 20, 20, 150)]
    cv2.polylines(seven, points, False, (120, 20, 20), 9, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "deeper" / "seven.png"), seven)
    cv2.imwrite(str(tmp_path / "empty.jpg"), np.full((50, 60), 255, np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_reads_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(folder)]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(row[0], Path(row[2]).name) for row in rows] == [
        ("-", "empty.jpg"),
        ("3", "three.json"),
        ("7", "seven.png"),
    ]
    assert rows[1][1].endswith("%")


def test_writes_json_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--jsonl", str(folder / "three.json"), str(folder / "empty.jpg")]) == 0
    three, empty = map(json.loads, capsys.readouterr().out.splitlines())
    assert three["text"] == "3"
    assert three["digits"][0]["value"] == 3
    assert sum(three["digits"][0]["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert empty == {"path": str(folder / "empty.jpg"), "text": "", "numbers": [], "digits": []}


@pytest.mark.parametrize(
    "name, content",
    [
        ("absent.png", None),
        ("empty.png", b""),
        ("text.png", b"no picture at all"),
        ("cut.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 20),
        ("broken.json", b"{"),
    ],
)
def test_an_unreadable_file_is_reported_and_the_rest_is_read(
    name: str, content: bytes | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    assert main(["read", str(folder / name), str(folder / "three.json")]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("3\t")
    assert printed.err.count(str(folder / name) + ": ") == 1  # named, and once
    assert "expected" in printed.err


def test_the_rest_is_read_where_the_model_for_photographs_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "app.ink.image.shared_segmenter", lambda: Segmenter(tmp_path / "finder.onnx")
    )
    three = tmp_path / "three.json"
    three.write_text(json.dumps({"strokes": [s.tolist() for s in placed(3, 0, 0, 99)]}))
    photograph = tmp_path / "photograph.png"
    noise = np.random.default_rng(0).normal(140, 8, (150, 150))  # as of a camera
    cv2.imwrite(str(photograph), noise.clip(0, 255).astype(np.uint8))
    assert main(["read", str(photograph), str(three)]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("3\t")
    assert "finder.onnx: expected a model file" in printed.err


def test_a_missing_model_ends_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "--model", str(folder / "no.onnx"), str(folder)]) == 2
    assert "no.onnx: expected a model file" in capsys.readouterr().err


@pytest.mark.parametrize("sixteen_bit", [False, True])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_of_any_depth_are_read(
    channels: int, sixteen_bit: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = np.full((120, 120, channels), 255, np.uint8)
    points = [np.round(stroke).astype(np.int32) for stroke in placed(2, 10, 10, 100)]
    cv2.polylines(image, points, False, (0, 0, 0, 255), 6, cv2.LINE_AA)
    file = tmp_path / "two.png"
    cv2.imwrite(str(file), image.astype(np.uint16) * 257 if sixteen_bit else image)
    assert main(["read", str(file)]) == 0
    assert capsys.readouterr().out.startswith("2\t")


def test_batches_do_not_mix_files_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "BATCH_FILES", 4)
    for number in range(11):
        strokes = [stroke.tolist() for stroke in placed(number % 10, 0, 0, 99)]
        content = "[]" if number == 5 else "{" if number == 6 else json.dumps(strokes)
        (tmp_path / f"{number:02}.json").write_text(content)
    assert main(["read", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    read = [line.split("\t")[0] for line in printed.out.splitlines()]
    assert read == ["0", "1", "2", "3", "4", "-", "7", "8", "9", "0"]
    assert "06.json" in printed.err


def test_several_lines_are_one_line_of_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes = [*placed(1, 0, 0, 99), *placed(2, 0, 200, 99)]
    (tmp_path / "two.json").write_text(json.dumps([stroke.tolist() for stroke in strokes]))
    assert main(["read", str(tmp_path / "two.json")]) == 0
    assert capsys.readouterr().out.split("\t")[0] == "1 / 2"


# The command, and the most kilobytes that its process had in memory.
MEASURED = """
import sys
from app.__main__ import main

status = main(["read", *sys.argv[1:]])
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(peak, file=sys.stderr)
sys.exit(status)
"""
FEW, MANY = 80, 560  # files; a batch is 64
GROWTH = 6  # megabytes; the pictures of the rest would take 20, what is found on them 24


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory")
def test_many_files_take_the_memory_of_few(tmp_path: Path) -> None:
    pictures = []
    for digit in range(10):
        sheet = np.full((120, 120, 3), 255, np.uint8)
        points = [np.round(stroke).astype(np.int32) for stroke in placed(digit, 10, 10, 100)]
        cv2.polylines(sheet, points, False, (120, 20, 20), 6, cv2.LINE_AA)
        pictures.append(cv2.imencode(".png", sheet)[1].tobytes())
    peaks = {}
    for count in (FEW, MANY):
        folder = tmp_path / str(count)
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:03}.png").write_bytes(pictures[number % 10])
        command = [sys.executable, "-c", MEASURED, str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        read = [line.split("\t")[0] for line in done.stdout.splitlines()]
        assert read == [str(number % 10) for number in range(count)]
        peaks[count] = int(done.stderr.split()[-1]) / 1024
    assert peaks[MANY] < peaks[FEW] + GROWTH
