"""Finds the models' files: beside `app` in the repository, and inside it once installed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

APP: Final = Path(__file__).resolve().parents[1]
VARIABLE: Final = "DIGITS_MODEL"  # names the file of another model


def models_folder() -> Path:
    """The folder with the models, their descriptions, and the model card."""
    installed = APP / "models"  # pyproject.toml puts it there in the wheel
    return installed if installed.is_dir() else APP.parent / "models"


def model_file(environment: Mapping[str, str]) -> Path:
    """The model of page, service, command and `Recognizer()`: DIGITS_MODEL's, or the shipped one.

    The shipped model has a .json of the same name with its hash; others need none.
    """
    named = environment.get(VARIABLE, "")
    return Path(named) if named else models_folder() / "model.onnx"
