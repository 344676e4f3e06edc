"""Obtains bhmsds: a part of it that is in the data folder, or the whole from GitHub."""

import json
import zipfile
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final

from train.data.download import DownloadError, RemoteFile, download, obtain, sha256, store

# A part of the pictures that people pass on; used if it is in the folder, never downloaded.
PART: Final = RemoteFile(
    "bhmsds/bhmsds-part.zip",
    "14ec45246d4f2c0528088fd15fced067ca5a5e04388266d639f7652fc4cf48e5",
    (),
)
WHOLE: Final = "bhmsds/bhmsds.zip"
URL: Final = (
    "https://github.com/wblachowski/bhmsds/archive/07d208e41923b061e338c241e59daacdd2752d53.zip"
)
LABELS: Final = (*"0123456789", "dot", "minus", "plus", "slash", *"wxyz")
NUM_EACH: Final = 1_500
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold


def obtain_bhmsds(folder: Path, part: RemoteFile = PART) -> Path:
    """bhmsds' zip of pictures and labels.jsonl in the data folder, downloaded if missing.

    The hash of the whole is not known. A download is accepted if it has the right counts, and a
    file in the folder is used as it is. Raises DataError.
    """
    if sha256(folder / part.path) == part.sha256:
        return obtain(part, folder)
    path = folder / WHOLE
    if not path.is_file():
        store(path, repack(download(URL, path.name)))
    return path


def repack(content: bytes, num_each: int = NUM_EACH) -> bytes:
    """The pictures of GitHub's zip with their labels. Raises DownloadError for another file."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            pictures = {
                PurePosixPath(name).name: archive.read(name)
                for name in sorted(archive.namelist())
                if PurePosixPath(name).match("symbols/*.png")
            }
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise DownloadError(f"{URL} returned something unreadable: {error!r}") from error
    labels = {name: PurePosixPath(name).stem.rpartition("-")[0] for name in pictures}
    counts = Counter(labels.values())
    if counts != dict.fromkeys(LABELS, num_each):
        raise DownloadError(
            f"{URL}: expected {num_each} pictures of each of {', '.join(LABELS)},"
            f" got {dict(counts)}"
        )
    lines = [json.dumps({"file": name, "label": label}) for name, label in labels.items()]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"labels.jsonl": "\n".join(lines).encode(), **pictures}.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), data)
    return packed.getvalue()
