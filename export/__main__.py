"""Exports the network: `python -m export [--data DIR]`, about half a minute on two cores.

Reads models/model.pth. Writes models/model.onnx, int8, and models/model.json with its hash and
figures, but only when the gate (export/verify.py) holds; else nothing changes and the exit
status is 1.
"""

import argparse
import hashlib
import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray

from app.glyph import NORMAL_FORM
from app.recognizer import CONTRACT, LABELS
from export.quantize import to_fp32, to_int8
from export.verify import Verdict, verify
from train.config import to_dict
from train.data import Digits, Mnist, data_folder, load_mnist, load_pendigits
from train.download import DataError, place
from train.mixture import Mixture, draw
from train.network import Trained, load

CALIBRATION: Final = 2048  # glyphs of the training mixture; more change nothing
PACKAGES: Final = ("numpy", "onnx", "onnxruntime", "opencv-python-headless", "torch")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/model.pth"), help="weights")
    parser.add_argument("--output", type=Path, default=Path("models"), help="folder written to")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)
    try:
        return export(command.model, command.output, data_folder(command.data))
    except onnx.checker.ValidationError as error:
        print(f"export: nothing written:\n  checker: {error}", file=sys.stderr)
    except (DataError, OSError, ValueError) as error:
        print(f"export: {error}", file=sys.stderr)
    return 1


def export(weights: Path, output: Path, folder: Path) -> int:
    """Exports weights to a folder if the gate holds. Returns the exit status."""
    trained = load(weights)
    mnist, pen = load_mnist(folder), load_pendigits(folder)
    mixture = Mixture(_first(mnist, CALIBRATION), pen.train, trained.config)
    sets = {
        "mnist_test": mnist.test,
        "mnist_validation": mnist.validation,
        "pen_validation": draw(pen.validation),
    }
    with tempfile.TemporaryDirectory() as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        write(trained, fp32, int8, mixture.epoch(0)[0][:CALIBRATION])
        verdict = verify(trained.network, fp32, int8, sets)
        print(json.dumps({"gate": verdict.gate, "sets": verdict.sets}, indent=2))
        if verdict.failures:
            print("export: nothing written:\n  " + "\n  ".join(verdict.failures), file=sys.stderr)
            return 1
        content = int8.read_bytes()
    described = json.dumps(describe(trained, content, verdict), indent=2) + "\n"
    place(output / "model.onnx", content)
    place(output / "model.json", described.encode())
    print(f"wrote {output / 'model.onnx'}, {len(content):,} bytes, and {output / 'model.json'}")
    return 0


def write(trained: Trained, fp32: Path, int8: Path, glyphs: NDArray[np.uint8]) -> None:
    """Writes both graphs, the int8 one calibrated on glyphs uint8 (n, 28, 28)."""
    to_fp32(trained, fp32, metadata(trained))
    to_int8(fp32, int8, glyphs)


def metadata(trained: Trained) -> dict[str, str]:
    """The contract that travels in the model."""
    return {
        "contract": CONTRACT,
        "labels": LABELS,
        "normal_form": NORMAL_FORM,
        "run": trained.run,
        "temperature": "1.0",
    }


def describe(trained: Trained, content: bytes, verdict: Verdict) -> dict[str, Any]:
    """What models/model.json holds; the same for the same weights, data and versions."""
    model = onnx.load_from_string(content)
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "opset": next(entry.version for entry in model.opset_import if not entry.domain),
        "inputs": [_port(value) for value in model.graph.input],
        "outputs": [_port(value) for value in model.graph.output],
        "metadata": metadata(trained),
        "parameters": sum(parameter.numel() for parameter in trained.network.parameters()),
        "accuracy": verdict.sets,
        "gate": verdict.gate,
        "config": to_dict(trained.config),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in PACKAGES},
        "command": "python -m export",
    }


def _port(value: onnx.ValueInfoProto) -> dict[str, Any]:
    """An input's or output's name, dtype and shape; a side that varies has a name."""
    tensor = value.type.tensor_type
    return {
        "name": value.name,
        "dtype": onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name,
        "shape": [side.dim_param or side.dim_value for side in tensor.shape.dim],
    }


def _first(mnist: Mnist, count: int) -> Digits:
    return Digits(mnist.train.glyphs[:count], mnist.train.labels[:count])


if __name__ == "__main__":
    sys.exit(main())
