"""Models whose answers are predictable: they compare a glyph with the ten drawn digits."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from app.ink import strokes as ink
from tests.support.drawings import DIGITS
from train.config import Config
from train.networks.classifier import Network, save

STROKES = [[(line * 200).astype(np.float32) for line in DIGITS[digit]] for digit in range(10)]
OURS = {
    "contract": "digits/2",
    "labels": "0123456789?",
    "normal_form": "1",
    "temperature": "2.0",
    "threshold": "-1.0",
}


def templates() -> NDArray[np.uint8]:
    """The glyphs of 0 to 9, uint8 (10, 28, 28)."""
    return np.stack([ink.ink_glyph(strokes) for strokes in STROKES])


def matching() -> NDArray[np.float32]:
    """Weights (784, 10) under which a glyph's largest logit is that of the digit it is."""
    flat = templates().reshape(10, -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return (flat / np.linalg.norm(flat, axis=1, keepdims=True)).T / 100


def write_onnx(
    path: Path,
    weights: NDArray[np.float32],
    shape: list[Any],
    dtype: int = TensorProto.FLOAT,
    metadata: dict[str, str] | None = None,
) -> Path:
    """A model of one matrix: glyphs of any shape and dtype to logits."""
    rows = shape[0] if isinstance(shape[0], int) else -1
    nodes = [
        helper.make_node("Cast", ["glyphs"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["real", "flat"], ["rows"]),
        helper.make_node("MatMul", ["rows", "weights"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "matching",
        [helper.make_tensor_value_info("glyphs", dtype, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [shape[0], weights.shape[1]])],
        [
            numpy_helper.from_array(np.array([rows, 784], np.int64), "flat"),
            numpy_helper.from_array(weights, "weights"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return path


def foreign(folder: Path) -> Path:
    """A model like the published ones: it takes one glyph of floats, and has no metadata."""
    return write_onnx(folder / "foreign.onnx", matching(), [1, 1, 28, 28])


def ours(folder: Path) -> Path:
    """A model as export writes it: uint8 batches, eleven logits, the last from the corner pixel."""
    corner = np.zeros((784, 1), np.float32)
    corner[0] = 1  # a glyph with 255 in the corner is certainly not a digit
    weights = np.concatenate([matching(), corner], axis=1)
    return write_onnx(folder / "ours.onnx", weights, ["n", 28, 28], TensorProto.UINT8, OURS)


def ours_in_torch(folder: Path) -> Path:
    """Untrained weights, in the format that train writes."""
    torch.manual_seed(0)
    save(folder / "untrained.pth", Network(((4, 3, 2), (6, 3, 2))), Config(), "a-run")
    return folder / "untrained.pth"


def marked(glyphs: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The glyphs with ink in the corner, which are certainly not digits."""
    with_corner = glyphs.copy()
    with_corner[:, 0, 0] = 255
    return with_corner
