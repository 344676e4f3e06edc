"""Writes ONNX graphs from PyTorch, quantizes them to int8, and sets their metadata."""

import logging
from collections.abc import Iterable, Mapping, Sequence
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

from export.gate import GateError

OPSET: Final = 18
# The exporter warns of torchvision's operators, which no network here uses.
logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)


def write_fp32(
    network: nn.Module,
    example: Tensor,
    path: Path,
    names: tuple[str, Sequence[str]],
    dynamic_sides: Mapping[int, Any],
) -> None:
    """Writes a network with one input as an fp32 ONNX file.

    example: an input. names: of the input, and of the outputs. dynamic_sides: the sides of the
    input that vary, as torch.export describes them.
    """
    torch.onnx.export(
        network.eval(),
        (example,),
        str(path),
        input_names=[names[0]],
        output_names=names[1],
        dynamic_shapes=(dict(dynamic_sides),),
        opset_version=OPSET,
        dynamo=True,
        external_data=False,  # the quantizer cannot read weights from a second file
        verbose=False,
    )


def fold(fp32: Path, folded: Path) -> None:
    """Writes the fp32 file with its batch norms folded into the convolutions."""
    quant_pre_process(str(fp32), str(folded), skip_symbolic_shape=True)


def write_int8(
    folded: Path,
    int8: Path,
    inputs: Iterable[dict[str, NDArray[np.uint8]]],
    op_types: Sequence[str],
    extra_options: dict[str, Any] | None = None,
) -> None:
    """Quantizes a folded file statically, as QDQ and per channel, with the ranges of these inputs.

    Weights use 7 of their 8 bits. CPUs without VNNI add pairs of products in 16 bits, which weights
    of 8 bits would overflow, so that the same file would read differently on another machine.
    """
    quantize_static(
        str(folded),
        str(int8),
        _Reader(inputs),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=list(op_types),
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        calibrate_method=CalibrationMethod.MinMax,
        extra_options=extra_options,
    )


def set_metadata(path: Path, metadata: dict[str, str]) -> None:
    """Adds or changes metadata of a model. Raises GateError unless the checker accepts it."""
    model = onnx.load(path)
    kept = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(model, kept | metadata)
    save_checked(model, path)


def save_checked(model: onnx.ModelProto, path: Path) -> None:
    """Writes a model. Raises GateError unless ONNX's checker accepts it."""
    try:
        onnx.checker.check_model(model, full_check=True)
    except onnx.checker.ValidationError as error:
        raise GateError(f"nothing written:\n  checker: {error}") from error
    onnx.save(model, path)


def strip(model: onnx.ModelProto) -> None:
    """Removes the exporter's notes from all nodes, because they only make the file larger."""
    for node in model.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    model.graph.ClearField("metadata_props")


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    """Gives inputs to the quantizer one by one."""

    def __init__(self, inputs: Iterable[dict[str, NDArray[np.uint8]]]) -> None:
        self._inputs = iter(inputs)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        return next(self._inputs, None)
