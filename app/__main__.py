"""The command `digits`, or `python -m app`: reads files, or serves the page and programs.

`digits serve` is described in app/launcher.py. `digits read PATH... [--jsonl]` reads files:

PATH is a picture, an ink file (.json: [[[x, y], ...], ...], or {"strokes": ...} as programs send
it) or a folder of either. Prints a line
for each file, its reading and its path; with --jsonl a JSON object. A file that cannot be read
is reported on standard error, the rest are still read, and the exit status is 1. Files are read in
batches, so that any number of them takes the same memory.
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

from app import launcher
from app.inference.session import WrongModel
from app.ink import picture_file, strokes
from app.reading import Reading, UnreadableInput
from app.recognizer import MODEL, Prepared, Recognizer

INK_SUFFIX: Final = ".json"
BATCH: Final = 64  # files that are classified at once


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    command = _parser().parse_args(arguments)
    if command.name == "serve":
        return launcher.serve(command.port, command.address)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path may not fit its encoding
    try:
        recognizer = Recognizer(command.model)
    except WrongModel as error:
        print(f"read: {error}", file=sys.stderr)
        return 2
    status = 0
    for batch in _batches(_files(command.paths)):
        known = [_prepared(recognizer, path, command.single) for path in batch]
        inputs = [one for one in known if isinstance(one, Prepared)]
        readings = iter(recognizer.read_prepared(inputs))
        for path, one in zip(batch, known, strict=True):
            if not isinstance(one, Prepared):
                named = str(one).removeprefix(f"{path}: ")  # what comes of the file names it
                print(f"read: {path}: {named}", file=sys.stderr)
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
    """What a file, ink or picture by its suffix, may say; or why it cannot be read.

    Photographs need a model of their own, which may be the one that is missing.
    """
    try:
        if path.suffix.lower() == INK_SUFFIX:
            return recognizer.prepare_ink(strokes.strokes_from_file(path), single)
        return recognizer.prepare_image(picture_file.load(path), single)
    except (UnreadableInput, WrongModel) as error:
        return error


def as_line(path: Path, reading: Reading) -> str:
    """The reading, the least confidence in percent, and the path, separated by tabs."""
    if not reading.digits:
        return f"-\t\t{path}"
    confidence = min(digit.confidence for digit in reading.digits)
    text = reading.text.replace("\n", " / ")  # a line each
    return f"{text}\t{confidence:.1%}\t{path}"


def _batches(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while batch := list(islice(paths, BATCH)):
        yield batch


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and the readable ones directly or deeper in the folders named."""
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
    parser = argparse.ArgumentParser(prog="digits", description="Reads handwritten digits.")
    commands = parser.add_subparsers(dest="name", required=True, metavar="read|serve")
    reader = commands.add_parser("read", help="read pictures and ink files")
    reader.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
    reader.add_argument("--jsonl", action="store_true", help="a JSON object a line")
    reader.add_argument("--single", action="store_true", help="each file is one character")
    reader.add_argument("--model", type=Path, default=MODEL, help="an exported model")
    server = commands.add_parser("serve", help="serve the page and the HTTP service")
    launcher.add_arguments(server)
    return parser


if __name__ == "__main__":
    sys.exit(main())
