"""Finds data files in the data folder or downloads them, verifies them and writes them atomically.

pooch downloads. The files are verified here, because only the unpacked files have known hashes, and
because pooch would write an archive into the data folder, and unpack it there in place.
"""

import hashlib
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from tqdm import tqdm

from train.files import write_atomically

_TIMEOUT_SECONDS: Final = 30.0  # without a byte, after which a transfer has failed
# The readers of zip, gzip and compress raise these for broken content and for other formats.
_UNPACKING_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    KeyError,
    ValueError,
    RuntimeError,
)


class DataError(RuntimeError):
    """A data set is missing, damaged or not the expected one. The message names the file."""


class DownloadError(DataError):
    """A download failed or returned another file. Nothing of it is kept."""


@dataclass(frozen=True)
class RemoteFile:
    """One file of a data set, whose content never changes.

    path: in the data folder, with forward slashes.
    sha256: hexadecimal digest of the unpacked file.
    urls: public addresses, tried in this order.
    unpack: turns what a URL serves into the file at `path`.
    """

    path: str
    sha256: str
    urls: tuple[str, ...]
    unpack: Callable[[bytes], bytes] = bytes


def obtain(file: RemoteFile, folder: Path) -> Path:
    """The verified file in the data folder, downloaded first if it is missing or damaged.

    An intact file is only read, so a complete folder may be read-only. Raises DataError with the
    file and every failure when no URL provides it; the folder is then unchanged.
    """
    path = folder / file.path
    digest = sha256(path)
    if digest == file.sha256:
        return path
    state = f"{path} is missing"
    if digest is not None:
        state = (
            f"{path} is damaged: expected SHA-256 {file.sha256}, "
            f"got {digest} ({path.stat().st_size} bytes)"
        )
        print(f"{state}; downloading it again", file=sys.stderr)
    failures = []
    for url in file.urls:
        try:
            content = _unpack(file, url, download(url, path.name))
        except DownloadError as error:
            failures.append(str(error))
            continue
        store(path, content)
        return path
    raise DataError("; ".join([state, *failures]))


def sha256(path: Path) -> str | None:
    """A file's SHA-256 in hexadecimal, or None without the file. Raises DataError if unreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def download(url: str, name: str) -> bytes:
    """All bytes that a URL serves, with a progress bar called `name`.

    Raises DownloadError when the server cannot be reached or the transfer breaks off.
    """
    # Imported late, because in a notebook the import warns of missing widgets.
    from pooch import HTTPDownloader

    content = BytesIO()
    # pooch tests the truth of the bar, for which tqdm needs a total.
    with tqdm(desc=name, total=0, unit="B", unit_scale=True) as bar:
        # Otherwise a server may compress a .gz again for the transfer, and both would be undone.
        headers = {"Accept-Encoding": "identity"}
        fetch = HTTPDownloader(progressbar=bar, timeout=_TIMEOUT_SECONDS, headers=headers)
        try:
            fetch(url, content, None)
        except (OSError, ValueError) as error:  # requests raises subclasses of OSError
            raise DownloadError(f"{url} failed: {error!r}") from error
    return content.getvalue()


def store(path: Path, content: bytes) -> None:
    """As `write_atomically`, but raises DataError."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise DataError(str(error)) from error


def _unpack(file: RemoteFile, url: str, content: bytes) -> bytes:
    """The file in what a URL served. Raises DownloadError if it is not the expected one."""
    try:
        unpacked = file.unpack(content)
    except _UNPACKING_ERRORS as error:
        raise DownloadError(f"{url} returned something unreadable: {error!r}") from error
    digest = hashlib.sha256(unpacked).hexdigest()
    if digest != file.sha256:
        raise DownloadError(
            f"{url} returned another file: expected SHA-256 {file.sha256}, "
            f"got {digest} ({len(unpacked)} bytes)"
        )
    return unpacked
