"""Exports the digit classifier: weights to an int8 graph and its description, or nothing."""

import json
import tempfile
from pathlib import Path

from export.description import describe
from export.gate import require
from export.steps import calibration_glyphs, evaluation_sets, fit_confidence, write_graphs
from export.verify import verify
from train.files import write_atomically
from train.networks.classifier import load


def export(weights: Path, output: Path, data: Path, fp32_output: Path | None = None) -> None:
    """Writes model.onnx and model.json into the output folder if the gate holds.

    data: the folder of the data sets. fp32_output: where to keep the fp32 graph, which is not
    served. Raises GateError, and what loading the weights and the data raises.
    """
    trained = load(weights)
    collection = evaluation_sets(data)
    glyphs = calibration_glyphs(trained.config, data)
    with tempfile.TemporaryDirectory() as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        write_graphs(trained, fp32, int8, glyphs)
        fit_confidence([fp32, int8], collection)
        verdict = verify(trained.network, fp32, int8, collection)
        print(json.dumps(verdict.gate, indent=2))
        require(verdict.limits)
        content = int8.read_bytes()
        if fp32_output is not None:
            write_atomically(fp32_output, fp32.read_bytes())
    description = json.dumps(describe(trained, content, verdict), indent=2) + "\n"
    write_atomically(output / "model.onnx", content)
    write_atomically(output / "model.json", description)
    print(f"wrote {output / 'model.onnx'}, {len(content):,} bytes, and {output / 'model.json'}")
