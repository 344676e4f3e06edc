"""Files of public datasets: found and verified, or downloaded, verified and put in place."""

import hashlib
import os
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tqdm import tqdm

_CHUNK: Final = 1 << 20  # bytes
_TIMEOUT: Final = 30  # seconds without a byte


class DataError(OSError):
    """A dataset that is not there, not whole, or not the one expected."""


@dataclass(frozen=True)
class Source:
    """A file of a dataset.

    name: its path in the data folder; sha256: of the file as it is kept there; url: where it
    comes from; unpack: turns what is downloaded into what is kept.
    """

    name: str
    sha256: str
    url: str
    unpack: Callable[[bytes], bytes] = bytes


def obtain(source: Source, folder: Path) -> Path:
    """The path of a verified file in the data folder, downloaded where it is missing or broken.

    Raises DataError, with the path and what was wrong, where that fails; a broken file is then
    left as it was.
    """
    path = folder / source.name
    if path.is_file():
        found = sha256(path)
        if found == source.sha256:
            return path
        print(f"{path}: expected SHA-256 {source.sha256}, came {found}: downloading it again")
    try:
        content = source.unpack(_download(source.url, path.name))
    except (OSError, ValueError, KeyError) as error:
        state = "broken" if path.is_file() else "missing"
        raise DataError(f"{path} is {state} and {source.url} gave no new one: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != source.sha256:
        raise DataError(f"{source.url}: expected SHA-256 {source.sha256} of {path}, came {found}")
    place(path, content)
    return path


def place(path: Path, content: bytes) -> None:
    """Leaves either the old file or the whole new one. Raises DataError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        os.chmod(file.name, 0o644)  # temporary files are made for the owner alone
        os.replace(file.name, path)
    except OSError as error:
        raise DataError(f"{path}: expected a folder that can be written, came {error}") from error


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url: str, name: str) -> bytes:
    """The bytes at an address, with a progress bar. Raises OSError, also when it breaks off."""
    request = urllib.request.Request(url, headers={"User-Agent": "digits"})
    content = bytearray()
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
        length = int(response.headers.get("Content-Length") or 0)
        with tqdm(total=length or None, desc=f"download {name}", unit="B", unit_scale=True) as bar:
            while chunk := response.read(_CHUNK):
                content += chunk
                bar.update(len(chunk))
    if length and len(content) != length:
        raise OSError(f"expected {length} bytes, came {len(content)}")
    return bytes(content)
