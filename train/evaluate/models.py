"""Loads models of every kind behind one interface, from glyphs uint8 (n, 28, 28) to logits.

There are weights written by train, ONNX files written by export, which describe themselves in their
metadata, and ONNX files from elsewhere. The latter are assumed to read a glyph with ink 255 on 0,
in any shape of 784 values, as float32 or uint8, one at a time or in batches.
"""

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

from app.glyph import SIDE
from app.inference.session import PROVIDERS, WrongModel, session_options
from app.reading import NUM_DIGITS
from app.recognizer import LABELS
from train.evaluate import score
from train.networks.classifier import load

Logits = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

_DTYPES: Final = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}


@dataclass(frozen=True, eq=False)
class Model:
    """A network that can be run, and its properties.

    kind: "torch", "onnx" (ours) or "foreign onnx".
    bytes: of its file; parameters: trained numbers in it.
    temperature: divides the logits before the softmax; 1 if the file has none.
    threshold: the OOD score above which it rejects; None if the file has none.
    logits: float32 (n, 10) or (n, 11) of glyphs uint8 (n, 28, 28), ink 255 on 0.
    """

    path: Path
    kind: str
    bytes: int
    parameters: int
    temperature: float
    threshold: float | None
    metadata: dict[str, str]
    logits: Logits


def load_model(path: Path) -> Model:
    """The model in a file, which is run once to check it. Raises WrongModel with the reason."""
    if not path.is_file():
        raise WrongModel(f"{path}: expected a model file, got none")
    model = _load_torch(path) if path.suffix == ".pth" else _load_onnx(path)
    try:
        logits = model.logits(np.zeros((2, SIDE, SIDE), np.uint8))
    except Exception as error:  # ONNX Runtime raises a class of its own for every cause
        raise WrongModel(f"{path}: expected a network that reads glyphs, got {error}") from error
    if logits.shape not in ((2, NUM_DIGITS), (2, NUM_DIGITS + 1)):
        raise WrongModel(
            f"{path}: expected 10 or 11 outputs per glyph, got {logits.size} for two glyphs"
        )
    return model


def names(paths: Sequence[Path]) -> list[str]:
    """The models' file names, with as many folders as are needed to tell them apart.

    Raises WrongModel for a path that is given twice.
    """
    if len(set(paths)) < len(paths):
        raise WrongModel(f"expected each model once, got {' '.join(map(str, paths))}")
    deepest = max((len(path.parts) for path in paths), default=1)
    for depth in range(1, deepest + 1):
        shortened = [str(Path(*path.parts[-depth:])) for path in paths]
        if len(set(shortened)) == len(shortened):
            return shortened
    return [str(path) for path in paths]


def _load_torch(path: Path) -> Model:
    try:
        trained = load(path)
    except (ValueError, RuntimeError, TypeError, KeyError, EOFError, pickle.PickleError) as error:
        reason = " ".join(str(error).split())[:200]  # torch writes paragraphs
        if not reason.startswith(f"{path}: expected"):  # else it is the message of `load`
            reason = f"{path}: expected weights written by train, got {reason}"
        raise WrongModel(reason) from error
    return Model(
        path,
        kind="torch",
        bytes=path.stat().st_size,
        parameters=sum(weights.numel() for weights in trained.network.parameters()),
        temperature=1.0,  # fitted at export, on the int8 network's own logits
        threshold=None,
        metadata={"run": trained.run},
        logits=lambda glyphs: score.logits(trained.network, glyphs, torch.device("cpu")),
    )


def _load_onnx(path: Path) -> Model:
    try:
        session = onnxruntime.InferenceSession(str(path), session_options(1), PROVIDERS)
    except Exception as error:  # ONNX Runtime raises a class of its own for every cause
        raise WrongModel(f"{path}: expected an ONNX model, got {error}") from error
    metadata: dict[str, str] = session.get_modelmeta().custom_metadata_map
    ours = metadata.get("contract", "").startswith("digits/")
    labels = metadata.get("labels", "")
    if ours and not labels.startswith(LABELS[:NUM_DIGITS]):
        raise WrongModel(f"{path}: expected labels from {LABELS[:NUM_DIGITS]!r} on, got {labels!r}")
    return Model(
        path,
        kind="onnx" if ours else "foreign onnx",
        bytes=path.stat().st_size,
        parameters=_parameters(path),
        temperature=float(metadata.get("temperature", "1")) if ours else 1.0,
        threshold=float(metadata["threshold"]) if ours and "threshold" in metadata else None,
        metadata=metadata,
        logits=_runner(path, session),
    )


def _runner(path: Path, session: Any) -> Logits:
    """A function that feeds glyphs in the shape and dtype that the session expects."""
    inputs = session.get_inputs()
    batch, *rest = inputs[0].shape or [None]
    one_at_a_time = batch == 1
    fitting = (
        len(inputs) == 1
        and inputs[0].type in _DTYPES
        and all(isinstance(side, int) for side in rest)
        and np.prod(rest) == SIDE * SIDE
        and (one_at_a_time or not isinstance(batch, int))
    )
    if not fitting:
        actual = ", ".join(f"{port.name} {port.type} {port.shape}" for port in inputs)
        raise WrongModel(f"{path}: expected one input of 28 x 28 values per glyph, got {actual}")
    name, dtype = inputs[0].name, _DTYPES[inputs[0].type]

    def logits(glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        values = glyphs.astype(dtype).reshape(len(glyphs), *rest)
        parts = np.split(values, len(values)) if one_at_a_time else [values]
        outputs = [np.asarray(session.run(None, {name: part})[0], np.float32) for part in parts]
        return np.concatenate(
            [output.reshape(len(part), -1) for output, part in zip(outputs, parts, strict=True)]
        )

    return logits


def _parameters(path: Path) -> int:
    """The number of trained values in an ONNX graph: without shapes, scales and zero points."""
    graph = onnx.load(path).graph
    of_quantizing = {
        name
        for node in graph.node
        if node.op_type in ("QuantizeLinear", "DequantizeLinear")
        for name in node.input[1:]
    }
    return sum(
        int(np.prod(constant.dims))
        for constant in graph.initializer
        if constant.data_type != onnx.TensorProto.INT64 and constant.name not in of_quantizing
    )
