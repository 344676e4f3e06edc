"""Exports the ink finder, a U-Net, from its weights to an int8 graph with a description."""

import json
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from app.ink.photographs.segmenter import CONTRACT, SIDE, STRIDE, Segmenter
from export.artefact import publish
from export.gate import require
from export.graph import fold, set_metadata, strip, write_fp32, write_int8
from train.config import Config
from train.data.sources import load_sources
from train.networks.unet import UNet, load
from train.render.sheets import OUTSIDE, SheetMaker, Sheets

NUM_CALIBRATION: Final = 128  # training sheets, for the ranges of the activations
NUM_VALIDATION: Final = 512  # sheets with the digits of validation writers
MAX_DIFFERENCE: Final = 1e-3  # of probabilities, PyTorch against fp32 ONNX
MAX_OVERLAP_LOSS: Final = 1.0  # percentage points, from fp32 to int8
MAX_BYTES: Final = 300_000
_SEED: Final = 1  # of the sheets; training sheets have other seeds


def export(weights: Path, output: Path, data: Path) -> None:
    """Writes finder.onnx and finder.json into the output folder.

    data: the folder of the data sets. Raises GateError if a figure exceeds its limit, and what
    loading weights and data raises. Nothing is written then.
    """
    network, settings = load(weights)
    training, validation = load_sources(data)
    sheets = SheetMaker(validation, Config()).make(NUM_VALIDATION, (_SEED,))
    calibration = SheetMaker(training, Config()).make(NUM_CALIBRATION, (_SEED, 1))
    with tempfile.TemporaryDirectory() as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        to_fp32(network, fp32)
        to_int8(fp32, int8, calibration.pictures)
        figures = measure(network, fp32, int8, sheets)
        content = int8.read_bytes()
    print(json.dumps(figures, indent=2))
    require(
        {
            "largest_difference": (figures["largest_difference"], MAX_DIFFERENCE),
            "loss of overlap": (figures["fp32"] - figures["int8"], MAX_OVERLAP_LOSS),
            "bytes": (len(content), MAX_BYTES),
        }
    )
    details = {
        "overlap": {"sheets": NUM_VALIDATION} | figures,
        "config": settings,
    }
    publish(output, "finder", content, network, details)


class _OnePicture(nn.Module):
    """The network that is exported, from a picture uint8 (h, w, 3) to ink probabilities (h, w)."""

    def __init__(self, network: UNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> Tensor:
        return torch.sigmoid(self.network(picture[None])[0])


def to_fp32(network: UNet, path: Path) -> None:
    """Writes the U-Net as fp32 ONNX for pictures whose sides are multiples of STRIDE."""
    height, width = (STRIDE * torch.export.Dim(f"_{name}", min=1, max=64) for name in "hw")
    write_fp32(
        _OnePicture(network),
        torch.zeros(2 * STRIDE, 3 * STRIDE, 3, dtype=torch.uint8),
        path,
        ("picture", ["ink"]),
        {0: height, 1: width},
    )
    set_metadata(path, {"contract": CONTRACT})


def to_int8(fp32: Path, int8: Path, pictures: NDArray[np.uint8]) -> None:
    """Quantizes an fp32 file, calibrated on pictures uint8 (n, SIDE, SIDE, 3)."""
    folded = int8.with_suffix(".folded.onnx")
    fold(fp32, folded)
    op_types = ["Conv", "Relu", "Concat", "Resize"]
    write_int8(folded, int8, ({"picture": picture} for picture in pictures), op_types)
    folded.unlink()
    model = onnx.load(int8)
    strip(model)
    onnx.save(model, int8)
    set_metadata(int8, {"contract": CONTRACT})


def measure(network: UNet, fp32: Path, int8: Path, sheets: Sheets) -> dict[str, float]:
    """How well both graphs find ink, and how much fp32 differs from PyTorch.

    fp32, int8: mean overlap, see `overlap`, in percent. largest_difference: of probabilities.
    """
    segmenters = {"fp32": Segmenter(fp32), "int8": Segmenter(int8)}
    figures = {}
    for name, segmenter in segmenters.items():
        maps = [segmenter.ink_probabilities(picture, SIDE) for picture in sheets.pictures]
        figures[name] = round(100 * overlap(np.stack(maps), sheets.ink), 3)
    pictures = sheets.pictures[:16]
    with torch.inference_mode():
        expected = torch.sigmoid(network(torch.from_numpy(pictures))).numpy()
    exported = np.stack([segmenters["fp32"].ink_probabilities(picture) for picture in pictures])
    return figures | {"largest_difference": float(np.abs(expected - exported).max())}


def overlap(probabilities: NDArray[np.float32], ink: NDArray[np.uint8]) -> float:
    """The mean Dice coefficient, 0 to 1, of the sheets that have ink, within their pictures.

    It is twice the number of pixels that are ink in both, divided by the sum of the ink pixels of
    each. probabilities: of ink, (n, h, w). ink: uint8 (n, h, w), see `Sheets`.
    """
    mask, truth = (probabilities > 0.5) & (ink != OUTSIDE), ink > 127
    both, either = (mask & truth).sum((1, 2)), mask.sum((1, 2)) + truth.sum((1, 2))
    has_ink = truth.any((1, 2))
    return float((2 * both[has_ink] / either[has_ink]).mean())
