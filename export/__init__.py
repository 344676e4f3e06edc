"""Exports trained weights: models/model.pth -> models/model.onnx and models/model.json."""

import app as app  # before ONNX Runtime, which it keeps from reporting
