"""The corruptions are repeatable, visible, and leave the digits readable."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.ink import strokes
from tests.support.drawings import DIGITS
from train.evaluate.corruptions import CORRUPTIONS, MNIST_C, corrupt

WITHOUT_CHANCE = {
    "scale", "brightness", "stripe", "canny edges", "defocus", "low contrast", "pixelate", "jpeg"
}  # fmt: skip
# The mean grey level of the glyphs is about 30 before; these follow from the definitions.
MEANS = {
    "brightness": (140, 160),  # half of full ink more, but no ink above full
    "scale": (10, 20),  # half of the area
    "low contrast": (20, 45),  # the mean stays
    "translate": (20, 45),
    "rotate": (20, 45),
    "shear": (20, 45),
    "stripe": (130, 165),  # half of the plane is inverted
    "fog": (70, 130),
}


@pytest.fixture(scope="module")
def glyphs() -> NDArray[np.uint8]:
    """The digits 0 to 9 as glyphs, uint8 (10, 28, 28)."""
    return np.stack([strokes.ink_glyph([stroke * 200 for stroke in DIGITS[d]]) for d in range(10)])


def edges(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The blurred edges of pictures: the same for dark on light, and for any contrast."""
    normalised = []
    for picture in pictures:
        smooth = cv2.GaussianBlur(picture.astype(np.float64), (0, 0), 2)
        strength = np.hypot(cv2.Sobel(smooth, -1, 1, 0), cv2.Sobel(smooth, -1, 0, 1))
        normalised.append((strength - strength.mean()) / max(1e-9, strength.std()))
    return np.stack(normalised)


def posed(glyphs: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The edges of glyphs at two sizes and turned three ways: (6, n, 28, 28)."""
    matrices = [
        cv2.getRotationMatrix2D((13.5, 13.5), turn, size)
        for size in (1, 0.7)
        for turn in (-23, 0, 23)
    ]
    return np.stack(
        [
            edges(np.stack([cv2.warpAffine(glyph, m, (28, 28)) for glyph in glyphs]))
            for m in matrices
        ]
    )


def legible(corrupted: NDArray[np.uint8], glyphs: NDArray[np.uint8]) -> int:
    """Of the ten corrupted digits, how many resemble their own glyph more than any other.

    Compared by their edges, at the best of 7 x 7 shifts and six poses; of noise it is about one.
    """
    undamaged, best = posed(glyphs), np.full((len(corrupted), len(glyphs)), -np.inf)
    for down in range(-3, 4):
        for right in range(-3, 4):
            moved = np.roll(edges(corrupted), (down, right), (1, 2))
            best = np.maximum(best, np.einsum("aij,pbij->pab", moved, undamaged).max(axis=0))
    return int((best.argmax(axis=1) == np.arange(len(glyphs))).sum())


def test_there_are_those_of_mnist_c_and_more() -> None:
    assert len(MNIST_C) == 15
    assert set(MNIST_C) < set(CORRUPTIONS)
    assert all(severity for _, severity in CORRUPTIONS.values())


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption(name: str, glyphs: NDArray[np.uint8]) -> None:
    before = glyphs.copy()
    corrupted = corrupt(name, glyphs)
    assert corrupted.shape == (10, 28, 28)
    assert corrupted.dtype == np.uint8
    assert np.array_equal(glyphs, before), "the input was changed"
    assert np.array_equal(corrupted, corrupt(name, glyphs)), "not repeatable"
    other = corrupt(name, glyphs, seed=1)
    assert np.array_equal(corrupted, other) == (name in WITHOUT_CHANCE)
    changed = (corrupted.astype(int) - glyphs != 0).mean(axis=(1, 2))
    assert (changed > 0.01).sum() >= 8, "digits were left as they were"  # a patch may miss a 1


# The edges of stripes themselves are stronger than any digit's.
@pytest.mark.parametrize("name", sorted(set(CORRUPTIONS) - {"stripe"}))
def test_digits_stay_legible(name: str, glyphs: NDArray[np.uint8]) -> None:
    assert legible(corrupt(name, glyphs), glyphs) >= 8


def test_stripes_leave_the_middle_and_invert_the_rest(glyphs: NDArray[np.uint8]) -> None:
    striped = corrupt("stripe", glyphs)
    assert np.array_equal(striped[:, :, 7:21], glyphs[:, :, 7:21])
    for outside in (slice(0, 7), slice(21, 28)):
        assert np.array_equal(striped[:, :, outside], 255 - glyphs[:, :, outside])


def test_noise_alone_is_not_legible(glyphs: NDArray[np.uint8]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, glyphs.shape, np.uint8)
    assert legible(noise, glyphs) <= 3


@pytest.mark.parametrize("name", MEANS)
def test_as_much_ink_as_defined(name: str, glyphs: NDArray[np.uint8]) -> None:
    low, high = MEANS[name]
    assert low <= corrupt(name, glyphs).mean() <= high


def test_directions() -> None:
    """A dot right of and below the middle, and where it goes."""
    dot = np.zeros((200, 28, 28), np.uint8)
    dot[:, 17:20, 17:20] = 255

    def centres(name: str) -> list[tuple[int, int]]:
        moments = [cv2.moments(image) for image in corrupt(name, dot)]
        centres = {(round(m["m10"] / m["m00"]), round(m["m01"] / m["m00"])) for m in moments}
        return sorted(centres)

    assert centres("translate") == [(15, 15), (15, 21), (21, 15), (21, 21)]
    assert centres("scale") == [(17, 17)]  # 13.5 + 0.7 · 4.5
    assert centres("shear") == [(16, 18), (20, 18)]  # 18 ± 0.4 · 4.5
    # By 23° about the middle, either way.
    assert centres("rotate") == [(16, 19), (19, 16)]


def test_erasing_adds_nothing() -> None:
    assert not corrupt("erased patches", np.zeros((3, 28, 28), np.uint8)).any()
