"""`python -m app read` on pictures, ink files and folders."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from app import __main__ as command
from app.__main__ import main
from app.ink.photographs.segmenter import Segmenter
from app.output_formats import Source, printer
from app.reading import Digit, Reading
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
        ("no handwriting found", "empty.jpg"),
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
    nothing = {"text": "", "confidence": 0.0, "numbers": [], "digits": [], "turned": 0}
    nothing["notes"] = ["No handwriting was found."]
    assert three["notes"] == []
    assert empty == {"path": str(folder / "empty.jpg"), "page": 1, "pages": 1, **nothing}


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
    assert printed.err.count(str(folder / name) + ": ") == 1  # named exactly once
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
    noise = np.random.default_rng(0).normal(140, 8, (150, 150))  # like a camera's
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
    monkeypatch.setattr(command, "BATCH_PAGES", 4)
    for number in range(11):
        strokes = [stroke.tolist() for stroke in placed(number % 10, 0, 0, 99)]
        content = "[]" if number == 5 else "{" if number == 6 else json.dumps(strokes)
        (tmp_path / f"{number:02}.json").write_text(content)
    assert main(["read", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    read = [line.split("\t")[0] for line in printed.out.splitlines()]
    assert read == ["0", "1", "2", "3", "4", "no handwriting found", "7", "8", "9", "0"]
    assert "06.json" in printed.err


def test_several_lines_are_one_line_of_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    strokes = [*placed(1, 0, 0, 99), *placed(2, 0, 200, 99)]
    (tmp_path / "two.json").write_text(json.dumps([stroke.tolist() for stroke in strokes]))
    assert main(["read", str(tmp_path / "two.json")]) == 0
    assert capsys.readouterr().out.split("\t")[0] == "1 / 2"


def test_what_is_skipped_in_a_folder_is_counted_and_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        (folder / "deeper" / f"{number:02}.docx").write_bytes(b"PK")
    assert main(["read", str(folder)]) == 0
    error = capsys.readouterr().err
    assert "read: skipped 13 files that are neither a picture nor ink by the suffix: " in error
    assert str(folder / "notes.txt") + ", " in error
    assert str(folder / "deeper" / "08.docx") + " and 3 more" in error
    assert "09.docx" not in error
    (folder / "deeper" / "seven.png").rename(folder / "deeper" / "seven.PNG")
    assert main(["read", str(folder / "three.json")]) == 0
    assert capsys.readouterr().err == ""


def test_hidden_files_and_folders_are_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".trash").mkdir()
    for name in ("._photo.jpg", ".trash/old.png"):  # of macOS, and of a program
        (tmp_path / name).write_bytes(b"no picture")
    strokes = [stroke.tolist() for stroke in placed(3, 0, 0, 99)]
    (tmp_path / "three.json").write_text(json.dumps(strokes))
    assert main(["read", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("3\t")
    assert printed.err == ""


def test_a_picture_of_a_format_that_is_not_read_is_not_skipped(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "photo.avif").write_bytes(b"\0\0\0\x20ftypavif\0\0\0\0avifmif1" + bytes(40))
    assert main(["read", str(folder)]) == 1
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 3
    assert (
        f"{folder / 'photo.avif'}: expected a picture that can be read here, got AVIF. Save it"
        in (printed.err)
    )
    assert "skipped 1 file" in printed.err  # the text


def test_folders_without_files_are_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["read", str(tmp_path)]) == 0
    assert capsys.readouterr().err == "read: expected pictures or ink, got folders without files\n"


def test_an_empty_file_is_named_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing.png").write_bytes(b"")
    assert main(["read", str(tmp_path)]) == 1
    assert "got an empty file" in capsys.readouterr().err


def test_writes_csv(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strokes = [*placed(1, 0, 0, 99), *placed(2, 0, 200, 99)]
    (folder / "a, b.json").write_text(json.dumps([stroke.tolist() for stroke in strokes]))
    names = ["three.json", "empty.jpg", "a, b.json"]
    assert main(["read", "--format", "csv", *(str(folder / name) for name in names)]) == 0
    three, empty, two_lines = csv.DictReader(io.StringIO(capsys.readouterr().out))
    origin = {"path": str(folder / "three.json"), "page": "1"}
    assert 0.5 < float(three.pop("confidence")) <= 1
    read = {"text": "3", "is_doubtful": "false", "check": "", "turned": "0", "notes": ""}
    assert three == {**origin, **read, "error": ""}
    assert (empty["text"], empty["confidence"], empty["is_doubtful"]) == ("", "", "")
    assert empty["notes"] == "No handwriting was found."
    assert two_lines["path"] == str(folder / "a, b.json")
    assert two_lines["text"] == "1\n2"


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_that_cannot_be_read_has_an_entry_too(
    form: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(folder / name) for name in ("absent.png", "three.json")]
    assert main(["read", "--format", form, *paths]) == 1
    printed = capsys.readouterr()
    lines = io.StringIO(printed.out)
    absent, three = csv.DictReader(lines) if form == "csv" else map(json.loads, lines)
    assert (absent["path"], absent.get("text", "")) == (paths[0], "")
    assert absent["error"].startswith("expected a readable file, got ")
    assert printed.err == f"read: {paths[0]}: {absent['error']}\n"
    assert (three["text"], three.get("error", "")) == ("3", "")


def test_each_drawing_of_json_lines_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawings = [
        {"drawing": [stroke.T.tolist() for stroke in placed(digit, 0, 0, 99)]} for digit in (3, 7)
    ]
    lines = [json.dumps(drawings[0]), '{"drawing": 3}', json.dumps(drawings[1])]
    (tmp_path / "two.ndjson").write_text("\n".join(lines) + "\n")
    assert main(["read", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    rows = [line.split("\t") for line in printed.out.splitlines()]
    path = tmp_path / "two.ndjson"
    assert [(row[0], row[2]) for row in rows] == [("3", f"{path}#page=1"), ("7", f"{path}#page=3")]
    message = "drawing 2: expected a list of strokes, got int"
    assert printed.err == f"read: {path}: {message}\n"  # it was not skipped
    assert main(["read", "--jsonl", str(path)]) == 1
    first, refused, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (refused["page"], refused["error"]) == (2, message)
    assert (first["page"], last["page"], last["pages"]) == (1, 3, 3)


def read_lines(capsys: pytest.CaptureFixture[str], *paths: Path) -> list[list[str]]:
    """The lines that the command prints for these files, divided at tabs."""
    assert main(["read", *map(str, paths)]) == 0
    return [line.split("\t") for line in capsys.readouterr().out.splitlines()]


def test_a_line_says_which_numbers_are_in_doubt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cross = [[[0, 0], [90, 90]], [[90, 0], [0, 90]], [[45, 0], [45, 90]], [[0, 45], [90, 45]]]
    refused, mixed, sure = (tmp_path / name for name in ("refused.json", "mixed.json", "sure.json"))
    refused.write_text(json.dumps(cross))
    three = [stroke.tolist() for stroke in placed(3, 0, 300, 99)]
    mixed.write_text(json.dumps([*cross, *three]))
    sure.write_text(json.dumps(three))
    of_refused, of_mixed, of_sure = read_lines(capsys, refused, mixed, sure)
    assert of_refused == ["?", "", str(refused), "check: ?"]
    assert of_mixed[0] == "? / 3"
    assert of_mixed[2:] == [str(mixed), "check: ?"]
    assert of_sure[0] == "3"
    assert of_sure[1] != "100.0%"
    assert of_sure[2:] == [str(sure)]


def mark(value: int | None, sign: str | None = None, is_doubtful: bool = False) -> Digit:
    """A mark of a number for itself."""
    nothing = np.zeros((28, 28), np.uint8)
    probabilities = np.full(10, 0.1, np.float32)
    return Digit(value, 0.9, probabilities, (0, 0, 9, 9), nothing, 0, 0, is_doubtful, sign, 0.8)


@pytest.mark.parametrize(
    "marks, confidence, is_doubtful",
    [
        ([mark(3), mark(None, "."), mark(1)], "0.8000", "false"),  # a sign is no doubt
        ([mark(3), mark(1, is_doubtful=True)], "0.8000", "true"),
        ([mark(3), mark(None)], "0.8000", "true"),
        ([mark(None), mark(None)], "", "true"),  # nothing was read that could be right
    ],
)
def test_a_row_says_whether_a_number_is_in_doubt(
    marks: list[Digit],
    confidence: str,
    is_doubtful: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    reading = Reading(tuple(marks))
    printer("csv")(Source(Path("a.png")), reading)
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["confidence"], row["is_doubtful"]) == (confidence, is_doubtful)
    assert row["check"] == (reading.text if is_doubtful == "true" else "")


def test_formats_are_alike(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(folder / "three.json")
    printed = []
    for arguments in (["--jsonl"], ["--format", "jsonl"]):
        assert main(["read", path, *arguments]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


def run_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs the command in its own process."""
    command = [sys.executable, "-m", "app", "read", *arguments]
    variables = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_unicode_is_written_to(folder: Path, encoding: str) -> None:
    three = folder / "drei 三.json"
    (folder / "three.json").rename(three)
    (folder / "日.txt").write_text("")
    for form in ("lines", "jsonl", "csv"):
        done = run_command("--format", form, str(folder), PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert done.returncode == 0, done.stderr
        assert b"drei \\u4e09.json" in done.stdout
        assert b"\\u65e5.txt" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs head")
def test_a_closed_pipe_ends_the_command_quietly(folder: Path) -> None:
    for number in range(200):  # more than one batch, and more than the pipe's reader takes
        (folder / f"{number:03}.json").write_text("[]")
    command = f"{sys.executable} -m app read {folder} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    first, status = done.stdout.splitlines()
    assert first.startswith("no handwriting found")
    assert status == "0"
    assert "Error" not in done.stderr
