"""Reads handwritten digits on a CPU. Needs NumPy, OpenCV and ONNX Runtime; never PyTorch.

Imports run downwards only, and `lint-imports` holds them to it: `page` and `api`, `recognizer`,
`turning` and `writing`, `segmentation`, `ink`, `inference`, then `glyph` and `reading`. Nothing
here imports `train` or `export`.
"""

import os

__version__ = "0.1.0"

# Since 1.29 ONNX Runtime's Linux wheels tell their maker of each process and model, and keep a
# number of this machine. It must be told not to before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
