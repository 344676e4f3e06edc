"""The UNIPEN format and its archive, on files written here."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from tests.support.download_server import Server
from train.data import unipen, unipen_download
from train.data.download import DataError, RemoteFile
from train.data.unipen_archive import Archive

BACKSLASH, QUOTE = chr(92), '"'
HEAD = ".VERSION 1.0\n.HIERARCHY WORD CHARACTER\n.COORD X Y\n.WRITER_ID ann\n"
# Components 0 (pen down), 1 (pen up, with points) and 2 (pen down).
INK = (
    ".PEN_DOWN\n0 0\n1 10\n2 20\n.PEN_UP\n9 9\n.DT 20\n"
    ".PEN_DOWN\n5 5\n6 6\n7 7\n8 8\n.PEN_UP\n.START_BOX\n"
)


def segment(components: str, label: str = "7", kind: str = "CHARACTER") -> str:
    return f'.SEGMENT {kind} {components} OK "{label}"\n'


def read(text: str) -> list[list[list[float]]]:
    """The strokes of the only segment in a text."""
    document = unipen.parse(text, "file")
    (only,) = document.segments
    return [stroke.tolist() for stroke in document.strokes(only)]


@pytest.mark.parametrize(
    "components, strokes",
    [
        # Whole components; y is flipped to point down, and a lifted pen leaves no ink.
        ("0", [[[0, 0], [1, -10], [2, -20]]]),
        ("0-2", [[[0, 0], [1, -10], [2, -20]], [[5, -5], [6, -6], [7, -7], [8, -8]]]),
        # Points, both ends included, from 0; a point alone.
        ("0:1-2:0", [[[1, -10], [2, -20]], [[5, -5]]]),
        ("0:2", [[[2, -20]]]),
        ("2-2:1", [[[5, -5], [6, -6]]]),
        ("2:3-2", [[[8, -8]]]),
        # Several ranges, in their order.
        ("2:1-2:2,0-0:0", [[[6, -6], [7, -7]], [[0, 0]]]),
    ],
)
def test_a_segment_is_components_and_points(
    components: str, strokes: list[list[list[float]]]
) -> None:
    assert read(HEAD + INK + segment(components)) == strokes
    assert read(HEAD + segment(components) + INK) == strokes  # labels before the ink
    assert read((HEAD + INK + segment(components)).replace("\n", "\r\n")) == strokes


def test_a_pen_up_without_points_is_not_a_component() -> None:
    text = ".PEN_DOWN\n1 1\n.PEN_UP\n.PEN_DOWN\n2 2\n.PEN_UP\n3 3\n.PEN_DOWN\n4 4\n"
    assert read(HEAD + text + segment("1")) == [[[2, -2]]]
    assert read(HEAD + text + segment("3")) == [[[4, -4]]]


@pytest.mark.parametrize(
    "setup, stroke",
    [
        ("", [[1, -2], [3, -4]]),
        (".X_POINTS_PER_MM 50\n.Y_POINTS_PER_MM 50\n", [[1, -2], [3, -4]]),
        # A tablet twice as fine along y: lengths along y are half as long in units of x.
        (".X_POINTS_PER_INCH 500\n.Y_POINTS_PER_INCH 1000\n", [[1, -1], [3, -2]]),
        (".X_POINTS_PER_INCH 254\n.Y_POINTS_PER_MM 20\n", [[1, -1], [3, -2]]),
        (".Y_POINTS_PER_INCH 1000\n", [[1, -2], [3, -4]]),
    ],
)
def test_both_axes_have_one_scale(setup: str, stroke: list[list[float]]) -> None:
    assert read(f"{HEAD}{setup}.PEN_DOWN\n1 2\n3 4\n{segment('0')}") == [stroke]


def test_coordinates_are_in_the_columns_that_coord_names() -> None:
    text = f".WRITER_ID a\n.COORD T Y P X\n.PEN_DOWN\n0 2 99 1\n\n  5\t4 98 3 \n{segment('0')}"
    assert read(text) == [[[1, -2], [3, -4]]]


def test_writers_hold_until_the_next_and_labels_may_have_quotes() -> None:
    text = (
        f".WRITER_ID ann\n.PEN_DOWN\n1 1\n.WRITER_ID bob b.\n.PEN_DOWN\n2 2\n"
        f"{segment('0', 'a b')}{segment('1', BACKSLASH + BACKSLASH + BACKSLASH + QUOTE)}"
    )
    document = unipen.parse(text, "file")
    assert [document.writer(part) for part in document.segments] == ["ann", "bob b."]
    assert [part.label for part in document.segments] == ["a b", BACKSLASH + QUOTE]


def test_unknown_keywords_are_skipped_with_their_text() -> None:
    comment = ".COMMENT ink:\n 1 2\n\tfree text\n.LEXICON_INFO\n x\n"
    assert read(f"{HEAD}{comment}.PEN_DOWN\n3 4\n{comment}{segment('0')}") == [[[3, -4]]]


@pytest.mark.parametrize(
    "text, error",
    [
        (INK + ".SEGMENT CHARACTER 0\n", "line 19: expected .SEGMENT KIND"),
        (INK + segment("0-x"), "line 19: expected .SEGMENT KIND"),
        (
            INK + segment("0:1:2"),
            "line 19: expected components such as 3 or 3:12-4:20, got '0:1:2'",
        ),
        (INK + segment("2-0"), "line 19: expected components in ascending order, got '2-0'"),
        (INK + segment("0-3"), "line 19: expected a component below 3, got 3"),
        (INK + segment("7"), "line 19: expected a component below 3, got 7"),
        (INK + segment("2:2-2:1"), "line 19: expected points of 0 to 3 in component 2, got 2 to 1"),
        (INK + segment("0-0:3"), "line 19: expected points of 0 to 2 in component 0, got 0 to 3"),
        (INK + segment("1"), "line 19: expected a segment with ink, got none"),
        (
            INK + segment("0", kind="TEXT"),
            "line 19: expected a segment WORD or CHARACTER, got TEXT",
        ),
        (".COORD X T\n", "line 5: expected .COORD with X and Y, got 'X T'"),
        (".X_POINTS_PER_MM ten\n", "line 5: expected a number above 0, got 'ten'"),
        (".X_POINTS_PER_MM -1\n", "line 5: expected a number above 0, got '-1'"),
        (f".PEN_DOWN\n1 2\n3 4 5\n{segment('0')}", "line 7: expected X Y, got ['3', '4', '5']"),
        (f".PEN_DOWN\n1\n2 3 4\n{segment('0')}", "line 6: expected X Y, got ['1']"),
        (f".PEN_DOWN\n1 2\n3 y\n{segment('0')}", "line 5: expected numbers, got"),
        (f".PEN_DOWN\n1 nan\n{segment('0')}", "line 5: expected finite coordinates"),
    ],
)
def test_an_error_names_file_and_line(text: str, error: str) -> None:
    with pytest.raises(DataError) as raised:
        read(HEAD + text)
    message = str(raised.value)
    assert message.startswith("file, line")
    assert error in message


def test_ink_without_a_writer_is_an_error() -> None:
    document = unipen.parse(f".PEN_DOWN\n1 1\n{segment('0')}", "file")
    with pytest.raises(DataError, match="line 3: expected .WRITER_ID before"):
        document.writer(document.segments[0])


def archive(folder: Path, files: dict[str, str], name: str = "unipen.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as target:
        for file, text in files.items():
            target.writestr(f"train_r01_v07-1234/{file}", text)
    return path


FILES = {
    "data/1a/aga/a.dat": f".INCLUDE aga/aga.doc\n.INCLUDE aga/data/a.dat\n{segment('0')}"
    + segment("1", "x"),
    "data/1a/tos/b.dat": f".INCLUDE aga/data/a.dat\n{segment('0')}",  # not an allowed contributor
    "include/aga/aga.doc": ".COORD X Y\n",
    "include/aga/data/a.dat": ".WRITER_ID ann\n.INCLUDE aga/more.dat\n.PEN_DOWN\n3 4\n",
    "include/aga/more.dat": ".PEN_DOWN\n1 2\n",
    "include/aga/unused.dat": ".PEN_DOWN\n1 2\n",
}


def test_an_archive_resolves_nested_includes_and_reads_allowed_contributors(tmp_path: Path) -> None:
    with Archive(archive(tmp_path, FILES)) as opened:
        (sample,) = opened.samples("1a", "7".__eq__)
        assert [stroke.tolist() for stroke in sample.strokes] == [[[1, -2]]]  # of more.dat
        assert (sample.contributor, sample.writer, sample.component) == ("aga", "ann", 0)
        assert opened.used() == [
            *("data/1a/aga/a.dat", "include/aga/aga.doc"),
            *("include/aga/data/a.dat", "include/aga/more.dat"),
        ]


def test_a_repacked_archive_depends_on_what_is_read_alone(tmp_path: Path) -> None:
    def repacked(**changed: str) -> bytes:
        return unipen_download.repack(archive(tmp_path, {**FILES, **changed}).read_bytes())

    unchanged = repacked()
    assert repacked(README="1") == repacked(**{"include/aga/unused.dat": "2"}) == unchanged
    assert unipen_download.repack(unchanged) == unchanged
    assert repacked(**{"include/aga/more.dat": ".PEN_DOWN\n1 3\n"}) != unchanged
    assert repacked(**{"data/1a/aga/b.dat": ""}) != unchanged


def test_a_part_in_the_folder_is_used_and_else_the_whole_is_downloaded(
    tmp_path: Path, server: Server
) -> None:
    served = archive(tmp_path, FILES).read_bytes()
    content = unipen_download.repack(served)
    server.files["whole.zip"] = served
    part = RemoteFile("part.zip", hashlib.sha256(b"part").hexdigest(), ())
    whole = RemoteFile(
        "unipen/whole.zip",
        hashlib.sha256(content).hexdigest(),
        (server.url("whole.zip"),),
        unipen_download.repack,
    )
    obtained = unipen_download.obtain_unipen(tmp_path, part, whole)
    assert (obtained, obtained.read_bytes()) == (tmp_path / "unipen" / "whole.zip", content)
    with Archive(obtained) as opened:
        assert [sample.label for sample in opened.samples("1a", "7".__eq__)] == ["7"]
    (tmp_path / "part.zip").write_bytes(b"part")
    assert unipen_download.obtain_unipen(tmp_path, part, whole) == tmp_path / "part.zip"


@pytest.mark.parametrize(
    "file, text, error",
    [
        ("include/aga/more.dat", ".INCLUDE aga/data/a.dat\n", "more.dat, line 1: expected no file"),
        (
            "include/aga/more.dat",
            "\n.INCLUDE aga/none\n",
            "line 2: expected a file aga/none, got none",
        ),
        (
            "include/aga/more.dat",
            ".PEN_DOWN\n1 2 3\n",
            "include/aga/more.dat, line 2: expected X Y",
        ),
    ],
)
def test_an_error_in_an_included_file_names_it(
    tmp_path: Path, file: str, text: str, error: str
) -> None:
    with (
        Archive(archive(tmp_path, {**FILES, file: text})) as opened,
        pytest.raises(DataError) as raised,
    ):
        list(opened.samples("1a", "7".__eq__))
    assert error in str(raised.value)
    assert "unipen.zip" in str(raised.value)


def test_a_file_that_is_not_a_zip_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "unipen.zip").write_bytes(b"<html>")
    with pytest.raises(DataError, match="unipen.zip: expected UNIPEN's zip, got"):
        Archive(tmp_path / "unipen.zip")
