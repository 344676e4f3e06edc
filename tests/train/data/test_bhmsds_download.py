"""bhmsds from GitHub is packed with labels if it is complete, and not fetched if it exists."""

import hashlib
import zipfile
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from train.data import bhmsds, bhmsds_download
from train.data.bhmsds_download import LABELS, PART, WHOLE, obtain_bhmsds, repack
from train.data.download import DownloadError, RemoteFile

PICTURE = cv2.imencode(".png", np.full((28, 28), 9, np.uint8))[1].tobytes()


def served(num_each: int, labels: tuple[str, ...] = LABELS) -> bytes:
    """A zip as GitHub serves it, of the repository's layout."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("bhmsds-07d208e/README.md", "27000 images")
        archive.writestr("bhmsds-07d208e/assets/symbols.png", PICTURE)
        for label in labels:
            for number in range(num_each):
                archive.writestr(f"bhmsds-07d208e/symbols/{label}-{number:04}.png", PICTURE)
    return content.getvalue()


def test_what_is_packed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bhmsds_download, "download", lambda url, name: served(2))
    monkeypatch.setattr(bhmsds_download, "repack", lambda content: repack(content, 2))
    path = obtain_bhmsds(tmp_path)
    assert path == tmp_path / WHOLE
    loaded = bhmsds.load(path, "train")
    assert sorted(loaded.digits.labels) == sorted("00112233445566778899")
    assert set(loaded.negatives.labels) == {"dot", "minus", "plus", "w", "x", "y"}
    assert next(iter(loaded.digits))[0, 0] == 9
    monkeypatch.setattr(bhmsds_download, "download", None)  # calling it would fail
    assert obtain_bhmsds(tmp_path) == path


def test_a_part_that_is_there_is_used(tmp_path: Path) -> None:
    content = b"as handed on"
    (tmp_path / "bhmsds").mkdir()
    (tmp_path / PART.path).write_bytes(content)
    part = RemoteFile(PART.path, hashlib.sha256(content).hexdigest(), ())
    assert obtain_bhmsds(tmp_path, part) == tmp_path / PART.path


@pytest.mark.parametrize(
    "content, message",
    [
        (b"<html>", "returned something unreadable"),
        (served(1), "expected 2 pictures of each of 0, 1"),
        (served(2, LABELS[1:]), "expected 2 pictures of each of 0, 1"),
    ],
    ids=["no zip", "too few", "a symbol missing"],
)
def test_another_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(DownloadError, match=message):
        repack(content, 2)
