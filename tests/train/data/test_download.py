"""Data files are found, or downloaded from a server on this machine that misbehaves."""

import gzip
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.download_server import Server, in_zip
from train.data import download
from train.data.download import DataError, RemoteFile, obtain, store
from train.data.files import from_uci_zip

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def served(server: Server) -> None:
    server.files["file"] = CONTENT


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("mode", ["whole", "chunked", "unsized"])
def test_a_missing_file_is_downloaded(tmp_path: Path, server: Server, mode: str) -> None:
    source = RemoteFile("set/raw/file", SHA256, (server.url("file", mode),))
    assert obtain(source, tmp_path) == tmp_path / "set/raw/file"
    assert files(tmp_path) == {"set/raw/file": CONTENT}


def test_a_sound_file_is_only_read(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(CONTENT)
    before = (tmp_path / "file").stat().st_mtime_ns, tmp_path.stat().st_mtime_ns
    assert obtain(RemoteFile("file", SHA256, (server.url("file"),)), tmp_path) == tmp_path / "file"
    assert server.requests == []
    assert before == ((tmp_path / "file").stat().st_mtime_ns, tmp_path.stat().st_mtime_ns)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CONTENT[:-1], id="truncated"),
        pytest.param(b"", id="empty"),
        pytest.param(CONTENT[:-1] + b"!", id="one byte wrong"),
        pytest.param(CONTENT + b"\n", id="longer"),
    ],
)
def test_a_damaged_file_is_named_and_replaced(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (tmp_path / "file").write_bytes(content)
    obtain(RemoteFile("file", SHA256, (server.url("file"),)), tmp_path)
    assert files(tmp_path) == {"file": CONTENT}
    said = capsys.readouterr().err
    assert f"{tmp_path / 'file'} is damaged" in said
    assert SHA256 in said
    assert hashlib.sha256(content).hexdigest() in said


def test_a_damaged_file_is_refused_offline(tmp_path: Path, refused: str) -> None:
    (tmp_path / "file").write_bytes(CONTENT[:7])
    with pytest.raises(DataError) as error:
        obtain(RemoteFile("file", SHA256, (refused,)), tmp_path)
    digest = hashlib.sha256(CONTENT[:7]).hexdigest()
    for part in (f"{tmp_path / 'file'} is damaged", SHA256, digest, "7 bytes", refused):
        assert part in str(error.value)
    assert files(tmp_path) == {"file": CONTENT[:7]}


@pytest.mark.parametrize(
    "name, mode, reason",
    [
        ("file", "breaks", "IncompleteRead(128000 bytes read, 128000 more expected)"),
        ("file", "breaks-chunked", "IncompleteRead"),
        ("file", "stalls", "timed out"),
        ("absent", "whole", "404"),
        ("other", "whole", f"expected SHA-256 {SHA256}, got "),
    ],
)
def test_a_failed_download_leaves_nothing(
    tmp_path: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    mode: str,
    reason: str,
) -> None:
    monkeypatch.setattr(download, "_TIMEOUT_SECONDS", 0.5)
    server.files["other"] = b"<html>moved</html>"
    url = server.url(name, mode)
    with pytest.raises(DataError) as error:
        obtain(RemoteFile("file", SHA256, (url,)), tmp_path)
    for part in (f"{tmp_path / 'file'} is missing", url, reason):
        assert part in str(error.value)
    assert files(tmp_path) == {}


def test_mirrors_are_tried_in_order(tmp_path: Path, server: Server) -> None:
    urls = (server.url("file", "breaks"), server.url("file"), server.url("file", "never"))
    obtain(RemoteFile("file", SHA256, urls), tmp_path)
    assert files(tmp_path) == {"file": CONTENT}
    assert server.requests == ["/breaks/file", "/whole/file"]


@pytest.mark.parametrize(
    "archive, unpack",
    [
        pytest.param(gzip.compress(CONTENT)[:-9], gzip.decompress, id="half a gzip"),
        pytest.param(b"<html>", gzip.decompress, id="no gzip"),
        pytest.param(b"<html>", from_uci_zip, id="no zip"),
        pytest.param(in_zip("other.Z", b""), from_uci_zip, id="zip without the file"),
        pytest.param(in_zip("pendigits-orig.tra.Z", b"text"), from_uci_zip, id="no compress"),
        pytest.param(in_zip("pendigits-orig.tra.Z", b"\x1f\x9d\x90\x00\x00\xff\xff"),
                     from_uci_zip, id="broken compress"),
    ],
)  # fmt: skip
def test_unreadable_archives_are_refused(
    tmp_path: Path, server: Server, archive: bytes, unpack: Callable[[bytes], bytes]
) -> None:
    server.files["archive"] = archive
    with pytest.raises(DataError, match="returned something unreadable"):
        obtain(RemoteFile("file", SHA256, (server.url("archive"),), unpack), tmp_path)
    assert files(tmp_path) == {}


@pytest.mark.parametrize("mode", ["whole", "compressing"])
def test_a_gzip_is_kept_unpacked(tmp_path: Path, server: Server, mode: str) -> None:
    server.files["archive"] = gzip.compress(CONTENT)
    obtain(RemoteFile("file", SHA256, (server.url("archive", mode),), gzip.decompress), tmp_path)
    assert files(tmp_path) == {"file": CONTENT}


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path, server: Server) -> None:
    (tmp_path / "set").write_bytes(b"")
    with pytest.raises(DataError, match="set/file cannot be read: "):
        obtain(RemoteFile("set/file", SHA256, (server.url("file"),)), tmp_path)
    with pytest.raises(DataError, match="set/file cannot be written: "):
        store(tmp_path / "set/file", CONTENT)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder(tmp_path: Path, server: Server) -> None:
    (tmp_path / "sound").write_bytes(CONTENT)
    tmp_path.chmod(0o555)
    try:
        obtain(RemoteFile("sound", SHA256, (server.url("file"),)), tmp_path)
        with pytest.raises(DataError, match="missing cannot be written: .*denied"):
            obtain(RemoteFile("missing", SHA256, (server.url("file"),)), tmp_path)
    finally:
        tmp_path.chmod(0o755)


def test_two_at_once_both_end_with_the_file(tmp_path: Path, server: Server) -> None:
    source = RemoteFile("set/file", SHA256, (server.url("file"),))
    ended: list[Path] = []
    threads = [
        threading.Thread(target=lambda: ended.append(obtain(source, tmp_path))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [tmp_path / "set/file"] * 4
    assert files(tmp_path) == {"set/file": CONTENT}
