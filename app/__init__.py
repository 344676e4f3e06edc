"""Reads handwritten digits on a CPU. Needs NumPy, OpenCV and ONNX Runtime; never PyTorch."""

import os

# Since 1.29 ONNX Runtime's Linux wheels tell their maker of each process and model, and keep a
# number of this machine. It must be told not to before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
