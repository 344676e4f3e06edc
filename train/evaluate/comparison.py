"""Compares models: all figures in a file, a table on the terminal, and a page of pictures."""

import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

from train.evaluate.collection import Collection, Wanted
from train.evaluate.evaluation import Result, evaluate
from train.evaluate.metrics import measure
from train.evaluate.models import load_model, names
from train.evaluate.page import write_page
from train.evaluate.sets import collect
from train.evaluate.tables import evaluation_rows
from train.evaluate.text_table import to_columns
from train.files import write_atomically


def compare(paths: Sequence[Path], wanted: Wanted, output: Path) -> None:
    """Evaluates models, prints the table, and writes the figures and the page into a folder.

    Raises WrongModel for a file that is not a model, and DataError if there is no set at all.
    """
    models = dict(zip(names(paths), map(load_model, paths), strict=True))
    collection = collect(wanted)
    results = {name: evaluate(model, name, collection) for name, model in models.items()}
    output.mkdir(parents=True, exist_ok=True)
    figures = evaluation(results, collection, wanted)
    path = output / "evaluation.json"
    write_atomically(path, json.dumps(figures, indent=2, allow_nan=False) + "\n")
    rows = evaluation_rows(figures)
    print(to_columns(rows))
    for name, reason in collection.skipped.items():
        print(f"left out: {name} ({reason})")
    page = write_page(output, rows, results, collection)
    print(f"wrote {path} and {page}")


def evaluation(
    results: Mapping[str, Result], collection: Collection, wanted: Wanted
) -> dict[str, Any]:
    """All figures, for JSON."""
    return {
        "quick": wanted.quick,
        "corrupted_from": collection.corrupted_from,
        "left_out": collection.skipped,
        "sets": list(collection.sets),
        "corruptions": list(collection.corrupted),
        "models": {name: measure(result) for name, result in results.items()},
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "onnxruntime": onnxruntime.__version__,
            "torch": torch.__version__,
        },
    }
