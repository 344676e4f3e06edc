"""The service reads strokes and pictures, sent in every way, with the same result as in Python."""

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests
from PIL import Image

from app.api import service
from app.ink.files import picture_file
from app.recognizer import Recognizer
from tests.support.drawings import placed
from tests.support.service import by_pillow, coded, drawn, png, read, refused, short, strokes


@pytest.mark.parametrize("digit", range(10))
def test_strokes_are_read_as_from_python(address: str, recognizer: Recognizer, digit: int) -> None:
    expected = recognizer.read_ink(strokes(digit))
    response = read(address, {"strokes": strokes(digit)}, "application/json; charset=utf-8")
    assert response.status_code == 200
    reading = response.json()
    assert reading["text"] == expected.text == str(digit)
    assert reading["numbers"] == [str(digit)]
    assert reading["model_run"] == recognizer.metadata["run"]
    (read_digit,) = reading["digits"]
    assert read_digit["value"] == digit
    assert read_digit["confidence"] == pytest.approx(expected.digits[0].confidence, abs=1e-6)
    assert read_digit["probabilities"] == pytest.approx(expected.digits[0].probabilities, abs=1e-6)
    assert read_digit["box"] == pytest.approx(expected.digits[0].box)
    assert (read_digit["number_index"], read_digit["line_index"]) == (0, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_strokes_are_read_in_every_encoding_of_json(address: str, encoding: str) -> None:
    body = json.dumps({"strokes": strokes(4)}).encode(encoding)
    assert read(address, body, "application/json").json()["text"] == "4"


SHAPES: dict[str, Any] = {
    "strokes alone": strokes(4),
    "objects alone": [[{"x": x, "y": y} for x, y in stroke] for stroke in strokes(4)],
    "columns": {"strokes": [[[x, y, 1.7e12, 0.5] for x, y in stroke] for stroke in strokes(4)]},
    "a signature pad": [
        {"points": [{"x": x, "y": y, "time": 1, "pressure": 0.5} for x, y in stroke]}
        for stroke in strokes(4)
    ],
    "a signature pad in a body": {
        "strokes": [{"points": [{"x": x, "y": y} for x, y in stroke]} for stroke in strokes(4)]
    },
    "columns of x, y and t": [
        {"x": [x for x, _ in stroke], "y": [y for _, y in stroke], "t": [0] * len(stroke)}
        for stroke in strokes(4)
    ],
    "columns in a body": {
        "strokes": [
            {"x": [x for x, _ in stroke], "y": [y for _, y in stroke]} for stroke in strokes(4)
        ]
    },
    "Quick, Draw!": {
        "key_id": "5",
        "drawing": [
            [[x for x, _ in stroke], [y for _, y in stroke], [0] * len(stroke)]
            for stroke in strokes(4)
        ],
    },
}


@pytest.mark.parametrize(
    "kind", ["application/json", "application/x-ndjson", "application/jsonl", "text/plain", ""]
)
@pytest.mark.parametrize("name", SHAPES)
def test_strokes_of_other_programs_are_read(address: str, name: str, kind: str) -> None:
    body = json.dumps(SHAPES[name]).encode()
    assert read(address, body, kind).json()["text"] == "4"


def test_the_columns_of_one_stroke_are_read(address: str) -> None:
    body = {"t": [0, 9, 20], "x": [10, 60, 30], "y": [10, 12, 90]}
    assert read(address, body, "application/json").json()["text"] == "7"


@pytest.mark.parametrize("kind", ["application/inkml+xml", "text/xml", "text/plain", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_inkml_is_read(address: str, kind: str, encoding: str) -> None:
    traces = [", ".join(f"{x} {y}" for x, y in stroke) for stroke in strokes(4)]
    text = "".join(f"<trace>{trace}</trace>" for trace in traces)
    body = f'<?xml version="1.0"?><ink>{text}</ink>'.encode(encoding)
    assert read(address, body, kind).json()["text"] == "4"


def test_a_long_drawing_is_read_as_a_short_one(address: str) -> None:
    dense = [np.repeat(stroke, 300, axis=0).tolist() for stroke in strokes(7)]
    assert len(json.dumps(dense)) > service.MAX_BATCHED_BYTES  # so it is read like a picture
    assert read(address, {"strokes": dense}, "application/json").json()["text"] == "7"


@pytest.mark.parametrize(
    "body, kind",
    [
        (coded(".png"), "image/png"),
        (coded(".jpg"), "image/jpeg"),
        (coded(".webp"), "image/webp"),
        (coded(".bmp"), "image/bmp"),
        (coded(".tiff"), "image/tiff"),
        (coded(".gif", np.dstack([drawn()] * 3)), "image/gif"),
        (coded(".png"), "application/octet-stream"),
        (coded(".png"), "IMAGE/X-ANYTHING; q=1"),  # the bytes decide, not the type
        (coded(".png", drawn().astype(np.uint16) * 257), "image/png"),  # 16 bits a channel
        (by_pillow("PNG", "P"), "image/png"),  # a palette
        (by_pillow("PNG", "1"), "image/png"),  # a bit a pixel
        (by_pillow("JPEG", "CMYK"), "image/jpeg"),
    ],
    ids=short,
)
def test_pictures_are_read_as_from_python(
    address: str, recognizer: Recognizer, body: bytes, kind: str
) -> None:
    expected = recognizer.read_image(picture_file.decode(body))
    reading = read(address, body, kind).json()
    assert reading["text"] == expected.text == "3"
    assert reading["digits"][0]["box"] == pytest.approx(expected.digits[0].box)
    assert reading["digits"][0]["confidence"] == pytest.approx(
        expected.digits[0].confidence, abs=1e-6
    )


@pytest.mark.parametrize(
    "kind, note",
    [
        ("TIFF", "This file has 3 pages; page 1 was read."),
        ("GIF", "This is an animation of 3 frames; the first one was read."),
    ],
)
def test_which_picture_of_a_file_was_read_is_said(address: str, kind: str, note: str) -> None:
    content, first = io.BytesIO(), Image.fromarray(drawn())
    others = [Image.new("L", first.size, shade) for shade in (255, 128)]
    first.save(content, kind, save_all=True, append_images=others)
    reading = read(address, content.getvalue(), "image/x").json()
    assert (reading["text"], reading["notes"], reading["turned"]) == ("3", [note], 0)
    assert read(address, coded(".png"), "image/png").json()["notes"] == []


def test_a_picture_without_writing_is_said_to_have_none(address: str) -> None:
    blank = coded(".png", np.full((90, 120), 255, np.uint8))
    reading = read(address, blank, "image/png").json()
    assert (reading["text"], reading["notes"]) == ("", ["No handwriting was found."])


def test_a_form_with_a_file_is_read(address: str) -> None:
    form = {"file": ("three.png", coded(".png"), "image/png")}
    response = requests.post(f"{address}/api/read", files=form, timeout=60)
    assert response.json()["text"] == "3"


NAME = "chosen-by-a-visitor.png"


@pytest.mark.parametrize(
    "chosen",
    [
        NAME,
        f"../{NAME}",
        f"../../{NAME}",
        f"..\\..\\{NAME}",  # as Windows writes it
        f"folder/{NAME}",  # a folder that exists
        "{absolute}",
        f"../../{NAME}\0.txt",  # with the byte that ends a string in C
        f"%2e%2e%2f{NAME}",  # escaped as in a URL
    ],
)
def test_a_file_is_never_put_where_its_name_says(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    inner = tmp_path / "one" / "two"
    (inner / "folder").mkdir(parents=True)
    monkeypatch.chdir(inner)  # the server's folder too, as it runs in this process
    monkeypatch.setattr(tempfile, "tempdir", str(inner / "folder"))
    before = sorted(tmp_path.rglob("*"))
    chosen = chosen.format(absolute=tmp_path / NAME)
    head = f'Content-Disposition: form-data; name="{chosen}"; filename="{chosen}"\r\n\r\n'
    form = b"--x\r\n" + head.encode() + coded(".png") + b"\r\n--x--\r\n"
    response = read(address, form, "multipart/form-data; boundary=x")
    assert (response.status_code, response.json()["text"]) == (200, "3")
    assert NAME not in response.text
    assert sorted(tmp_path.rglob("*")) == before
    app = Path(service.__file__).parents[1]
    for folder in (*tmp_path.parents, app, app.parent, app.parent / "models"):
        assert not list(folder.glob(f"*{NAME}*"))


def test_a_forms_file_stays_in_memory(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", None)  # calling it would fail
    large = coded(".bmp", cv2.resize(drawn(), (1500, 1500)))
    assert len(large) > 2_000_000  # by default the parser uses the disk above 1 MiB
    form = {"file": ("three.bmp", large, "image/bmp")}
    assert requests.post(f"{address}/api/read", files=form, timeout=60).json()["text"] == "3"


def test_single_takes_all_ink_for_one_character(address: str) -> None:
    two = [*strokes(1), *[stroke.tolist() for stroke in placed(1, 220, 20, 160)]]
    assert (
        read(address, {"strokes": two}, "application/json").json()["text"].replace(" ", "") == "11"
    )
    single = read(address, {"strokes": two}, "application/json", "?single=true").json()
    assert len(single["digits"]) == 1
    refused(read(address, coded(".png"), query="?single=yes"), 422, "unprocessable", "'yes'")


@pytest.mark.parametrize(
    "body, kind",
    [
        ({"strokes": []}, "application/json"),
        ({"strokes": [[]]}, "application/json"),
        (png(1, 1, b"\x00\xff"), "image/png"),
        (png(30_000, 1, b"\x00" + b"\xff" * 30_000), "image/png"),
    ],
    ids=short,
)
def test_nothing_drawn_is_a_reading_without_digits(address: str, body: Any, kind: str) -> None:
    reading = read(address, body, kind).json()
    assert (reading["text"], reading["numbers"], reading["digits"]) == ("", [], [])
