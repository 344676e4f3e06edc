"""The command `digits`, or `python -m app`: reads files, or serves the page and the HTTP API.

`digits serve` is described in app/launcher.py. `digits read PATH... [--jsonl]` reads files. PATH is
a picture, an ink file (.json: [[[x, y], ...], ...], or {"strokes": ...} as in a request) or a
folder of these. The command prints a line with reading and path for each file, or a JSON object
with --jsonl. It reports files that cannot be read on standard error, continues with the others,
and then exits with status 1. Files are read in batches, so memory does not grow with their number.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from app import __version__, launcher
from app.inference.session import WrongModel
from app.ink import picture_file, strokes
from app.reading import Reading, UnreadableInput
from app.recognizer import MODEL, Prepared, Recognizer

INK_SUFFIX: Final = ".json"
BATCH_FILES: Final = 64  # classified at once


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    command = _parser().parse_args(arguments)
    if command.name == "serve":
        return launcher.serve(command.port, command.address)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # the encoding may lack characters of a path
    try:
        recognizer = Recognizer(command.model)
    except WrongModel as error:
        print(f"read: {error}", file=sys.stderr)
        return 2
    status = 0
    for batch in _batches(_files(command.paths)):
        outcomes = [_prepared(recognizer, path, command.single) for path in batch]
        inputs = [outcome for outcome in outcomes if isinstance(outcome, Prepared)]
        readings = iter(recognizer.read_prepared(inputs))
        for path, outcome in zip(batch, outcomes, strict=True):
            if not isinstance(outcome, Prepared):
                reason = str(outcome).removeprefix(f"{path}: ")  # some errors begin with the path
                print(f"read: {path}: {reason}", file=sys.stderr)
                status = 1
                continue
            reading = next(readings)
            if command.jsonl:
                print(json.dumps({"path": str(path), **reading.to_dict()}))
            else:
                print(as_line(path, reading))
    return status


def _prepared(
    recognizer: Recognizer, path: Path, single: bool
) -> Prepared | UnreadableInput | WrongModel:
    """The file, ink or picture by its suffix, ready to be classified; or why it cannot be read.

    WrongModel is for photographs, which need a second model that may be missing.
    """
    try:
        if path.suffix.lower() == INK_SUFFIX:
            return recognizer.prepare_ink(strokes.strokes_from_file(path), single)
        return recognizer.prepare_image(picture_file.load(path), single)
    except (UnreadableInput, WrongModel) as error:
        return error


def as_line(path: Path, reading: Reading) -> str:
    """The reading, its lowest confidence in percent, and the path, separated by tabs."""
    if not reading.digits:
        return f"-\t\t{path}"
    confidence = min(digit.confidence for digit in reading.digits)
    text = reading.text.replace("\n", " / ")  # between lines of text
    return f"{text}\t{confidence:.1%}\t{path}"


def _batches(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while batch := list(islice(paths, BATCH_FILES)):
        yield batch


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The given files, and those with a readable suffix in the given folders, at any depth."""
    readable = (*picture_file.PICTURE_SUFFIXES, INK_SUFFIX)
    for path in paths:
        if path.is_dir():
            for folder, inner, names in os.walk(path):
                inner.sort()
                yield from (
                    Path(folder, name)
                    for name in sorted(names)
                    if Path(name).suffix.lower() in readable
                )
        else:
            yield path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="digits", description="Reads handwritten digits from pictures and pen strokes."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="name", required=True, metavar="read|serve")
    reader = commands.add_parser(
        "read",
        help="read pictures and ink files",
        description="Prints a line for each file: the reading, its lowest confidence, the path.",
    )
    reader.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a picture, strokes as JSON (.json), or a folder of these",
    )
    reader.add_argument(
        "--jsonl", action="store_true", help="print a JSON object for each file, with all details"
    )
    reader.add_argument("--single", action="store_true", help="read each file as one character")
    reader.add_argument(
        "--model", type=Path, default=MODEL, help="an exported model (.onnx), else the shipped one"
    )
    server = commands.add_parser(
        "serve",
        help="serve the page and the HTTP service",
        description="Serves the page and the HTTP service until it is interrupted.",
    )
    launcher.add_arguments(server)
    return parser


if __name__ == "__main__":
    sys.exit(main())
