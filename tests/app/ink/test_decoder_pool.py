"""What strangers send: checked by its structure, then decoded where it can be ended."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink import decoder_pool
from app.ink.decoder_pool import DecoderBusy, DecoderPool
from app.ink.formats import NotAPicture, PictureTooLarge
from app.reading import UnreadableInput

POOL = DecoderPool(2)


def encoded(suffix: str, *shape: int, dtype: type[np.integer[Any]] = np.uint8) -> bytes:
    """A white picture of this shape as a file's bytes."""
    image: NDArray[np.integer[Any]] = np.full(shape, np.iinfo(dtype).max, dtype)
    return cv2.imencode(suffix, image)[1].tobytes()


@pytest.mark.parametrize(
    "content, shape",
    [
        (encoded(".png", 30, 40, 3), (30, 40, 3)),  # exactly as many pixels as are allowed
        (encoded(".jpg", 30, 40), (30, 40)),
        (encoded(".png", 15, 20, 4), (15, 20, 4)),  # transparent: a quarter is allowed
        (encoded(".png", 15, 20, dtype=np.uint16), (15, 20)),
        (encoded(".bmp", 15, 20, 3), (15, 20, 3)),
    ],
)
def test_a_picture_that_is_small_enough_is_decoded(content: bytes, shape: tuple[int, ...]) -> None:
    image = POOL.decode(content, max_pixels=1200)
    assert image.shape == shape
    assert image.dtype == np.uint8
    assert image.min() >= 250


@pytest.mark.parametrize(
    "content, message",
    [
        (encoded(".png", 31, 40, 3), "expected at most 1,200 pixels, got 40 x 31"),
        (encoded(".png", 16, 20, 4), "expected at most 300 pixels where .* got 20 x 16"),
        (encoded(".png", 16, 20, dtype=np.uint16), "expected at most 300 pixels where"),
        (encoded(".bmp", 16, 20, 3), "expected at most 300 pixels where"),
    ],
)
def test_a_picture_that_is_too_large_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(PictureTooLarge, match=message):
        POOL.decode(content, max_pixels=1200)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\n", b"II*\x00"])
def test_bytes_without_a_known_header_are_no_picture(content: bytes) -> None:
    with pytest.raises(NotAPicture, match=r"expected a picture \(PNG, JPEG"):
        POOL.decode(content)


def test_a_picture_that_breaks_off_after_its_header_is_unreadable() -> None:
    with pytest.raises(UnreadableInput, match="^expected a whole picture"):
        POOL.decode(encoded(".png", 30, 40, 3)[:60])


def test_decoded_pictures_have_as_many_places_as_there_are_decoders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoder_pool, "MAX_SECONDS", 0.05)
    pool = DecoderPool(1)
    with pool.reading(), pytest.raises(DecoderBusy, match="all places"), pool.reading():
        raise AssertionError("two pictures in one place")
    with pool.reading():
        pass
    pool.close()


def test_a_pool_has_its_own_limit_of_pixels() -> None:
    pool = DecoderPool(1, max_pixels=100)
    with pytest.raises(PictureTooLarge):
        pool.decode(encoded(".png", 20, 20))
    pool.close()
