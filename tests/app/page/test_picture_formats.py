"""Picture files as the page reads them: all formats, turned pictures and poor ones.

The page itself runs without a browser: the file is given to its uploader.
"""

import contextlib
import io
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from streamlit.testing.v1 import AppTest

from app.ink.files.decoder_pool import DecoderBusy, shared_pool
from app.ink.files.decoding import Decoding
from app.ink.files.picture_file import Page, decode
from app.ink.sharpness import MAX_EDGE_WIDTH, edge_width, is_blurred
from app.page import annotated_picture, html_panel, picture_places, visitor
from app.recognizer import Recognizer
from tests.support.page_elements import headline_text
from tests.support.paths import ROOT
from tests.support.pictures import sheet_png

LINES = ["2026", "81  35"]
UPRIGHT, HALF, RIGHT, LEFT = 1, 3, 6, 8  # EXIF's orientations: how the camera was held


def drawn(*lines: str) -> Image.Image:
    """A sheet with lines of digits, RGB."""
    return Image.open(io.BytesIO(sheet_png(lines or LINES))).convert("RGB")


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The image as a file of this kind."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def turned(orientation: int) -> bytes:
    """A JPEG with the pixels of a camera held this way, and with this orientation in its EXIF."""
    turns = {UPRIGHT: None, HALF: Image.Transpose.ROTATE_180, RIGHT: Image.Transpose.ROTATE_90,
             LEFT: Image.Transpose.ROTATE_270}  # fmt: skip
    turn, exif = turns[orientation], Image.Exif()
    exif[0x112] = orientation
    image = drawn() if turn is None else drawn().transpose(turn)
    return encoded(image, "JPEG", exif=exif.tobytes())


def animated() -> bytes:
    """A GIF of two frames."""
    return encoded(drawn(), "GIF", save_all=True, append_images=[drawn("555", "5")], duration=300)


def out_of_focus(share: float, size: int = 120) -> NDArray[np.uint8]:
    """A sheet blurred by this share of a digit's height, uint8 (h, w, 3), with noise."""
    sharp = Image.open(io.BytesIO(sheet_png(LINES, size))).convert("RGB")
    blurred = np.asarray(sharp.filter(ImageFilter.GaussianBlur(share * size)), np.float32)
    noise = np.random.default_rng(0).normal(0, 3, blurred.shape)
    return np.asarray((0.8 * blurred + noise).clip(0, 255), np.uint8)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], AppTest]:
    """The page's Picture view after a file with this name and content was chosen."""
    # AppTest knows no components.
    monkeypatch.setattr(annotated_picture, "show", lambda *_: None)
    monkeypatch.setattr(html_panel, "show", lambda *_: None)

    def opened(name: str, content: bytes) -> AppTest:
        page = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30)
        page.session_state["way"] = "Picture"
        page.run().file_uploader[0].upload(name, content, "").run()
        assert not page.exception
        return page

    return opened


def read(page: AppTest) -> str:
    """The text of the headline."""
    return " ".join(headline_text(page).split())


FILES: dict[str, Callable[[], bytes]] = {
    "sheet.png": lambda: encoded(drawn(), "PNG"),
    "grey.png": lambda: encoded(drawn().convert("L"), "PNG"),
    "colours.png": lambda: encoded(drawn().quantize(16), "PNG"),
    "clear.png": lambda: encoded(drawn().convert("RGBA"), "PNG"),
    "sheet.jpg": lambda: encoded(drawn(), "JPEG"),
    "grey.jpeg": lambda: encoded(drawn().convert("L"), "JPEG", progressive=True),
    "sheet.webp": lambda: encoded(drawn(), "WEBP"),
    "lossless.webp": lambda: encoded(drawn(), "WEBP", lossless=True),
    "sheet.bmp": lambda: encoded(drawn(), "BMP"),
    "sheet.gif": lambda: encoded(drawn(), "GIF"),
    "animated.gif": animated,  # its first frame
    "misnamed.png": lambda: encoded(drawn(), "JPEG"),  # its content decides
    "upright.jpg": lambda: turned(UPRIGHT),
    "upside down.jpg": lambda: turned(HALF),
    "held to the right.jpg": lambda: turned(RIGHT),
    "held to the left.jpg": lambda: turned(LEFT),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_read(page: Callable[[str, bytes], AppTest], name: str) -> None:
    assert read(page(name, FILES[name]())).startswith("2026 81 35 ")


@pytest.mark.parametrize(
    "name, content, said",
    [
        (
            "notes.txt",
            b"no picture",
            "notes.txt is not a picture in a format that can be read here: expected PNG, JPEG,"
            " WebP, BMP, GIF or TIFF, got text.",
        ),
        ("empty.png", b"", "empty.png is empty"),
        (
            "cut.jpg",
            turned(UPRIGHT)[:4000],
            "cut.jpg begins like a JPEG, but is damaged or in an unusual format",
        ),
        (
            "huge.png",
            encoded(Image.new("L", (8000, 8000)), "PNG"),
            "huge.png has too many pixels: expected at most 50,000,000 pixels, got 8,000 x 8,000.",
        ),
        (
            "photo.avif",
            b"\0\0\0\x18ftypavif" + bytes(400),
            "photo.avif cannot be read here, because it is AVIF. Save it as PNG or JPEG.",
        ),
    ],
    ids=["text", "empty", "cut off", "huge", "AVIF"],
)
def test_says_why_a_file_cannot_be_read(
    page: Callable[[str, bytes], AppTest], name: str, content: bytes, said: str
) -> None:
    shown = page(name, content)
    assert said in shown.error[0].value.replace("`", "")
    assert "body" not in shown.error[0].value, "a word of the programs' interface"
    assert read(shown) == "This picture cannot be read"


def test_says_which_picture_of_a_file_is_read(page: Callable[[str, bytes], AppTest]) -> None:
    sheets = [drawn("2026"), drawn("35")]
    for kind, note in (
        ("TIFF", "This file has 2 pages; page 1 was read."),
        ("GIF", "This is an animation of 2 frames; the first one was read."),
    ):
        content = io.BytesIO()
        sheets[0].save(content, kind, save_all=True, append_images=sheets[1:])
        shown = page(f"sheets.{kind.lower()}", content.getvalue())
        assert read(shown).startswith("2026 ")
        assert [info.value for info in shown.info] == [note]


def test_a_picture_without_writing_has_none(page: Callable[[str, bytes], AppTest]) -> None:
    shown = page("blank.png", encoded(Image.new("L", (300, 200), 255), "PNG"))
    assert read(shown) == "No handwriting found"


def test_a_picture_on_its_side_is_turned_and_can_be_turned_further(
    page: Callable[[str, bytes], AppTest],
) -> None:
    lying = encoded(drawn("2437").rotate(90, expand=True), "PNG")
    shown = page("lying.png", lying)
    assert read(shown).startswith("2437 ")
    (note,) = [info.value for info in shown.info]
    assert note.startswith("This picture lay on its side or upside down, and was turned")
    for quarter in range(1, 5):
        shown.button(key="turn").click().run()
        assert not shown.exception
        assert note not in [info.value for info in shown.info], "who turns it knows"
        assert read(shown).startswith("2437 ") == (quarter == 4)


def test_warns_of_a_blurred_picture(page: Callable[[str, bytes], AppTest]) -> None:
    sharp = encoded(Image.fromarray(out_of_focus(0.01)), "JPEG")
    blurred = encoded(Image.fromarray(out_of_focus(0.15)), "JPEG")
    assert not page("sharp.jpg", sharp).warning
    assert "too blurred" in page("blurred.jpg", blurred).warning[0].value


@pytest.mark.parametrize("size", [40, 120, 300])
def test_blur_is_detected_at_any_size(recognizer: Recognizer, size: int) -> None:
    widths = []
    for share in (0.01, 0.05, 0.08, 0.15):
        image = out_of_focus(share, size)
        digits = recognizer.read_image(image).digits
        widths.append(edge_width(image, digits))
        assert is_blurred(image, digits) == (share > 0.1)
    assert widths == sorted(widths)
    assert widths[0] < MAX_EDGE_WIDTH / 3


def test_light_ink_on_dark_paper_is_sharp_too(recognizer: Recognizer) -> None:
    image = (255 - decode(encoded(drawn(), "PNG"))).astype(np.uint8)
    assert not is_blurred(image, recognizer.read_image(image).digits)
    assert edge_width(image, []) == 0


@pytest.mark.parametrize(
    "content, words",
    [
        (b"no picture", "is not a picture"),
        (sheet_png(LINES)[:300], "is damaged"),
        (sheet_png(LINES), ""),
    ],
    ids=["text", "cut short", "a sheet"],
)
def test_a_file_is_decoded_once_however_often_the_page_runs(
    page: Callable[[str, bytes], AppTest],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    words: str,
) -> None:
    decoded: list[bytes] = []
    decode_file = shared_pool().decode

    def counted(file: bytes, **options: Any) -> Any:
        decoded.append(file)
        return decode_file(file, **options)

    monkeypatch.setattr(shared_pool(), "decode", counted)
    shown = page("sheet.png", content)
    for _ in range(3):
        shown.run()
        assert all(words in error.value for error in shown.error)
        assert bool(shown.error) == bool(words)
    assert len(decoded) == 1
    shown.file_uploader[0].upload("other.png", sheet_png(LINES), "").run()
    assert not shown.error
    assert len(decoded) == 2


def test_a_picture_takes_its_clients_place_and_ends_with_its_page(
    page: Callable[[str, bytes], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[tuple[str, Decoding]] = []
    decoded: list[Decoding] = []
    is_open, decode_file = threading.Event(), shared_pool().decode
    is_open.set()

    def decode(content: bytes, decoding: Decoding) -> Page:
        decoded.append(decoding)
        return decode_file(content, decoding=decoding)

    @contextlib.contextmanager
    def hold(client: str, decoding: Decoding) -> Iterator[None]:
        held.append((client, decoding))
        yield

    monkeypatch.setattr(shared_pool(), "decode", decode)
    monkeypatch.setattr(visitor, "client", lambda: "203.0.113.9")
    monkeypatch.setattr(visitor, "is_connected", lambda: is_open.is_set)
    monkeypatch.setattr(picture_places, "held", hold)
    assert read(page("sheet.png", sheet_png(LINES))).startswith("2026")
    assert held == [("203.0.113.9", decoded[0])]
    assert decoded[0].is_wanted()
    is_open.clear()
    assert not decoded[0].is_wanted()


@pytest.mark.parametrize("step", ["decode", "reading"])  # busy in a decoder, or waiting for a place
def test_a_file_that_a_busy_server_did_not_read_is_tried_again(
    page: Callable[[str, bytes], AppTest], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def busy(*_: bytes, **options: Any) -> None:
        raise DecoderBusy("all decoders are busy")

    with monkeypatch.context() as full:
        full.setattr(shared_pool(), step, busy)
        shown = page("sheet.png", sheet_png(LINES))
        assert "the server is busy" in shown.error[0].value
    shown.run()
    assert not shown.error
    assert read(shown).startswith("2026")
