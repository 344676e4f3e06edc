"""Where bhmsds comes from: a part of it that is in the data folder, or GitHub."""

import json
import zipfile
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final

from train.data.download import DownloadError, RemoteFile, download, obtain, sha256, store

# A part of the pictures, as it is handed on by hand; used where it is there, never downloaded.
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
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # that a zip can hold


def obtain_bhmsds(folder: Path, part: RemoteFile = PART) -> Path:
    """bhmsds' zip of pictures and labels.jsonl in the data folder, downloaded if missing.

    The hash of the whole is not known, so what is downloaded is accepted by its counts, and what is
    there is used. Raises DataError.
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
        for name, written in {"labels.jsonl": "\n".join(lines).encode(), **pictures}.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), written)
    return packed.getvalue()
