"""Files are written completely or not at all."""

import os
from pathlib import Path

import pytest

from train.files import open_atomically, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "content, expected",
    [(b"\0new", b"\0new"), ("neu: ä\n", "neu: ä\n".encode()), (b"", b"")],
)
def test_a_file_is_written_with_its_folders_and_written_over(
    tmp_path: Path, content: bytes | str, expected: bytes
) -> None:
    path = tmp_path / "deeper" / "still" / "file"
    for _ in range(2):
        write_atomically(path, content)
        assert path.read_bytes() == expected
    assert names(path.parent) == ["file"]


def test_a_file_is_not_there_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with open_atomically(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_an_error_while_writing_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), open_atomically(path) as file:
        file.write("text, not bytes")  # type: ignore[call-overload]
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_full_disk_keeps_the_old_file_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="file cannot be written: .*No space left"):
        write_atomically(path, "new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").write_bytes(b"")
    with pytest.raises(OSError, match=r"folder.file cannot be written: "):
        write_atomically(tmp_path / "folder" / "file", "new")
