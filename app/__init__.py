"""Reads handwritten digits on a CPU. Needs NumPy, OpenCV and ONNX Runtime; never PyTorch.

Imports run downwards only, and `lint-imports` holds them to it: `page` and `api`, `recognizer`,
`turning` and `writing`, `segmentation`, `ink`, `inference`, then `glyph` and `reading`. Nothing
here imports `train` or `export`.
"""

import os

__version__ = "0.1.0"

# Since 1.29, ONNX Runtime's Linux wheels report each process and model to their maker, and store an
# id of the machine. This must be turned off before ONNX Runtime is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
