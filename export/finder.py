"""Exports the ink finder: `python -m export.finder [--data DIR]`, about two minutes on two cores.

Reads models/finder.pth. Writes models/finder.onnx, int8, and models/finder.json with its hash and
figures, but only when the gate holds; else nothing changes and the exit status is 1.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
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

from app.ink.segmenter import CONTRACT, SIDE, STRIDE, Segmenter
from export.quantize import OPSET, set_metadata, strip
from train.config import Config
from train.data.datasets import data_folder
from train.data.download import DataError
from train.data.sources import load_sources
from train.files import write_atomically
from train.networks.unet import UNet, load
from train.render.sheets import SheetMaker, Sheets

CALIBRATION: Final = 128  # training sheets, for the ranges of the activations
VALIDATION: Final = 512  # sheets of writers and digits that nobody trained on
LARGEST_DIFFERENCE: Final = 1e-3  # of probabilities, torch against fp32 ONNX
LARGEST_LOSS: Final = 1.0  # points of overlap, fp32 to int8
LARGEST_FILE: Final = 300_000  # bytes
_SEED: Final = 1  # of sheets; training's begin with its own seed, and are of other length


class _OnePicture(nn.Module):
    """What is exported: a picture uint8 (h, w, 3) in, probabilities of ink (h, w) out."""

    def __init__(self, network: UNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> Tensor:
        return torch.sigmoid(self.network(picture[None])[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.finder", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/finder.pth"), help="weights")
    parser.add_argument("--output", type=Path, default=Path("models"), help="folder written to")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)
    try:
        return export(command.model, command.output, data_folder(command.data))
    except (DataError, OSError, ValueError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 1


def export(weights: Path, output: Path, folder: Path) -> int:
    """Exports weights to a folder if the gate holds. Returns the exit status."""
    network, settings = load(weights)
    training, held_back = load_sources(folder)
    sheets = SheetMaker(held_back, Config()).make(VALIDATION, (_SEED,))
    with tempfile.TemporaryDirectory() as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        to_fp32(network, fp32)
        to_int8(fp32, int8, SheetMaker(training, Config()).make(CALIBRATION, (_SEED, 1)).pictures)
        figures = measure(network, fp32, int8, sheets)
        content = int8.read_bytes()
    print(json.dumps(figures, indent=2))
    limits = {
        "largest_difference": (figures["largest_difference"], LARGEST_DIFFERENCE),
        "loss of overlap": (figures["fp32"] - figures["int8"], LARGEST_LOSS),
        "bytes": (len(content), LARGEST_FILE),
    }
    failures = [
        f"{name}: expected at most {most}, came {came}"
        for name, (came, most) in limits.items()
        if came > most
    ]
    if failures:
        print("export: nothing written:\n  " + "\n  ".join(failures), file=sys.stderr)
        return 1
    described = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "overlap": {"sheets": VALIDATION} | figures,
        "config": settings,
        "command": "python -m export.finder",
    }
    write_atomically(output / "finder.onnx", content)
    write_atomically(output / "finder.json", json.dumps(described, indent=2) + "\n")
    print(f"wrote {output / 'finder.onnx'}, {len(content):,} bytes, and {output / 'finder.json'}")
    return 0


def to_fp32(network: UNet, path: Path) -> None:
    """Writes the finder as fp32 ONNX for pictures whose sides are multiples of STRIDE."""
    height, width = (STRIDE * torch.export.Dim(f"_{name}", min=1, max=64) for name in "hw")
    torch.onnx.export(
        _OnePicture(network).eval(),
        (torch.zeros(2 * STRIDE, 3 * STRIDE, 3, dtype=torch.uint8),),
        str(path),
        input_names=["picture"],
        output_names=["ink"],
        dynamic_shapes=({0: height, 1: width},),
        opset_version=OPSET,
        dynamo=True,
        external_data=False,  # the quantizer cannot read weights from a second file
        verbose=False,
    )
    set_metadata(path, {"contract": CONTRACT})


def to_int8(fp32: Path, int8: Path, pictures: NDArray[np.uint8]) -> None:
    """Quantizes statically, per channel, calibrated on pictures (n, SIDE, SIDE, 3).

    Weights get 7 bits for the same reason as the recogniser's, see `quantize.to_int8`.
    """
    folded = int8.with_suffix(".folded.onnx")
    quant_pre_process(str(fp32), str(folded), skip_symbolic_shape=True)
    quantize_static(
        str(folded),
        str(int8),
        _Pictures(pictures),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "Relu", "Concat", "Resize"],
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        calibrate_method=CalibrationMethod.MinMax,
    )
    folded.unlink()
    model = onnx.load(int8)
    strip(model)
    onnx.save(model, int8)
    set_metadata(int8, {"contract": CONTRACT})


def measure(network: UNet, fp32: Path, int8: Path, sheets: Sheets) -> dict[str, float]:
    """Overlap of what is found with the ink that is there, in percent: twice what both have, of
    the sum of both (Dice); and the largest difference between torch and fp32 ONNX."""
    finders = {"fp32": Segmenter(fp32), "int8": Segmenter(int8)}
    figures = {}
    for name, finder in finders.items():
        found = np.stack([finder.ink_probabilities(picture, SIDE) for picture in sheets.pictures])
        figures[name] = round(100 * overlap(found, sheets.ink), 3)
    with torch.inference_mode():
        own = torch.sigmoid(network(torch.from_numpy(sheets.pictures[:16]))).numpy()
    theirs = np.stack(
        [finders["fp32"].ink_probabilities(picture) for picture in sheets.pictures[:16]]
    )
    return figures | {"largest_difference": float(np.abs(own - theirs).max())}


def overlap(found: NDArray[np.float32], ink: NDArray[np.uint8]) -> float:
    """Mean Dice coefficient of sheets that have ink: probabilities and uint8 ink (n, h, w)."""
    mask, truth = found > 0.5, ink > 127
    both, either = (mask & truth).sum((1, 2)), mask.sum((1, 2)) + truth.sum((1, 2))
    written = truth.any((1, 2))
    return float((2 * both[written] / either[written]).mean())


class _Pictures(CalibrationDataReader):  # type: ignore[misc]
    """Hands pictures to the quantizer."""

    def __init__(self, pictures: NDArray[np.uint8]) -> None:
        self._pictures = iter(pictures)

    def get_next(self) -> dict[str, Any] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {"picture": picture}


if __name__ == "__main__":
    sys.exit(main())
