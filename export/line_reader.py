"""Exports the line reader from its weights to an int8 graph with its operating point."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from app import strip
from app.inference.line_reader import CONTRACT, STRIDE, SYMBOLS, LineReader
from export.artefact import publish
from export.gate import require
from export.graph import fold, save_checked, set_metadata, write_fp32, write_int8
from export.graph import strip as strip_notes
from export.line_fit import UNFITTED, composed_lines, fit
from export.readers_apart import compare, exact_by_reader
from train.data.line_sets import Line, load_line_sets
from train.engine.reader_batches import varied_strip
from train.networks import line_reader
from train.render.lines import Composer

NUM_CALIBRATION: Final = 256  # composed lines, for the ranges of the activations
MAX_DIFFERENCE: Final = 1e-3  # of logits, PyTorch against fp32 ONNX
MAX_EXACT_LOSS: Final = 1.0  # percentage points, from fp32 to int8
MAX_BYTES: Final = 520_000
MAX_COLUMNS: Final = strip.MAX_WIDTH // STRIDE
_SEED: Final = 1

Strips = Sequence[NDArray[np.uint8]]


def export(weights: Path, output: Path, data: Path) -> None:
    """Writes reader.onnx and reader.json into the output folder.

    data: the folder of the data sets. Raises GateError if a figure exceeds its limit, and what
    loading weights and data raises. Nothing is written then.
    """
    network, settings = line_reader.load(weights)
    training, validation = load_line_sets(data)
    random = np.random.default_rng(_SEED)
    composer = Composer(training.writers, training.letters, training.signs)
    calibration = [varied_strip(composer.draw(random), random) for _ in range(NUM_CALIBRATION)]
    sets = {"number strings": validation.strings, "composed lines": composed_lines(validation)}
    with tempfile.TemporaryDirectory() as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        to_fp32(network, fp32)
        to_int8(fp32, int8, calibration)
        fitted = fit(int8, training, validation)
        fitted["compared"] = compare(int8, validation.strings)
        of_fp32, of_int8 = measure(fp32, sets), measure(int8, sets)
        largest = difference(network, fp32, calibration[:16])
        content = int8.read_bytes()
    figures = {"fp32": of_fp32, "int8": of_int8, "largest_difference": largest}
    print(json.dumps(figures | fitted, indent=2))
    require(
        {
            "largest_difference": (largest, MAX_DIFFERENCE),
            "loss of lines read exactly": (
                max(of_fp32[name] - of_int8[name] for name in sets),
                MAX_EXACT_LOSS,
            ),
            "bytes": (len(content), MAX_BYTES),
        }
    )
    details = {
        "read_exactly": {"lines": {name: len(part) for name, part in sets.items()}} | figures,
        **fitted,
        "config": settings,
    }
    publish(output, "reader", content, network, details)


class _OneStrip(nn.Module):
    """The network that is exported, from a strip uint8 (48, w) to logits (w / 4, classes)."""

    def __init__(self, network: line_reader.LineReader) -> None:
        super().__init__()
        self.network = network

    def forward(self, strip: Tensor) -> Tensor:
        features = self.network.embed(strip[None, None].to(torch.float32))[0]
        # A matrix product, which stays in floats, because 256 steps are too coarse for confidences.
        weight, bias = self.network.classes.weight[:, :, 0, 0], self.network.classes.bias
        assert bias is not None
        return features[:, 0].T @ weight.T + bias


def to_fp32(network: line_reader.LineReader, path: Path) -> None:
    """Writes the reader as fp32 ONNX for strips whose width is a multiple of STRIDE."""
    write_fp32(
        _OneStrip(network),
        torch.zeros(strip.HEIGHT, 24 * STRIDE, dtype=torch.uint8),
        path,
        ("strip", ["logits"]),
        {1: STRIDE * torch.export.Dim("_columns", min=1, max=MAX_COLUMNS)},
    )
    form = {"contract": CONTRACT, "symbols": SYMBOLS, "normal_form": strip.NORMAL_FORM}
    set_metadata(path, form | UNFITTED)


def to_int8(fp32: Path, int8: Path, strips: Strips) -> None:
    """Quantizes an fp32 file, calibrated on strips uint8 (48, w)."""
    folded = int8.with_suffix(".folded.onnx")
    fold(fp32, folded)
    inputs = ({"strip": padded(each)} for each in strips)
    write_int8(folded, int8, inputs, ["Conv", "Relu", "MaxPool"])
    folded.unlink()
    model = onnx.load(int8)
    strip_notes(model)
    metadata = {entry.key: entry.value for entry in onnx.load(fp32).metadata_props}
    onnx.helper.set_model_props(model, metadata)
    save_checked(model, int8)


def measure(model: Path, sets: Mapping[str, Sequence[Line]]) -> dict[str, float]:
    """The percentage of each set's lines that the likeliest path through a graph reads exactly."""
    return {name: exact_by_reader(model, lines) for name, lines in sets.items()}


def difference(network: line_reader.LineReader, fp32: Path, strips: Strips) -> float:
    """The largest difference of log-probabilities between PyTorch and the fp32 graph."""
    reader, differences = LineReader(fp32), []
    for each in strips:
        pixels = torch.from_numpy(padded(each))[None, None].float()
        with torch.inference_mode():
            expected = network(pixels)[0].log_softmax(1).numpy()
        differences.append(float(np.abs(expected - reader.scores(each)).max()))
    return max(differences)


def padded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A strip with paper added at the right, so that its width is a multiple of STRIDE."""
    return np.pad(pixels, ((0, 0), (0, -pixels.shape[1] % STRIDE)))
