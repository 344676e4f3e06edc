"""The datasets: their formats on small files made here, their values on the real ones."""

import base64
import gzip
import hashlib
import io
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.download_server import Server, in_zip
from train.data import __main__ as fetch
from train.data import datasets as sets
from train.data import omniglot, pendigits
from train.data.download import DataError, RemoteFile, obtain
from train.data.files import MNIST_FILES, OMNIGLOT_IMAGES, OMNIGLOT_STROKES, PEN_DIGITS

# Ten digits 0-9 by writers 1-10, one point each.
PEN_TEXT = "".join(
    f'.SEGMENT DIGIT {i} ? "{i}"\n.COMMENT {i} {i + 1} {i}\n.PEN_DOWN\n {i}  2\n.PEN_UP\n.DT 100\n'
    for i in range(10)
)
# The same by Unix compress.
PEN_COMPRESSED = base64.b64decode(
    "H52QLqYUOdKkiBMqIIgkOZIEIQwQP0CIgCFCgYshT5oUPAjiYYyOFqEY/ELkyRUnCjqCACEj5MgqUCwSQRgDBgyLAg"
    "kaRKiQIU2IEmNUvJhx408ZIGK4dELSJMqkK1u6EMkUpkyaNnEONJpwYUOWQEXIGIpR406wM1gubXoyJVK1U1/GdDEz"
    "adaAW8/2/Jo2oogZZIueTUsDxIy1JdsajrrWKl2sN/Hq5LgXYWG/NAKb5Vi4BggaiJ2mLAyX6hfHdWtGzsm1MgjPfm"
    "to5urZxuvQij2XlnvV7uq8lL0itO3Xxuyztm+AsIH7qe3dVeemvstar3AQyv3eOM5ROQ7szVMqh35aOmStk3le/+4X"
    "B3eE33OAwBF+PuO40XurRt/6uny/ObwHgnw1DViffOShdh4="
)
DIGIT = '.SEGMENT DIGIT 4-5 ? "7"\n.COMMENT 7 12  224\n'
DOWN, UP = ".PEN_DOWN\n", ".PEN_UP\n.DT 100\n"


def idx(values: NDArray[np.uint8]) -> bytes:
    """An array in MNIST's file format."""
    header = bytes([0, 0, 8, values.ndim])
    return header + np.array(values.shape, ">i4").tobytes() + values.tobytes()


def test_unipen_strokes_have_y_down() -> None:
    text = f".INCLUDE dene.doc\n\n{DIGIT}{DOWN} 267  333\n 1 -2\n{UP}{DOWN}  9  10 \n{UP}"
    (record,) = pendigits.parse(text, "file")
    assert (record.label, record.writer) == (7, 12)
    assert [stroke.tolist() for stroke in record.strokes] == [[[267, -333], [1, 2]], [[9, -10]]]
    assert {stroke.dtype for stroke in record.strokes} == {np.dtype(np.float32)}
    assert pendigits.parse(text.replace("\n", "\r\n"), "file")[0].strokes[1].tolist() == [[9, -10]]


def test_an_empty_pen_down_is_no_stroke() -> None:
    (record,) = pendigits.parse(f"{DIGIT}{DOWN}{UP}{DOWN} 1 2\n{UP}", "file")
    assert [stroke.tolist() for stroke in record.strokes] == [[[1, -2]]]


@pytest.mark.parametrize(
    "text, message",
    [
        (f"{DIGIT}{DOWN}{UP}{DOWN}{UP}", "line 8: a record ends without ink"),
        (f"{DIGIT}{DOWN} 1 2\n{UP}", "line 6: a record ends with 1 pen-downs, expected 2"),
        (f"{DIGIT}{DOWN} 1 2\n", "line 4: a record ends before .PEN_UP"),
        (f"{DIGIT}{DOWN} 1 2\n{DIGIT}", "line 5: a record ends before .PEN_UP"),
        (f"{DIGIT}{DOWN} 1 2\n{DOWN}", "line 5: the pen goes down twice"),
        (f"{DIGIT}{UP}", "line 3: the pen goes up twice"),
        (f"{DIGIT} 1 2\n", "line 3: a point while the pen is up"),
        (f"{DIGIT}{DOWN} 1\n", "line 4: unknown line ' 1'"),
        (f"{DIGIT}{DOWN} 1 2 3\n", "line 4: unknown line ' 1 2 3'"),
        (f"{DIGIT}{DOWN} 1 nan\n", "line 4: unknown line ' 1 nan'"),
        (f"{DIGIT}.COMMENT 7 12 225\n", "line 3: a second .COMMENT in one record"),
        ('.SEGMENT DIGIT 0 ? "7"\n.COMMENT 3 1 1\n', "line 2: label 7 but comment 3"),
        ('.SEGMENT DIGIT 0 ? "7"\n', "line 1: a record ends without .COMMENT"),
        ('.SEGMENT DIGIT 0 ? "x"\n', "line 1: unknown line"),
        (DOWN, "line 1: a record's part before any .SEGMENT"),
        (".COMMENT 7 12 224\n", "line 1: a record's part before any .SEGMENT"),
    ],
)
def test_odd_records_are_refused_by_line(text: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        pendigits.parse(text, "some.tra")
    assert str(error.value).startswith(f"some.tra, {message}")


def test_omniglot_strokes_have_y_down() -> None:
    text = "START\n18.5,-43.5,0\n20,-1,56\nBREAK\nBREAK\n3,-4,99\nBREAK\n"
    strokes = omniglot.parse(text, "file")
    assert [stroke.tolist() for stroke in strokes] == [[[18.5, 43.5], [20, 1]], [[3, 4]]]


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "expected START ... BREAK"),
        ("START\n1,-2,3\n", "expected START ... BREAK"),
        ("1,-2,3\nBREAK\n", "expected START ... BREAK"),
        ("START\nBREAK\n", "a drawing without ink"),
        ("START\n1,-2\nBREAK\n", "line 2: expected x,y,ms, got '1,-2'"),
        ("START\n1,-2,3\nPAUSE\nBREAK\n", "line 3: expected x,y,ms, got 'PAUSE'"),
        ("START\nnan,-2,3\nBREAK\n", "line 2: expected x,y,ms, got 'nan,-2,3'"),
    ],
)
def test_odd_drawings_are_refused(text: str, message: str) -> None:
    with pytest.raises(DataError, match="drawing.txt") as error:
        omniglot.parse(text, "drawing.txt")
    assert message in str(error.value)


def test_omniglot_zip_names_and_rubbish(tmp_path: Path) -> None:
    drawing = "START\n1,-2,0\nBREAK\n"
    path = tmp_path / "strokes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("strokes/Latin/character07/0689_13.txt", drawing)
        archive.writestr("strokes/Greek/character24/0001_02.txt", drawing)
        archive.writestr("strokes/.DS_Store", b"\0\1")
        archive.writestr("__MACOSX/strokes/Latin/character07/._0689_13.txt", b"\0\1")
    named = [(d.alphabet, d.character, d.drawer) for d in omniglot.read(path)]
    assert named == [("Greek", "24", "02"), ("Latin", "07", "13")]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("strokes/elsewhere.txt", drawing)
    with pytest.raises(DataError, match="elsewhere.txt: expected folder/alphabet"):
        omniglot.read(path)


def small_mnist(
    monkeypatch: pytest.MonkeyPatch, url: Callable[[str], str]
) -> list[tuple[RemoteFile, bytes]]:
    """The files of an MNIST of 60 + 20 images, which the loader takes for MNIST, from `url`."""
    random = np.random.default_rng(1)
    contents = []
    for count in (60, 20):
        contents.append(idx(random.integers(0, 256, (count, 28, 28), np.uint8)))
        contents.append(idx(np.arange(count, dtype=np.uint8) % 10))
    sources = [
        replace(file, sha256=hashlib.sha256(content).hexdigest(), urls=(url(file.path),))
        for file, content in zip(MNIST_FILES, contents, strict=True)
    ]
    monkeypatch.setattr(sets, "MNIST_FILES", tuple(sources))
    monkeypatch.setattr(sets, "MNIST_VALIDATION", 10)
    return list(zip(sources, contents, strict=True))


def test_mnist_is_downloaded_and_split(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = small_mnist(monkeypatch, server.url)
    server.files = {source.path: gzip.compress(content) for source, content in small}
    # What a torchvision of long ago left behind, and a new one would read in place of raw/.
    (tmp_path / "MNIST" / "processed").mkdir(parents=True)
    for name in ("training.pt", "test.pt"):
        (tmp_path / "MNIST" / "processed" / name).write_bytes(b"old")
    mnist = sets.load_mnist(tmp_path)
    images = np.frombuffer(small[0][1], np.uint8, offset=16).reshape(60, 28, 28)
    order = [list(map(bytes, images)).index(bytes(glyph)) for glyph in mnist.train.glyphs]
    held = [list(map(bytes, images)).index(bytes(glyph)) for glyph in mnist.validation.glyphs]
    assert (len(order), len(held)) == (50, 10)
    assert sorted(order + held) == list(range(60))
    assert mnist.train.labels.tolist() == [index % 10 for index in order]
    assert mnist.validation.labels.tolist() == [index % 10 for index in held]
    assert mnist.test.labels.tolist() == [*range(10), *range(10)]
    server.files.clear()
    assert np.array_equal(sets.load_mnist(tmp_path).train.glyphs, mnist.train.glyphs)


def test_a_truncated_mnist_file_is_never_half_used(
    tmp_path: Path, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = small_mnist(monkeypatch, lambda path: refused)
    for source, content in small:
        (tmp_path / source.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / source.path).write_bytes(content)
    assert len(sets.load_mnist(tmp_path).test.labels) == 20
    source, content = small[2]
    (tmp_path / source.path).write_bytes(content[:-784])
    with pytest.raises(DataError) as error:
        sets.load_mnist(tmp_path)
    message = f"{tmp_path / source.path} is damaged: expected SHA-256 {source.sha256}, got"
    assert message in str(error.value)


def test_pen_digits_come_out_of_the_compressed_zip(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["uci.zip"] = in_zip("pendigits-orig.tra.Z", PEN_COMPRESSED)
    sha256 = hashlib.sha256(PEN_TEXT.encode()).hexdigest()
    small = replace(PEN_DIGITS, sha256=sha256, urls=(server.url("uci.zip"),))
    monkeypatch.setattr(sets, "PEN_DIGITS", small)
    # Sound by its hash, but not the digits that are counted on.
    with pytest.raises(DataError, match=r"pendigits-orig.tra: expected digits \(780, .*by 10"):
        sets.load_pendigits(tmp_path)
    monkeypatch.setattr(sets, "_PEN_LABEL_COUNTS", (1,) * 10)
    monkeypatch.setattr(sets, "_PEN_WRITERS", 10)
    pen = sets.load_pendigits(tmp_path)
    assert (tmp_path / "pendigits/pendigits-orig.tra").read_text() == PEN_TEXT
    assert pen.validation.writers.tolist() == [5, 10]
    assert pen.validation.labels.tolist() == [4, 9]
    assert pen.validation.strokes[1][0].tolist() == [[9, -2]]
    assert pen.train.writers.tolist() == [1, 2, 3, 4, 6, 7, 8, 9]


@pytest.mark.parametrize(
    "argument, variable, folder",
    [
        ("named", "elsewhere", "named"),
        (None, "elsewhere", "elsewhere"),
        (None, "", "data"),
        (None, None, "data"),
    ],
)
def test_data_folder(
    argument: str | None, variable: str | None, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGITS_DATA", raising=False)
    if variable is not None:
        monkeypatch.setenv("DIGITS_DATA", variable)
    assert sets.data_folder(argument) == Path(folder)


def test_the_command_says_what_is_missing(
    tmp_path: Path,
    refused: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    offline = (RemoteFile("MNIST/raw/train-images-idx3-ubyte", "0" * 64, (refused,)),)
    monkeypatch.setattr(sets, "MNIST_FILES", offline)
    monkeypatch.setattr(sys, "argv", ["data", "--data", str(tmp_path)])
    assert fetch.main() == 1
    said = capsys.readouterr()
    assert f"data: {tmp_path / offline[0].path} is missing; {refused} failed" in said.err
    assert said.out == ""


@pytest.fixture(scope="module")
def mnist(data: Path) -> sets.Mnist:
    return sets.load_mnist(data)


@pytest.fixture(scope="module")
def pen(data: Path) -> sets.PenDigits:
    return sets.load_pendigits(data)


def test_real_mnist(mnist: sets.Mnist) -> None:
    """A split that moved would let a trained network be validated on what it learnt."""
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
    """Flipped or shifted strokes would leave the ink of the bitmap made from them."""
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
    monkeypatch.setattr(sys, "argv", ["data", "--data", str(data)])
    assert fetch.main() == 0
    out = capsys.readouterr().out
    rows = [line.split() for line in out.splitlines()]
    assert rows[1][:4] == ["MNIST", "train", "55000", "-"]
    assert rows[5][:5] == ["pen", "digits", "validation", "1499", "6"]
    assert rows[6][:2] == ["Omniglot:", "2720"]
    assert "UNIPEN digits validation: 1739 by 22 writers" in out
    assert "UNIPEN number strings test: 126 by 22 writers" in out


def test_the_real_folder_is_not_written_to(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise AssertionError(f"wrote {path}")

    monkeypatch.setattr("train.data.download.store", refuse)
    for source in (*MNIST_FILES, PEN_DIGITS, OMNIGLOT_STROKES, OMNIGLOT_IMAGES):
        assert obtain(source, data) == data / source.path
