"""Opens sessions of ONNX Runtime for model files that are whole and have the right contract."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import onnxruntime

PROVIDERS: Final = ["CPUExecutionProvider"]
_ADVICE: Final = "copy both of one export again"


class WrongModel(RuntimeError):
    """A model file that is missing, broken or of another contract; the message says what to do."""


def open_session(
    path: Path, threads: int, expected: Mapping[str, str]
) -> onnxruntime.InferenceSession:
    """Opens a session for a model written by `export`.

    threads: of a run. expected: entries that its metadata must have. Raises WrongModel.
    """
    if not path.is_file():
        raise WrongModel(
            f"{path}: expected a model file, got none; copy it from the repository again,"
            " or make it as README.md says"
        )
    _check_hash(path)
    try:
        session = onnxruntime.InferenceSession(str(path), session_options(threads), PROVIDERS)
    except Exception as error:  # ONNX Runtime raises a class of its own for every cause
        message = f"{path}: expected an ONNX model, got {error}; copy or export it again"
        raise WrongModel(message) from error
    metadata = session.get_modelmeta().custom_metadata_map
    for key, value in expected.items():
        if metadata.get(key) != value:
            message = f"expected {key} {value!r}, got {metadata.get(key)!r}"
            raise WrongModel(f"{path}: {message}; export it with this version")
    return session


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """The options of every session, which must be given when it is made; threads: of one run.

    models/choices.json has the figures: one thread is fastest for networks this small, the arena
    saves a few percent, and optimising the graph beforehand would save 2 ms of a start.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    return options


def releasing_run_options() -> onnxruntime.RunOptions:
    """Options of a run after which the session frees unused memory of its arena."""
    options = onnxruntime.RunOptions()
    options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    return options


def _check_hash(path: Path) -> None:
    """Raises WrongModel if the .json beside a model has another hash than the model.

    This finds a file that was cut short while it was copied, or that belongs to another export. A
    model without a .json is accepted.
    """
    description = path.with_suffix(".json")
    if not description.is_file():
        return
    try:
        expected = json.loads(description.read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{description}: expected the sha256 of {path.name}, got {error!r}; {_ADVICE}"
        raise WrongModel(message) from error
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if sha256 != expected:
        message = f"{path}: expected sha256 {expected}, as {description.name} says, got {sha256}"
        raise WrongModel(f"{message}; {_ADVICE}")
