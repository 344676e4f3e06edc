"""Where the models' files are: beside `app` in the repository, inside it once installed."""

from pathlib import Path
from typing import Final

APP: Final = Path(__file__).resolve().parents[1]


def models_folder() -> Path:
    """The folder with model.onnx, finder.onnx, what describes them, and the model card."""
    installed = APP / "models"  # pyproject.toml puts it there in the wheel
    return installed if installed.is_dir() else APP.parent / "models"
