"""Writes the classifier as an fp32 ONNX graph, and quantizes that statically to int8."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from app.glyph import SIDE
from export.graph import fold, save_checked, set_metadata, strip, write_fp32, write_int8
from export.rounding import round_well
from train.networks.classifier import FOLD, MEAN, STD, Network, Trained

_CALIBRATION_BATCH: Final = 256


class _Both(nn.Module):
    """A network with both outputs of the exported graph."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, glyphs: Tensor) -> tuple[Tensor, Tensor]:
        features = self.network.embed(glyphs)
        return self.network.head(features), features


def to_fp32(trained: Trained, path: Path, metadata: dict[str, str]) -> None:
    """Writes the network as an fp32 ONNX file that passes the checker.

    Its input is "glyphs" uint8 (batch, 28, 28), which it scales itself. Its outputs are "logits"
    float32 (batch, 11) and "features", the inputs of the last layer.
    """
    write_fp32(
        _Both(trained.network),
        torch.zeros(2, SIDE, SIDE, dtype=torch.uint8),
        path,
        ("glyphs", ["logits", "features"]),
        {0: torch.export.Dim("batch")},
    )
    set_metadata(path, metadata)


def to_int8(fp32: Path, int8: Path, glyphs: NDArray[np.uint8]) -> None:
    """Quantizes an fp32 file, calibrated on glyphs uint8 (n, 28, 28); see also export.rounding."""
    folded = int8.with_suffix(".folded.onnx")
    fold(fp32, folded)
    batches = np.split(glyphs, range(_CALIBRATION_BATCH, len(glyphs), _CALIBRATION_BATCH))
    write_int8(
        folded,
        int8,
        ({"glyphs": batch} for batch in batches),
        ["Conv", "Relu", "Transpose", "Reshape", "Gemm"],
        # The logits stay floats: 256 steps would be too coarse for a calibrated confidence.
        {"OpTypesToExcludeOutputQuantization": ["Gemm"]},
    )
    model = onnx.load(int8)
    round_well(model, folded, glyphs)
    folded.unlink()
    for field in ("doc_string", "producer_version"):
        model.ClearField(field)
    onnx.helper.set_model_props(
        model, {entry.key: entry.value for entry in onnx.load(fp32).metadata_props}
    )
    _feed_bytes(model)
    _give_features(model)
    strip(model)
    save_checked(model, int8)


def _feed_bytes(model: onnx.ModelProto) -> None:
    """Makes the glyphs' own bytes the first quantized tensor.

    (glyph - MEAN) / STD is what dequantizing with zero point MEAN and scale 1 / STD computes. So
    the first convolution takes the bytes directly, and the quantizer's arithmetic before it is
    removed.
    """
    graph = model.graph
    first = next(node for node in graph.node if node.op_type == "Conv")
    side = SIDE // FOLD
    constants: dict[str, NDArray[Any]] = {
        "glyphs_parted": np.array([0, side, FOLD, side, FOLD], np.int64),
        "glyphs_folded": np.array([0, side, side, FOLD**2], np.int64),
        "glyphs_scale": np.array(1 / STD, np.float32),
        "glyphs_zero_point": np.array(MEAN, np.uint8),
    }
    graph.initializer.extend(
        onnx.numpy_helper.from_array(value, name) for name, value in constants.items()
    )
    parted, folded, scale, zero = constants
    make = onnx.helper.make_node
    bytes_in = [
        # The pixels of each fold become channels and are put last, which is the layout of ONNX
        # Runtime's kernels. ONNX Runtime removes the last Transpose when it optimises the graph.
        make("Reshape", ["glyphs", parted], ["glyphs_by_fold"]),
        make("Transpose", ["glyphs_by_fold"], ["glyphs_by_place"], perm=[0, 1, 3, 2, 4]),
        make("Reshape", ["glyphs_by_place", folded], ["glyphs_nhwc"]),
        make("Transpose", ["glyphs_nhwc"], ["glyphs_nchw"], perm=[0, 3, 1, 2]),
        make("DequantizeLinear", ["glyphs_nchw", scale, zero], ["glyphs_normalized"]),
    ]
    first.input[0] = "glyphs_normalized"
    needed, used = [], {output.name for output in graph.output}
    for node in reversed([*bytes_in, *graph.node]):
        if used & set(node.output):
            needed.append(node)
            used |= set(node.input)
    kept = [entry for entry in graph.initializer if entry.name in used]
    graph.ClearField("node")
    graph.ClearField("initializer")
    graph.node.extend(reversed(needed))
    graph.initializer.extend(kept)


def _give_features(model: onnx.ModelProto) -> None:
    """Outputs the features as the bytes that the last layer gets, in steps of their scale.

    Only their directions are used, and turning them into floats would take another layer.
    """
    graph = model.graph
    last = next(node for node in graph.node if node.op_type == "Gemm")
    floats = next(node for node in graph.node if last.input[0] in node.output)
    quantized_name = floats.input[0]
    zero = next(entry for entry in graph.initializer if entry.name == floats.input[2])
    if onnx.numpy_helper.to_array(zero) != 0:
        raise ValueError(f"{quantized_name}: expected bytes that are 0 where the features are")
    floats.output[0] = last.input[0] = "last"
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = ["features" if name == quantized_name else name for name in names]
    output = next(entry for entry in graph.output if entry.name == "features")
    output.type.tensor_type.elem_type = onnx.TensorProto.UINT8
