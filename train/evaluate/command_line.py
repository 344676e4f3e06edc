"""The common part of the commands that score the shipped model."""

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.inference.models import models_folder
from train.files import write_atomically

if TYPE_CHECKING:
    from app.recognizer import Recognizer
    from train.data.datasets import Ink


def parser(module: str, description: str | None, output: str) -> argparse.ArgumentParser:
    """A parser with the options that all of them have. output: the default file of figures."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    model = models_folder() / "model.onnx"
    parser.add_argument("--model", type=Path, default=model, help="an exported model")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--output", type=Path, default=Path(output), help=f"file, else {output}")
    return parser


def load(command: argparse.Namespace) -> "tuple[Recognizer, Ink]":
    """The model, and the digits of the held-back writers. Raises DataError."""
    from app.recognizer import Recognizer
    from train.data.datasets import data_folder, load_pendigits

    return Recognizer(command.model), load_pendigits(data_folder(command.data)).validation


def write(command: argparse.Namespace, figures: Mapping[str, Any]) -> None:
    """Writes the figures with the hashes of the three networks that made them."""
    folder = models_folder()
    networks = {name: folder / f"{name}.onnx" for name in ("reader", "finder")}
    hashes = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in {"model": command.model, **networks}.items()
    }
    content = json.dumps({**figures, **hashes}, indent=2)
    write_atomically(command.output, content + "\n")
    print(f"wrote {command.output}")
