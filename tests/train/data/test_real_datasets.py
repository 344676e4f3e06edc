"""The values of the real data sets, and the command that shows their splits."""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from train.data import __main__ as fetch
from train.data import datasets as sets
from train.data import summary
from train.data.download import obtain
from train.data.files import MNIST_FILES, OMNIGLOT_IMAGES, OMNIGLOT_STROKES, PEN_DIGITS
from train.data.unipen_sets import Split, Writing


@pytest.fixture(scope="module")
def mnist(data: Path) -> sets.Mnist:
    return sets.load_mnist(data)


@pytest.fixture(scope="module")
def pen(data: Path) -> sets.PenDigits:
    return sets.load_pendigits(data)


def test_real_mnist(mnist: sets.Mnist) -> None:
    """If a split moved, a trained network might be validated on what it has learnt from."""
    parts = (mnist.train, mnist.validation, mnist.test)
    assert [part.glyphs.shape for part in parts] == [(n, 28, 28) for n in (55_000, 5_000, 10_000)]
    assert {part.glyphs.dtype for part in parts} == {np.dtype(np.uint8)}
    assert {part.labels.dtype for part in parts} == {np.dtype(np.int64)}
    assert np.bincount(mnist.test.labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    assert np.bincount(mnist.validation.labels).tolist() == [
        500, 604, 485, 495, 472, 465, 477, 523, 504, 475,
    ]  # fmt: skip
    assert hashlib.sha256(mnist.validation.glyphs.tobytes()).hexdigest() == (
        "0f4fe0f81071a1276d92fc187abd64b9e106c55bee6caf28ba4a4cabe395e13d"
    )
    assert mnist.test.labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_real_pen_digits(pen: sets.PenDigits) -> None:
    assert (len(pen.train.labels), len(pen.validation.labels)) == (5_995, 1_499)
    assert set(pen.validation.writers.tolist()) == set(sets.VALIDATION_WRITERS)
    assert set(pen.train.writers.tolist()) == set(range(1, 31)) - set(sets.VALIDATION_WRITERS)
    assert (pen.train.labels[0], pen.train.writers[0]) == (8, 12)
    assert pen.train.strokes[0][0][:2].tolist() == [[267, -333], [267, -336]]
    strokes = [s for ink in (pen.train, pen.validation) for digit in ink.strokes for s in digit]
    assert (len(strokes), sum(map(len, strokes))) == (9_433, 304_216)
    points = np.concatenate(strokes)
    assert (points.min(0).tolist(), points.max(0).tolist()) == ([44, -449], [439, -12])


def test_real_omniglot_strokes_lie_on_their_bitmaps(data: Path) -> None:
    """Flipped or shifted strokes would not lie on the ink of the bitmap made from them."""
    characters = sets.load_omniglot(data)
    assert len(characters.strokes) == 2_720
    assert len(set(zip(characters.alphabets, characters.characters, strict=True))) == 136
    assert sorted(set(characters.drawers)) == [f"{number:02}" for number in range(1, 21)]
    bitmaps = obtain(OMNIGLOT_IMAGES, data).read_bytes()
    with zipfile.ZipFile(io.BytesIO(bitmaps)) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        assert len(names) == 2_720
        for number in range(0, 2_720, 97):
            folder = f"{characters.alphabets[number]}/character{characters.characters[number]}/"
            assert folder in names[number]
            content = np.frombuffer(archive.read(names[number]), np.uint8)
            paper = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)
            assert paper is not None
            away = cv2.distanceTransform((paper > 0).astype(np.uint8), cv2.DIST_L2, 3)
            x, y = np.concatenate(characters.strokes[number]).round().clip(0, 104).astype(int).T
            assert away[y, x].max() <= 4


def test_the_command_shows_every_split(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Which parts these have is tested beside their splits; to read them again takes long.
    nothing = Split(*3 * [Writing([], [], [])])
    for name in ("digits as words", "letters and signs"):
        monkeypatch.setitem(summary._UNIPEN, name, lambda archive: nothing)
    monkeypatch.setattr(sys, "argv", ["data", "--data", str(data)])
    assert fetch.main() == 0
    out = capsys.readouterr().out
    rows = [line.split() for line in out.splitlines()]
    assert rows[1][:4] == ["MNIST", "train", "55000", "-"]
    assert rows[5][:5] == ["pen", "digits", "validation", "1499", "6"]
    assert rows[6][:2] == ["Omniglot:", "2720"]
    assert "UNIPEN digits validation: 1739 by 22 writers" in out
    assert "UNIPEN number strings test: 126 by 22 writers" in out
    assert "UNIPEN letters and signs train: 0 by 0 writers" in out


def test_the_real_folder_is_not_written_to(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise AssertionError(f"wrote {path}")

    monkeypatch.setattr("train.data.download.store", refuse)
    for source in (*MNIST_FILES, PEN_DIGITS, OMNIGLOT_STROKES, OMNIGLOT_IMAGES):
        assert obtain(source, data) == data / source.path
