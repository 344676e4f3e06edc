"""Trained weights to an fp32 ONNX graph, and that to static int8."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from app.glyph import SIDE
from export.rounding import round_well
from train.networks.classifier import FOLD, MEAN, STD, Network, Trained

OPSET: Final = 18
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

    Input "glyphs" uint8 (batch, 28, 28), outputs "logits" float32 (batch, 11) and "features",
    what the last layer decides by, scaling inside, the contract in the metadata.
    """
    torch.onnx.export(
        _Both(trained.network).eval(),
        (torch.zeros(2, 28, 28, dtype=torch.uint8),),
        str(path),
        input_names=["glyphs"],
        output_names=["logits", "features"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        opset_version=OPSET,
        dynamo=True,
        external_data=False,  # the quantizer cannot read weights from a second file
        verbose=False,
    )
    set_metadata(path, metadata)


def set_metadata(path: Path, metadata: dict[str, str]) -> None:
    """Adds to a model's metadata, or changes it; the file must pass the checker."""
    model = onnx.load(path)
    kept = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(model, kept | metadata)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def to_int8(fp32: Path, int8: Path, glyphs: NDArray[np.uint8]) -> None:
    """Quantizes an fp32 file statically: QDQ, per-channel, calibrated on glyphs (n, 28, 28).

    The weights are rounded together (export.rounding).

    Weights get 7 of their 8 bits: CPUs without VNNI add pairs of products in 16 bits, which
    full-range weights overflow, so that the same file would read differently from machine to
    machine.
    """
    folded = int8.with_suffix(".folded.onnx")
    quant_pre_process(str(fp32), str(folded), skip_symbolic_shape=True)
    quantize_static(
        str(folded),
        str(int8),
        _Calibration(glyphs),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Relu", "Transpose", "Reshape", "Gemm"],
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        calibrate_method=CalibrationMethod.MinMax,
        # The logits stay floats: 256 steps would be too coarse for a calibrated confidence.
        extra_options={"OpTypesToExcludeOutputQuantization": ["Gemm"]},
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
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, int8)


def _feed_bytes(model: onnx.ModelProto) -> None:
    """Makes the glyphs' own bytes the first quantized tensor.

    (glyph - MEAN) / STD is just what dequantizing with zero point MEAN and scale 1 / STD means, so
    the first convolution can take the bytes as they come; the arithmetic that the quantizer put
    before it goes.
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
        # Each fold's pixels as channels, these last: so ONNX Runtime works, and cancels the way
        # back that the last of these nodes is.
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
    """Gives the features as the bytes that the last layer gets, in steps of their scale.

    Their directions are all that is asked of them, and to make floats of them would cost each
    glyph a layer more.
    """
    graph = model.graph
    last = next(node for node in graph.node if node.op_type == "Gemm")
    floats = next(node for node in graph.node if last.input[0] in node.output)
    given = floats.input[0]
    zero = next(entry for entry in graph.initializer if entry.name == floats.input[2])
    if onnx.numpy_helper.to_array(zero) != 0:
        raise ValueError(f"{given}: expected bytes that are 0 where the features are")
    floats.output[0] = last.input[0] = "last"
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = ["features" if name == given else name for name in names]
    output = next(entry for entry in graph.output if entry.name == "features")
    output.type.tensor_type.elem_type = onnx.TensorProto.UINT8


def strip(model: onnx.ModelProto) -> None:
    """Takes out the exporter's notes on each node, which only make the file larger."""
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    model.graph.ClearField("metadata_props")


class _Calibration(CalibrationDataReader):  # type: ignore[misc]
    """Hands the glyphs to the quantizer in batches."""

    def __init__(self, glyphs: NDArray[np.uint8]) -> None:
        self._batches = iter(
            np.split(glyphs, range(_CALIBRATION_BATCH, len(glyphs), _CALIBRATION_BATCH))
        )

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"glyphs": batch}
