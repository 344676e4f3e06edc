"""Fits the line reader's place beside the classifier: `python -m export.reader_fit [--data DIR]`.

Ten minutes on one core. Reads models/reader.onnx and models/model.onnx, and writes what is fitted
on lines of training and validation writers into the metadata of reader.onnx and into reader.json.
The network stays as it is. `python -m export.reader` does the same for a network it exports.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.inference.models import models_folder
from app.recognizer import Recognizer
from export.graph import set_metadata
from export.operating_point import fit_operating_point
from export.sign_looks import fit_sign_looks, uniform_sign_looks
from train.data.datasets import data_folder
from train.data.download import DataError
from train.data.line_sets import Line, LineSet, load_line_sets
from train.files import write_atomically
from train.render.lines import Composer

NUM_COMPOSED: Final = 500  # lines with and without signs, for what signs look like
# For the confidence: half as many as there are real ones, since they are harder than those.
NUM_COMPOSED_BESIDE: Final = 150
UNFITTED: Final = {
    "reader_weight": "1",
    "slope": "1",
    "offset": "0",
    "sign_offset": "0",
    "sign_looks": json.dumps(uniform_sign_looks()),
}

_SEED: Final = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.reader_fit", description=__doc__)
    parser.add_argument("--models", type=Path, default=models_folder(), help="folder of both files")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    command = parser.parse_args(arguments)
    try:
        training, validation = load_line_sets(data_folder(command.data))
    except DataError as error:
        print(f"reader_fit: {error}", file=sys.stderr)
        return 1
    graph, description = command.models / "reader.onnx", command.models / "reader.json"
    with tempfile.TemporaryDirectory() as scratch:
        fitted = Path(scratch) / graph.name
        shutil.copyfile(graph, fitted)
        details = fit(fitted, training, validation)
        content = fitted.read_bytes()
    hashed = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    text = json.dumps(json.loads(description.read_text()) | hashed | details, indent=2)
    write_atomically(graph, content)
    write_atomically(description, text + "\n")
    print(json.dumps(details, indent=2))
    return 0


def fit(graph: Path, training: LineSet, validation: LineSet) -> dict[str, Any]:
    """Puts all that is fitted into a graph's metadata. Returns the numbers, and their figures."""
    set_metadata(graph, UNFITTED)
    lines = training.strings + composed_lines(training)
    looks = fit_sign_looks(Recognizer(reader=graph), lines)
    set_metadata(graph, {"sign_looks": json.dumps(looks)})
    # Each real string both as strokes and as a bitmap.
    lines = [line for line in validation.strings for _ in range(2)]
    lines += composed_lines(validation, NUM_COMPOSED_BESIDE)
    point, figures = fit_operating_point(Recognizer(reader=graph), lines)
    set_metadata(graph, {key: f"{value:.6g}" for key, value in point.items()})
    return {"operating_point": point | {"sign_looks": looks}, "confidence": figures}


def composed_lines(side: LineSet, count: int = NUM_COMPOSED) -> list[Line]:
    """Lines of these writers' digits, with signs in a third of them."""
    composer, random = Composer(side.writers), np.random.default_rng(_SEED)
    return [composer.draw(random) for _ in range(count)]


if __name__ == "__main__":
    sys.exit(main())
