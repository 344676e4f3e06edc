"""MNIST's download and split on small files made here, and where data sets are looked for."""

import gzip
import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.download_server import Server
from train.data import __main__ as fetch
from train.data import datasets as sets
from train.data.download import DataError, RemoteFile
from train.data.files import MNIST_FILES


def idx(values: NDArray[np.uint8]) -> bytes:
    """An array in MNIST's file format."""
    header = bytes([0, 0, 8, values.ndim])
    return header + np.array(values.shape, ">i4").tobytes() + values.tobytes()


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
    # What an old torchvision left behind, which a new one would read instead of raw/.
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
