"""Models of every kind behind one door: glyphs uint8 (n, 28, 28) in, logits out.

Weights written by train; ONNX files written by export, which say in their metadata what they are;
and ONNX files of others, which say nothing: their input is taken to be a glyph with ink 255 on 0,
of any shape with 784 values and as float32 or uint8, alone or in batches.
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
from app.recognizer import LABELS, NUM_DIGITS
from train.evaluate import score
from train.networks.classifier import load

Logits = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

_DTYPES: Final = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}


@dataclass(frozen=True, eq=False)
class Model:
    """A network that can be run, and what is known about it.

    kind: "torch", "onnx" (ours) or "foreign onnx".
    bytes: of its file; parameters: trained numbers in it.
    temperature: divides the logits before the softmax; 1 where the file does not say.
    threshold: the not-a-digit score above which it refuses, or None where it does not say.
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
    """The model in a file, run once to see that it works. Raises WrongModel with the reason."""
    if not path.is_file():
        raise WrongModel(f"{path}: expected a model file, found none")
    model = _load_torch(path) if path.suffix == ".pth" else _load_onnx(path)
    try:
        logits = model.logits(np.zeros((2, SIDE, SIDE), np.uint8))
    except Exception as error:  # ONNX Runtime raises a class of its own for every cause
        raise WrongModel(f"{path}: expected a network that reads glyphs, came {error}") from error
    if logits.shape not in ((2, NUM_DIGITS), (2, NUM_DIGITS + 1)):
        raise WrongModel(
            f"{path}: expected 10 or 11 outputs a glyph, came {logits.size} for two glyphs"
        )
    return model


def names(paths: Sequence[Path]) -> list[str]:
    """A name for each model, its file's, with as many folders before it as tell it apart."""
    if len(set(paths)) < len(paths):
        raise WrongModel(f"expected each model once, came {' '.join(map(str, paths))}")
    deepest = max((len(path.parts) for path in paths), default=1)
    for depth in range(1, deepest + 1):
        found = [str(Path(*path.parts[-depth:])) for path in paths]
        if len(set(found)) == len(found):
            return found
    return [str(path) for path in paths]


def _load_torch(path: Path) -> Model:
    try:
        trained = load(path)
    except (ValueError, RuntimeError, TypeError, KeyError, EOFError, pickle.PickleError) as error:
        reason = " ".join(str(error).split())[:200]  # torch writes paragraphs
        if not reason.startswith(f"{path}: expected"):  # said by `load` already
            reason = f"{path}: expected weights written by train, came {reason}"
        raise WrongModel(reason) from error
    return Model(
        path,
        kind="torch",
        bytes=path.stat().st_size,
        parameters=sum(weights.numel() for weights in trained.network.parameters()),
        temperature=1.0,  # found at export, from the int8 network's own logits
        threshold=None,
        metadata={"run": trained.run},
        logits=lambda glyphs: score.logits(trained.network, glyphs, torch.device("cpu")),
    )


def _load_onnx(path: Path) -> Model:
    try:
        session = onnxruntime.InferenceSession(str(path), session_options(1), PROVIDERS)
    except Exception as error:  # ONNX Runtime raises a class of its own for every cause
        raise WrongModel(f"{path}: expected an ONNX model, came {error}") from error
    metadata: dict[str, str] = session.get_modelmeta().custom_metadata_map
    ours = metadata.get("contract", "").startswith("digits/")
    labels = metadata.get("labels", "")
    if ours and not labels.startswith(LABELS[:NUM_DIGITS]):
        raise WrongModel(
            f"{path}: expected labels from {LABELS[:NUM_DIGITS]!r} on, came {labels!r}"
        )
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
    """Feeds glyphs as the session's input wants them."""
    inputs = session.get_inputs()
    batch, *rest = inputs[0].shape or [None]
    alone = batch == 1
    fitting = (
        len(inputs) == 1
        and inputs[0].type in _DTYPES
        and all(isinstance(side, int) for side in rest)
        and np.prod(rest) == SIDE * SIDE
        and (alone or not isinstance(batch, int))
    )
    if not fitting:
        came = ", ".join(f"{one.name} {one.type} {one.shape}" for one in inputs)
        raise WrongModel(f"{path}: expected one input of 28 x 28 values a glyph, came {came}")
    name, dtype = inputs[0].name, _DTYPES[inputs[0].type]

    def logits(glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        given = glyphs.astype(dtype).reshape(len(glyphs), *rest)
        parts = np.split(given, len(given)) if alone else [given]
        found = [np.asarray(session.run(None, {name: part})[0], np.float32) for part in parts]
        return np.concatenate(
            [one.reshape(len(part), -1) for one, part in zip(found, parts, strict=True)]
        )

    return logits


def _parameters(path: Path) -> int:
    """Trained numbers in an ONNX graph: its constants but shapes, scales and zero points."""
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
