"""UCI's pen digits: their format, and how they come out of the archive."""

import base64
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.download_server import Server, in_zip
from train.data import datasets as sets
from train.data import pendigits
from train.data.download import DataError
from train.data.files import PEN_DIGITS

# Ten digits 0-9 by writers 1-10, one point each.
PEN_TEXT = "".join(
    f'.SEGMENT DIGIT {i} ? "{i}"\n.COMMENT {i} {i + 1} {i}\n.PEN_DOWN\n {i}  2\n.PEN_UP\n.DT 100\n'
    for i in range(10)
)
# The same text, packed by Unix compress.
PEN_COMPRESSED = base64.b64decode(
    "H52QLqYUOdKkiBMqIIgkOZIEIQwQP0CIgCFCgYshT5oUPAjiYYyOFqEY/ELkyRUnCjqCACEj5MgqUCwSQRgDBgyLAg"
    "kaRKiQIU2IEmNUvJhx408ZIGK4dELSJMqkK1u6EMkUpkyaNnEONJpwYUOWQEXIGIpR406wM1gubXoyJVK1U1/GdDEz"
    "adaAW8/2/Jo2oogZZIueTUsDxIy1JdsajrrWKl2sN/Hq5LgXYWG/NAKb5Vi4BggaiJ2mLAyX6hfHdWtGzsm1MgjPfm"
    "to5urZxuvQij2XlnvV7uq8lL0itO3Xxuyztm+AsIH7qe3dVeemvstar3AQyv3eOM5ROQ7szVMqh35aOmStk3le/+4X"
    "B3eE33OAwBF+PuO40XurRt/6uny/ObwHgnw1DViffOShdh4="
)
DIGIT = '.SEGMENT DIGIT 4-5 ? "7"\n.COMMENT 7 12  224\n'
DOWN, UP = ".PEN_DOWN\n", ".PEN_UP\n.DT 100\n"


def test_unipen_strokes_have_y_down() -> None:
    text = f".INCLUDE dene.doc\n\n{DIGIT}{DOWN} 267  333\n 1 -2\n{UP}{DOWN}  9  10 \n{UP}"
    (record,) = pendigits.parse(text, "file")
    assert (record.label, record.writer) == (7, 12)
    assert [stroke.tolist() for stroke in record.strokes] == [[[267, -333], [1, 2]], [[9, -10]]]
    assert {stroke.dtype for stroke in record.strokes} == {np.dtype(np.float32)}
    assert pendigits.parse(text.replace("\n", "\r\n"), "file")[0].strokes[1].tolist() == [[9, -10]]


def test_an_empty_pen_down_is_not_a_stroke() -> None:
    (record,) = pendigits.parse(f"{DIGIT}{DOWN}{UP}{DOWN} 1 2\n{UP}", "file")
    assert [stroke.tolist() for stroke in record.strokes] == [[[1, -2]]]


@pytest.mark.parametrize(
    "text, message",
    [
        (f"{DIGIT}{DOWN}{UP}{DOWN}{UP}", "line 8: expected a record with ink, got none"),
        (f"{DIGIT}{DOWN} 1 2\n{UP}", "line 6: expected 2 pen-downs in a record, got 1"),
        (f"{DIGIT}{DOWN} 1 2\n", "line 4: expected .PEN_UP, got the end of the record"),
        (f"{DIGIT}{DOWN} 1 2\n{DIGIT}", "line 5: expected .PEN_UP, got the end of the record"),
        (f"{DIGIT}{DOWN} 1 2\n{DOWN}", "line 5: expected .PEN_UP, got a second .PEN_DOWN"),
        (f"{DIGIT}{UP}", "line 3: expected .PEN_DOWN, got .PEN_UP"),
        (f"{DIGIT} 1 2\n", "line 3: expected .PEN_DOWN before points, got a point"),
        (f"{DIGIT}{DOWN} 1\n", "line 4: expected a point or a known keyword, got ' 1'"),
        (f"{DIGIT}{DOWN} 1 2 3\n", "line 4: expected a point or a known keyword, got ' 1 2 3'"),
        (f"{DIGIT}{DOWN} 1 nan\n", "line 4: expected a point or a known keyword, got ' 1 nan'"),
        (f"{DIGIT}.COMMENT 7 12 225\n", "line 3: expected one .COMMENT in a record, got a second"),
        ('.SEGMENT DIGIT 0 ? "7"\n.COMMENT 3 1 1\n', "line 2: expected label 7 in .COMMENT, got 3"),
        ('.SEGMENT DIGIT 0 ? "7"\n', "line 1: expected .COMMENT, got the end of the record"),
        ('.SEGMENT DIGIT 0 ? "x"\n', "line 1: expected a point or a known keyword, got"),
        (DOWN, "line 1: expected .SEGMENT first, got another part of a record"),
        (".COMMENT 7 12 224\n", "line 1: expected .SEGMENT first, got another part of a record"),
    ],
)
def test_odd_records_are_refused_by_line(text: str, message: str) -> None:
    with pytest.raises(DataError) as error:
        pendigits.parse(text, "some.tra")
    assert str(error.value).startswith(f"some.tra, {message}")


def test_pen_digits_come_out_of_the_compressed_zip(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["uci.zip"] = in_zip("pendigits-orig.tra.Z", PEN_COMPRESSED)
    sha256 = hashlib.sha256(PEN_TEXT.encode()).hexdigest()
    small = replace(PEN_DIGITS, sha256=sha256, urls=(server.url("uci.zip"),))
    monkeypatch.setattr(sets, "PEN_DIGITS", small)
    # The hash is right, but the number of digits is not.
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
