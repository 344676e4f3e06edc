"""Omniglot: the format of its drawings, and the names in its archive."""

import zipfile
from pathlib import Path

import pytest

from train.data import omniglot
from train.data.download import DataError


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
        ("START\nBREAK\n", "expected a drawing with ink, got none"),
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
    with pytest.raises(DataError, match="elsewhere.txt: expected a name folder/alphabet"):
        omniglot.read(path)
