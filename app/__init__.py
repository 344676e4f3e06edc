"""Reads handwritten digits on a CPU. Needs NumPy, OpenCV and ONNX Runtime; never PyTorch.

Imports run downwards only, which `lint-imports` checks: the commands and `launcher`, `operations`,
`settings`, `guard`, `page` and `api`, `recognizer`, the choice of a picture's ink, `segmentation`,
`ink`, `inference`, then `glyph`, `strip` and `reading`. pyproject.toml lists all layers. Nothing
here imports `train` or `export`.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

# Since 1.29, ONNX Runtime's Linux wheels report each process and model to their maker, and store an
# id of the machine. This must be turned off before ONNX Runtime is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from app.reading import Digit, Reading, UnreadableInput
    from app.recognizer import Recognizer
else:

    def __getattr__(name: str) -> object:
        """What programs read with, imported when it is asked for, as it takes some of a second."""
        if name not in __all__:
            raise AttributeError(f"module 'app' has no attribute {name!r}")
        module = "app.recognizer" if name == "Recognizer" else "app.reading"
        return getattr(import_module(module), name)


__all__ = ["Digit", "Reading", "Recognizer", "UnreadableInput"]
