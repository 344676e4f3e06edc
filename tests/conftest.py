"""What all tests share. Nothing here needs torch: the app's tests run without it."""

import os
from pathlib import Path

import pytest

from app.recognizer import Recognizer

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def recognizer() -> Recognizer:
    """The committed model."""
    return Recognizer()


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder: $DIGITS_DATA, ../shared/data or data/, whichever is there first."""
    named = [Path(os.environ["DIGITS_DATA"])] if "DIGITS_DATA" in os.environ else []
    for folder in (*named, ROOT.parent / "shared" / "data", ROOT / "data"):
        if (folder / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
            return folder
    pytest.skip("needs the full datasets: python -m train.data, or set DIGITS_DATA")
