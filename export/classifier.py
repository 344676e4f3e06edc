"""Exports the digit classifier from its weights to an int8 graph with a description."""

import json
import tempfile
from pathlib import Path
from typing import Any

from export.comparison import compare, report
from export.description import describe
from export.gate import require
from export.quantize import to_fp32
from export.steps import (
    calibration_glyphs,
    contract_of,
    evaluation_sets,
    fit_confidence,
    write_graphs,
)
from export.verify import verify
from train.evaluate.models import load_model
from train.files import write_atomically
from train.networks.classifier import load


def export(weights: Path, output: Path, data: Path, fp32_output: Path | None = None) -> None:
    """Writes model.onnx and model.json into the output folder.

    data: the folder of the data sets. fp32_output: where to keep the fp32 graph, which is not
    served. Raises GateError if a figure exceeds its limit, and what loading weights and data
    raises. Nothing is written then.
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
    described = describe(trained, content, verdict)
    print(_compared_with(output / "model.json", described))
    write_atomically(output / "model.onnx", content)
    write_atomically(output / "model.json", json.dumps(described, indent=2) + "\n")
    print(f"wrote {output / 'model.onnx'}, {len(content):,} bytes, and {output / 'model.json'}")


def describe_again(folder: Path, data: Path) -> dict[str, Any]:
    """Measures the model in a folder again and returns its description.

    The fp32 graph that it is compared with is made from the weights beside it. Raises ValueError if
    those are of another training.
    """
    trained = load(folder / "model.pth")
    int8 = folder / "model.onnx"
    run = load_model(int8).metadata.get("run")
    if run != trained.run:
        raise ValueError(f"{int8}: expected run {trained.run}, as model.pth has it, got {run}")
    collection = evaluation_sets(data)
    with tempfile.TemporaryDirectory() as scratch:
        fp32 = Path(scratch) / "fp32.onnx"
        to_fp32(trained, fp32, contract_of(trained))
        fit_confidence([fp32], collection)
        verdict = verify(trained.network, fp32, int8, collection)
    return describe(trained, int8.read_bytes(), verdict)


def _compared_with(path: Path, described: dict[str, Any]) -> str:
    """A report of how a model differs from that of an earlier description, if there is one."""
    if not path.is_file():
        return "There is no model yet to compare the new one with."
    old = json.loads(path.read_text("utf-8"))
    return report(compare(old["int8"], described["int8"]))
