"""Trains the network that reads digits: data -> models/model.pth, by `python -m train`."""

import app as app  # before ONNX Runtime, which it keeps from reporting
