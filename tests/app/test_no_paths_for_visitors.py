"""No message to visitors or programs contains a path of the server, whatever goes wrong there.

The log has the paths, and the command prints them, because they are its user's own.
"""

import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from streamlit.testing.v1 import AppTest

from app import corrections, recognizer
from app.api.reader import Reader
from app.inference.session import WrongModel
from app.ink.files.decoder_pool import DecoderBusy, DecoderPool
from app.ink.files.decoding import DecodingCancelled
from app.ink.files.formats import NotAPicture, PictureTooLarge
from app.page import annotated_picture, html_panel, shared_recognizer
from app.page.visit import UNSTORED, Visit
from app.reading import UnreadableInput
from app.recognizer import Recognizer
from tests.support.drawings import placed
from tests.support.hostile_pictures import encoded
from tests.support.paths import ROOT
from tests.support.service import FREE, INK, coded, read, serving, strokes

SECRET = "/srv/digits/kept/model.onnx"
# A folder and a file or folder in it. "/api/read" and "image/png" are no secrets.
PATH = re.compile(r"(?<![\w./#])/(?!api/|digits/)[\w.-]+/[\w.-]+|[A-Z]:\\|site-packages|\.py\b")
BROKEN_DECODER = f"""
import cv2

def imdecode(*_):
    error = cv2.error("OpenCV {SECRET}:77: error")
    error.err = error.file = "{SECRET}"
    raise error

cv2.imdecode = imdecode
"""


def assert_pathless(text: str) -> None:
    assert not PATH.search(text), text
    assert str(ROOT) not in text


@pytest.mark.parametrize(
    "text", [SECRET, f"got {SECRET!r}", r"C:\digits\x", "File decode.py, line 3", f"at {ROOT}"]
)
def test_paths_are_recognised(text: str) -> None:
    with pytest.raises(AssertionError):
        assert_pathless(text)


@pytest.fixture
def broken_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DecoderPool]:
    """Decoders whose library fails with its own message."""
    (tmp_path / "sitecustomize.py").write_text(BROKEN_DECODER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pool = DecoderPool(1)
    yield pool
    pool.close()


def test_the_words_of_a_decoders_library_stay_there(
    broken_decoder: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.reader.shared_pool", lambda: broken_decoder)
    with serving(FREE) as address:
        answer = read(address, coded(".png"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unprocessable")
    assert_pathless(answer.text)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_damaged_pictures_are_refused_without_paths(kind: str) -> None:
    reader, chance, content = Reader(FREE), np.random.default_rng(1), encoded(kind)
    for _ in range(12):
        damaged = bytearray(content)
        for index in chance.integers(0, min(len(damaged), 300), 4):
            damaged[index] = chance.integers(256)
        try:
            reader.read_image(bytes(damaged), False)
        except Exception as error:
            assert_pathless(str(error))


@pytest.mark.parametrize(
    "error", [WrongModel(SECRET), OSError(28, "No space left on device", SECRET), KeyError(SECRET)]
)
@pytest.mark.parametrize(
    "failing, body, kind",
    [
        ("read_prepared", {"strokes": strokes(3)}, INK["Content-Type"]),
        ("read_image", coded(".png"), "image/png"),
    ],
)
def test_failures_of_the_service_are_reported_without_paths(
    failing: str, body: Any, kind: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Recognizer, failing, fail)
    with serving(FREE) as address:
        answer = read(address, body, kind)
    assert answer.status_code in (500, 503)
    assert "log says why" in answer.json()["error"]["message"]
    assert_pathless(answer.text)


@pytest.mark.parametrize("path", ["/api", "/api/model", "/api/openapi.json", "/api/x", "/readyz"])
def test_the_services_pages_contain_no_paths(path: str) -> None:
    with serving(FREE, Reader(FREE, Path(SECRET))) as address:
        text = requests.get(address + path, timeout=30).text
    assert_pathless(re.sub(r"https?://\S+|<[^>]+>", "", text))


Page = Callable[[], AppTest]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page's Picture view after a picture was chosen."""
    monkeypatch.setattr(annotated_picture, "show", lambda *_: None)  # AppTest knows no components
    monkeypatch.setattr(html_panel, "show", lambda *_: None)

    def opened() -> AppTest:
        page = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30)
        page.session_state["way"] = "Picture"
        return page.run().file_uploader[0].upload("a.png", encoded("PNG"), "").run()

    return opened


@pytest.mark.parametrize(
    "kind",
    [UnreadableInput, NotAPicture, PictureTooLarge, DecoderBusy, DecodingCancelled, WrongModel],
)
def test_the_page_tells_of_pictures_without_paths(
    kind: type[Exception], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind(SECRET)

    if kind is WrongModel:
        monkeypatch.setattr(Recognizer, "prepare_image", fail)
    else:
        monkeypatch.setattr(DecoderPool, "decode", fail)
    shown = page()
    assert not shown.exception
    (error,) = shown.error
    assert "`a.png`" in error.value or "on this server" in error.value
    assert_pathless(error.value)


def test_the_page_tells_of_a_wrong_model_without_paths(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise WrongModel(SECRET)

    shared_recognizer._load.clear()
    monkeypatch.setattr(recognizer, "Recognizer", fail)
    (error,) = page().error
    assert_pathless(error.value)
    assert SECRET in caplog.text
    shared_recognizer._load.clear()


def test_a_correction_that_is_not_stored_is_reported_without_paths(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = corrections.Corrections(tmp_path / "kept.sqlite")
    monkeypatch.setattr(corrections, "from_environment", lambda: store)
    drawing, reader, visit = placed(3, 0, 0, 100), Recognizer(), Visit()

    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError(f"unable to open database file {tmp_path}")

    monkeypatch.setattr(sqlite3, "connect", fail)
    with caplog.at_level(logging.WARNING):
        visit.correct(reader, reader.read_ink(drawing), 0, 5, drawing)
    assert visit.trouble == UNSTORED
    assert_pathless(visit.trouble)
    assert str(tmp_path) in caplog.text


def test_tracebacks_are_not_shown_to_visitors() -> None:
    config = (ROOT / "app" / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert '\nshowErrorDetails = "none"' in config
