"""The files of the data sets, with their sources and the SHA-256 by which they are verified."""

import gzip
import io
import zipfile
from typing import Final

from unlzw3 import unlzw

from train.data.download import RemoteFile


def from_uci_zip(content: bytes) -> bytes:
    """Unpacks the pen digits' training file from UCI's zip, which has it in Unix's .Z format."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return bytes(unlzw(archive.read("pendigits-orig.tra.Z")))


_MNIST_MIRRORS: Final = (  # those of torchvision
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)


def _mnist(name: str, sha256: str) -> RemoteFile:
    urls = tuple(f"{mirror}{name}.gz" for mirror in _MNIST_MIRRORS)
    return RemoteFile(f"MNIST/raw/{name}", sha256, urls, gzip.decompress)


def _omniglot(name: str, sha256: str) -> RemoteFile:
    url = f"https://github.com/brendenlake/omniglot/raw/master/python/{name}"
    return RemoteFile(f"omniglot/{name}", sha256, (url,))


MNIST_FILES: Final = (
    _mnist(
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    _mnist(
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    _mnist(
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    _mnist(
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)
PEN_DIGITS: Final = RemoteFile(
    "pendigits/pendigits-orig.tra",
    "a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4",
    (
        "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip",
    ),
    from_uci_zip,
)
OMNIGLOT_STROKES: Final = _omniglot(
    "strokes_background_small1.zip",
    "8cb3960fb6cf4ccf5f064ad83169f828c36c36782a0f6e7faacb7ecfae4468a2",
)
OMNIGLOT_IMAGES: Final = _omniglot(
    "images_background_small1.zip",
    "f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4",
)
