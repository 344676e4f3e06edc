"""Fits the line reader to the classifier: `python -m export.reader_fit [--data DIR]`.

Takes ten minutes on one core. Reads models/reader.onnx and models/model.onnx, fits the operating
point of both on lines of training and validation writers, and writes it into the metadata of
reader.onnx and into reader.json. The network itself stays as it is. `python -m export.reader` does
the same for a network that it exports. `--compare` fits nothing: in a minute, it measures how many
number strings each network reads alone, and both together, and writes that into reader.json.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.inference.models import models_folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m export.reader_fit", description=__doc__)
    parser.add_argument("--models", type=Path, default=models_folder(), help="folder of both files")
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--compare", action="store_true", help="measure each network alone")
    command = parser.parse_args(arguments)

    # Imported late: ONNX takes seconds, and --help does not need it.
    from export.line_fit import fit
    from export.readers_apart import compare
    from train.data.datasets import data_folder
    from train.data.download import DataError
    from train.data.line_sets import load_line_sets
    from train.files import write_atomically

    try:
        training, validation = load_line_sets(data_folder(command.data))
    except DataError as error:
        print(f"reader_fit: {error}", file=sys.stderr)
        return 1
    graph, description = command.models / "reader.onnx", command.models / "reader.json"
    described = json.loads(description.read_text("utf-8"))
    if command.compare:
        described["compared"] = compare(graph, validation.strings)
        write_atomically(description, json.dumps(described, indent=2) + "\n")
        print(json.dumps(described["compared"], indent=2))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        fitted = Path(scratch) / graph.name
        shutil.copyfile(graph, fitted)
        details = fit(fitted, training, validation)
        details["compared"] = compare(fitted, validation.strings)
        content = fitted.read_bytes()
    hashed = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    text = json.dumps(described | hashed | details, indent=2)
    write_atomically(graph, content)
    write_atomically(description, text + "\n")
    print(json.dumps(details, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
