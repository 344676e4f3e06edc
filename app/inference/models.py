"""Where the models' files are: beside `app` in the repository, inside it once installed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

APP: Final = Path(__file__).resolve().parents[1]
VARIABLE: Final = "DIGITS_MODEL"  # names the file of another model


def models_folder() -> Path:
    """The folder with model.onnx, finder.onnx, what describes them, and the model card."""
    installed = APP / "models"  # pyproject.toml puts it there in the wheel
    return installed if installed.is_dir() else APP.parent / "models"


def model_file(environment: Mapping[str, str]) -> Path:
    """The model that page, service, command and `Recognizer()` use: DIGITS_MODEL's, or the own one.

    A .json of the same name beside it has its hash and figures; another model needs none.
    """
    named = environment.get(VARIABLE, "")
    return Path(named) if named else models_folder() / "model.onnx"
