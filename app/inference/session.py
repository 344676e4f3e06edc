"""Models' files: whether one is what its figures were measured on, and its session."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import onnxruntime

PROVIDERS: Final = ["CPUExecutionProvider"]
_ADVICE: Final = "copy both of one export again"


class WrongModel(RuntimeError):
    """A model's file that is missing, broken, or made for another contract; says what to do."""


def open_session(
    path: Path, threads: int, expected: Mapping[str, str]
) -> onnxruntime.InferenceSession:
    """A session of ONNX Runtime for a model written by `export`.

    threads: of one run. expected: what its metadata must say. Raises WrongModel.
    """
    if not path.is_file():
        raise WrongModel(
            f"{path}: expected a model file, found none; copy it from the repository again,"
            " or make it as README.md says"
        )
    _check_hash(path)
    options = session_options(threads)
    try:
        session = onnxruntime.InferenceSession(str(path), options, PROVIDERS)
    except Exception as error:  # ONNX Runtime raises a class of its own for every cause
        message = f"{path}: expected an ONNX model, came {error}; copy or export it again"
        raise WrongModel(message) from error
    metadata = session.get_modelmeta().custom_metadata_map
    for key, value in expected.items():
        if metadata.get(key) != value:
            came = f"came {metadata.get(key)!r}; export it with this version"
            raise WrongModel(f"{path}: expected {key} {value!r}, {came}")
    return session


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """The options of every session, to be given when it is made; threads: of one run.

    models/choices.json has the figures: one thread is fastest for networks this small, the arena
    saves a few percent, and optimising the graph beforehand would save 2 ms of a start.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors alone
    return options


def _check_hash(path: Path) -> None:
    """Raises WrongModel where the .json beside a model says another hash.

    A file that was cut short on its way, or came from another export, is found by that before
    anything is read with it. A model of one's own needs no .json.
    """
    described = path.with_suffix(".json")
    if not described.is_file():
        return
    try:
        expected = json.loads(described.read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{described}: expected the sha256 of {path.name}, came {error!r}; {_ADVICE}"
        raise WrongModel(message) from error
    came = hashlib.sha256(path.read_bytes()).hexdigest()
    if came != expected:
        message = f"{path}: expected sha256 {expected}, as {described.name} says, came {came}"
        raise WrongModel(f"{message}; {_ADVICE}")
