"""Exports the network: `python -m export [--data DIR]`, about two minutes on two cores.

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
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray

from app.glyph import NORMAL_FORM
from app.inference.scores import ood_log_odds
from app.recognizer import CONTRACT, LABELS, Recognizer
from export.quantize import set_metadata, to_fp32, to_int8
from export.verify import Verdict, verify
from train.config import Config, to_dict
from train.data.datasets import Digits, data_folder, load_mnist
from train.data.download import DataError
from train.data.sources import load_sources
from train.evaluate.calibration import fit_temperature, threshold_at
from train.evaluate.protocol import CALIBRATED, TARGET_FALSE_REJECT_RATE, TEST
from train.evaluate.sets import Collection, EvaluationSet, Wanted, collect
from train.files import write_atomically
from train.mixture import Mixture
from train.networks.classifier import Trained, load

CALIBRATION: Final = 512  # glyphs of the training mixture; more widen the ranges for a few
DRAWN: Final = 2_048  # of each source, that they are among
PACKAGES: Final = ("numpy", "onnx", "onnxruntime", "opencv-python-headless", "torch")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/model.pth"), help="weights")
    parser.add_argument("--output", type=Path, default=Path("models"), help="folder written to")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--fp32", type=Path, help="where to keep the float graph too, to compare")
    command = parser.parse_args(arguments)
    try:
        return export(command.model, command.output, data_folder(command.data), command.fp32)
    except onnx.checker.ValidationError as error:
        print(f"export: nothing written:\n  checker: {error}", file=sys.stderr)
    except (DataError, OSError, ValueError) as error:
        print(f"export: {error}", file=sys.stderr)
    return 1


def export(weights: Path, output: Path, folder: Path, kept: Path | None = None) -> int:
    """Exports weights to a folder if the gate holds. Returns the exit status.

    kept: where the fp32 graph goes, which is not served.
    """
    trained = load(weights)
    collection = everything(folder)
    fitted = [collection.sets[name].digits for name in CALIBRATED]
    glyphs = glyphs_for_calibration(trained.config, folder)
    with tempfile.TemporaryDirectory() as scratch:
        fp32, int8 = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        write(trained, fp32, int8, glyphs)
        calibrate([fp32, int8], fitted)
        verdict = verify(trained.network, fp32, int8, collection)
        print(json.dumps(verdict.gate, indent=2))
        if verdict.failures:
            print("export: nothing written:\n  " + "\n  ".join(verdict.failures), file=sys.stderr)
            return 1
        content = int8.read_bytes()
        if kept is not None:
            write_atomically(kept, fp32.read_bytes())
    described = json.dumps(describe(trained, content, verdict), indent=2) + "\n"
    write_atomically(output / "model.onnx", content)
    write_atomically(output / "model.json", described)
    print(f"wrote {output / 'model.onnx'}, {len(content):,} bytes, and {output / 'model.json'}")
    return 0


def everything(folder: Path) -> Collection:
    """All sets that are scored, MNIST's test file among them. Raises DataError if one is not."""
    collection = collect(Wanted(folder))
    if collection.skipped:
        raise DataError("; ".join(collection.skipped.values()))
    collection.sets[TEST] = EvaluationSet(load_mnist(folder).test)
    return collection


def glyphs_for_calibration(config: Config, folder: Path) -> NDArray[np.uint8]:
    """Training glyphs uint8 (CALIBRATION, 28, 28) for the ranges of the activations."""
    few = replace(
        config,
        limit=DRAWN,
        num_restroked=DRAWN,
        num_photographs=DRAWN // 4,
        num_negatives=DRAWN // 4,
    )
    mixture = Mixture(load_sources(folder).train, few)
    return mixture.shard(0, mixture.source_set(0)).glyphs[:CALIBRATION]


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
    }


def calibrate(models: Sequence[Path], validation: Sequence[Digits]) -> None:
    """Puts temperature and threshold, fitted on validation digits, into a model's metadata.

    models: each is fitted by itself, since it is its own confidence that is shown.
    """
    glyphs = np.concatenate([digits.glyphs for digits in validation])
    labels = np.concatenate([digits.labels for digits in validation])
    for path in models:
        set_metadata(path, {"temperature": "1", "threshold": "inf"})
        logits = Recognizer(path).logits(glyphs)
        threshold = threshold_at(ood_log_odds(logits), TARGET_FALSE_REJECT_RATE)
        temperature = fit_temperature(logits, labels)
        set_metadata(path, {"temperature": f"{temperature:.4f}", "threshold": f"{threshold:.4f}"})


def describe(trained: Trained, content: bytes, verdict: Verdict) -> dict[str, Any]:
    """What models/model.json holds; the same for the same weights, data and versions."""
    model = onnx.load_from_string(content)
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "opset": next(entry.version for entry in model.opset_import if not entry.domain),
        "inputs": [_port(value) for value in model.graph.input],
        "outputs": [_port(value) for value in model.graph.output],
        "metadata": {entry.key: entry.value for entry in model.metadata_props},
        "parameters": sum(parameter.numel() for parameter in trained.network.parameters()),
        "gate": verdict.gate,
        "int8": figures_of(verdict.int8),
        "fp32": figures_of(verdict.fp32),
        "config": to_dict(trained.config),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in PACKAGES},
        "command": "python -m export",
    }


def figures_of(measured: dict[str, Any]) -> dict[str, Any]:
    """What was measured, without what is said elsewhere or would only be looked at."""
    sets = {
        name: {key: value for key, value in one.items() if key != "confusion"}
        for name, one in measured["sets"].items()
    }
    means = {key: measured[key] for key in ("mean_accuracy", "not_a_digit") if key in measured}
    return {"sets": sets} | means


def _port(value: onnx.ValueInfoProto) -> dict[str, Any]:
    """An input's or output's name, dtype and shape; a side that varies has a name."""
    tensor = value.type.tensor_type
    return {
        "name": value.name,
        "dtype": onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name,
        "shape": [side.dim_param or side.dim_value for side in tensor.shape.dim],
    }


if __name__ == "__main__":
    sys.exit(main())
