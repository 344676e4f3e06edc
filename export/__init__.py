"""Exports trained weights: models/model.pth -> models/model.onnx and models/model.json."""
