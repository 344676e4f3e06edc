"""Obtains UNIPEN: a part of the public archive that is in the data folder, or it from GitHub."""

from io import BytesIO
from pathlib import Path
from typing import Final

from train.data.download import RemoteFile, obtain, sha256
from train.data.unipen_archive import Archive

_COMMIT: Final = "552a4d440bc94bb34710650c0826be7deb986f7c"


def repack(content: bytes) -> bytes:
    """The files that are used of GitHub's zip of the whole archive, as a zip with a known hash."""
    with Archive(BytesIO(content)) as archive:
        return archive.repack()


# The same files in a zip that people pass on; used if it is in the folder, never downloaded.
PART: Final = RemoteFile(
    "unipen/train_r01_v07-552a4d4-part.zip",
    "971a53432e3881d285e4c0b50d0c866b30912e9154c5c4fd19c898b2060daa06",
    (),
)
UNIPEN: Final = RemoteFile(
    "unipen/train_r01_v07.zip",
    "41590455693506f6ad63dc8531bc78cd2c514679747bf3028ca7b62d3e3e0e6c",
    (f"https://github.com/GreenCappuccino/train_r01_v07/archive/{_COMMIT}.zip",),
    repack,
)


def obtain_unipen(folder: Path, part: RemoteFile = PART, whole: RemoteFile = UNIPEN) -> Path:
    """UNIPEN's verified zip in the data folder, downloaded if missing. Raises DataError."""
    if sha256(folder / part.path) == part.sha256:
        return folder / part.path
    return obtain(whole, folder)
