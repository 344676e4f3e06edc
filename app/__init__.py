"""Reads handwritten digits on a CPU. Needs NumPy, OpenCV and ONNX Runtime; never PyTorch.

Imports run downwards only, which `lint-imports` checks: the commands and `launcher`, `operations`,
`settings`, `guard`, `page` and `api`, `recognizer`, the choice of a picture's ink, `segmentation`,
`ink`, `inference`, then `glyph`, `strip` and `reading`. pyproject.toml lists all layers. Nothing
here imports `train` or `export`.
"""

import os

__version__ = "0.1.0"

# Since 1.29, ONNX Runtime's Linux wheels report each process and model to their maker, and store an
# id of the machine. This must be turned off before ONNX Runtime is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
