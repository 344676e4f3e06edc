"""Data files: found in the data folder or downloaded, verified, placed whole or not at all."""

import hashlib
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.request import Request, urlopen

from tqdm import tqdm

from train.files import write_atomically

_CHUNK: Final = 1 << 16  # bytes read at a time
_TIMEOUT: Final = 30.0  # seconds without a byte until a server counts as silent
# What the zip, gzip and compress readers raise for content that is something else or broken.
_UNPACKING: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    RuntimeError,
)


class DataError(RuntimeError):
    """A data set that is not there, not whole, or not the one expected; names the file."""


class DownloadError(DataError):
    """A download that failed or brought something else; nothing of it is kept."""


@dataclass(frozen=True)
class RemoteFile:
    """One fixed file of a data set.

    path: where it is kept, relative to the data folder, with forward slashes.
    sha256: hex digest of the file as it is kept.
    urls: public addresses, tried in this order.
    unpack: turns what an address serves into the file as it is kept.
    """

    path: str
    sha256: str
    urls: tuple[str, ...]
    unpack: Callable[[bytes], bytes] = bytes


def obtain(source: RemoteFile, folder: Path) -> Path:
    """The verified file of a source in the data folder, downloaded when missing or damaged.

    A sound file is only read, so a complete folder may be read-only. Raises DataError, which
    names the file, what was expected and what was found, when no sound file can be had; what
    is in the folder is then left as it was.
    """
    path = folder / source.path
    found = sha256(path)
    if found == source.sha256:
        return path
    state = f"{path} is missing"
    if found is not None:
        state = (
            f"{path} is damaged: expected SHA-256 {source.sha256}, "
            f"found {found} ({path.stat().st_size} bytes)"
        )
        print(f"{state}; downloading it again", file=sys.stderr)
    failures = []
    for url in source.urls:
        try:
            content = _checked(source, url, download(url, path.name))
        except DownloadError as error:
            failures.append(str(error))
            continue
        place(path, content)
        return path
    raise DataError("; ".join([state, *failures]))


def sha256(path: Path) -> str | None:
    """A file's SHA-256 in hexadecimal, None where there is none.

    Raises DataError when something is there that cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def download(url: str, name: str) -> bytes:
    """All bytes of an address, with a progress bar called `name`.

    Raises DownloadError when the server cannot be reached or the transfer breaks off.
    """
    request = Request(url, headers={"User-Agent": "digits"})
    received = bytearray()
    try:
        with urlopen(request, timeout=_TIMEOUT) as response:
            length = response.headers.get("Content-Length")
            expected = int(length) if length is not None else None
            with tqdm(desc=name, total=expected, unit="B", unit_scale=True) as bar:
                while chunk := response.read(_CHUNK):
                    received += chunk
                    bar.update(len(chunk))
    except (HTTPException, OSError, ValueError) as error:
        raise DownloadError(f"{url} failed: {error!r}") from error
    # http.client ends a read in pieces without complaint when the connection breaks off.
    if expected is not None and len(received) != expected:
        raise DownloadError(f"{url} broke off: expected {expected} bytes, received {len(received)}")
    return bytes(received)


def place(path: Path, content: bytes) -> None:
    """Write a file so that others see it whole or not at all. Raises DataError when it cannot."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise DataError(str(error)) from error


def _checked(source: RemoteFile, url: str, content: bytes) -> bytes:
    """The file in what an address served; raises DownloadError when it is not the one expected."""
    try:
        unpacked = source.unpack(content)
    except _UNPACKING as error:
        raise DownloadError(f"{url} brought something unreadable: {error!r}") from error
    found = hashlib.sha256(unpacked).hexdigest()
    if found != source.sha256:
        raise DownloadError(
            f"{url} brought another file: expected SHA-256 {source.sha256}, "
            f"found {found} ({len(unpacked)} bytes)"
        )
    return unpacked
