"""Pictures in Python: an image or an array is read as its file would be."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from app.ink.files.picture_input import as_pixels
from app.reading import UnreadableInput
from app.recognizer import Recognizer
from tests.support.service import coded, drawn, strokes

PNG = coded(".png")
GREY = drawn()


def pillow(mode: str) -> Image.Image:
    """The drawn three in one of Pillow's modes."""
    if mode == "I;16":
        return Image.fromarray(GREY.astype(np.uint16) << 8)
    return Image.fromarray(GREY).convert(mode)


@pytest.mark.parametrize(
    "picture",
    [
        PNG,
        bytearray(PNG),
        memoryview(PNG),
        GREY,
        np.dstack([GREY] * 3),
        GREY / 255,
        (GREY / 255).astype(np.float32),
        (GREY / 255).astype(np.float16),
        GREY > 127,
        *[pillow(mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16")],
        Image.open(io.BytesIO(PNG)),  # not loaded yet
    ],
    ids=lambda picture: f"{type(picture).__name__} {getattr(picture, 'mode', '')}",
)
def test_a_three_is_read_from_everything(recognizer: Recognizer, picture: Any) -> None:
    reading = recognizer.read_image(picture)
    expected = recognizer.read_image(GREY)
    assert reading.text == expected.text == "3"
    assert reading.digits[0].box == pytest.approx(expected.digits[0].box, abs=2)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_is_read(recognizer: Recognizer, tmp_path: Path, kind: type) -> None:
    path = tmp_path / "three.png"
    path.write_bytes(PNG)
    assert recognizer.read_image(kind(path)).text == "3"


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_transparent_paper_is_not_ink(recognizer: Recognizer, mode: str) -> None:
    ink = np.zeros((*GREY.shape, 4), np.uint8)
    ink[..., 3] = 255 - GREY  # black ink on nothing
    image = Image.fromarray(ink)
    content = io.BytesIO()
    (image.quantize(16) if mode == "P" else image.convert(mode)).save(content, "PNG")
    assert recognizer.read_image(Image.open(content)).text == "3"


FLOATS = np.linspace(0, 1, 6).reshape(2, 3)


@pytest.mark.parametrize(
    "array, expected",
    [
        (FLOATS, [[0, 51, 102], [153, 204, 255]]),
        (FLOATS.astype(np.float16), [[0, 51, 102], [153, 204, 255]]),
        (np.array([[True, False]]), [[255, 0]]),
        (np.array([[0.0, 1.0]]), [[0, 255]]),
        (np.array([[0, 1]], np.uint8), [[0, 1]]),  # not scaled: it is not a float
    ],
)
def test_floats_and_truth_values_are_scaled(array: NDArray[Any], expected: list[Any]) -> None:
    pixels = as_pixels(array)
    assert pixels.dtype == np.uint8
    assert pixels.tolist() == expected


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_pillow_image_is_turned_as_its_camera_was_held(orientation: int) -> None:
    image = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    tags, content = image.getexif(), io.BytesIO()
    tags[274] = orientation
    image.save(content, "PNG", exif=tags)
    opened = Image.open(content)
    np.testing.assert_array_equal(as_pixels(opened), np.asarray(ImageOps.exif_transpose(opened)))


@pytest.mark.parametrize("mode", ["I", "F"])
def test_measurements_are_refused(mode: str) -> None:
    with pytest.raises(UnreadableInput, match=f"8 or 16 bits, got mode '{mode}'"):
        as_pixels(Image.new(mode, (9, 9)))


def test_a_broken_pillow_image_is_refused() -> None:
    with pytest.raises(UnreadableInput, match="expected a whole picture, got one with"):
        as_pixels(Image.open(io.BytesIO(PNG[:-60])))


def test_many_are_read_as_one_by_one(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.recognizer.MAX_INPUTS", 4)  # so that these are three batches
    inputs: list[Any] = [strokes(digit) for digit in range(8)] + [PNG, GREY]
    readings = recognizer.read_many(iter(inputs))
    assert [reading.text for reading in readings] == list("0123456733")
    assert recognizer.read_many([]) == []
    (nothing,) = recognizer.read_many([[]])
    assert nothing.digits == ()
    two = [*strokes(1), *[[[x + 200, y] for x, y in stroke] for stroke in strokes(1)]]
    (single,) = recognizer.read_many([two], single=True)
    assert len(single.digits) == 1


def test_the_one_of_many_that_cannot_be_read_is_named(recognizer: Recognizer) -> None:
    with pytest.raises(UnreadableInput, match=r"input 2: picture: expected a picture \(PNG"):
        recognizer.read_many([strokes(1), PNG, b"no picture", b"neither"])
    with pytest.raises(UnreadableInput, match=r"input 1: stroke 0: expected shape"):
        recognizer.read_many([strokes(1), [[[1, 2, 3]]]])


@pytest.mark.parametrize(
    ("picture", "actual"),
    [
        ("digits.png", "str"),
        (Path("digits.png"), "PosixPath|WindowsPath"),
        (PNG, "bytes"),
        (pillow("L"), "Image"),
    ],
)
def test_one_picture_is_not_a_list(recognizer: Recognizer, picture: Any, actual: str) -> None:
    message = f"expected a list of pictures and strokes, got ({actual}); read_image reads one"
    with pytest.raises(UnreadableInput, match=message):
        recognizer.read_many(picture)
