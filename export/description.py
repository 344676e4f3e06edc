"""The description of the exported classifier, models/model.json."""

import hashlib
import platform
from importlib.metadata import version
from typing import Any, Final

import onnx

from export.verify import Verdict
from train.config import to_dict
from train.networks.classifier import Trained

PACKAGES: Final = ("numpy", "onnx", "onnxruntime", "opencv-python-headless", "torch")


def describe(trained: Trained, content: bytes, verdict: Verdict) -> dict[str, Any]:
    """The description of a model's file, which depends on weights, data and versions alone."""
    model = onnx.load_from_string(content)
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "opset": next(entry.version for entry in model.opset_import if not entry.domain),
        "inputs": [_port(value) for value in model.graph.input],
        "outputs": [_port(value) for value in model.graph.output],
        "metadata": {entry.key: entry.value for entry in model.metadata_props},
        "parameters": sum(parameter.numel() for parameter in trained.network.parameters()),
        "gate": verdict.gate,
        "int8": stored_figures(verdict.int8),
        "fp32": stored_figures(verdict.fp32),
        "config": to_dict(trained.config),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in PACKAGES},
        "command": "python -m export",
    }


def stored_figures(measured: dict[str, Any]) -> dict[str, Any]:
    """The figures that are stored, without confusions and without those stored elsewhere."""
    sets = {
        name: {key: value for key, value in figures.items() if key != "confusion"}
        for name, figures in measured["sets"].items()
    }
    others = ("mean_accuracy", "not_a_digit", "cross_fitted")
    return {"sets": sets} | {key: measured[key] for key in others if key in measured}


def _port(value: onnx.ValueInfoProto) -> dict[str, Any]:
    """The name, dtype and shape of an input or output; a variable side is a name."""
    tensor = value.type.tensor_type
    return {
        "name": value.name,
        "dtype": onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name,
        "shape": [side.dim_param or side.dim_value for side in tensor.shape.dim],
    }
