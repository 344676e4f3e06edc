"""Reads handwritten digits on a CPU. Needs NumPy, OpenCV and ONNX Runtime; never PyTorch."""
