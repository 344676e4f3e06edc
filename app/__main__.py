"""The command `digits`, or `python -m app`: reads files, or serves the page and the HTTP API.

`digits serve` is described in app/launcher.py. `digits read PATH... [--format lines|jsonl|csv]`
reads files. PATH is a picture, a PDF, ink (.json, .inkml or .ndjson, see `ink.files.ink_file`) or
a folder of these. The command prints a line for each file, or for each page of a PDF or TIFF and
each drawing of a .ndjson: the reading, its confidence, the path, and, where the reading is in
doubt, the numbers to check, separated by tabs; with --format jsonl a JSON object, with csv a row.
It reports files that cannot be read on standard error, continues with the others, and then exits
with status 1; with jsonl and csv they have an entry too. It also names what it skipped in folders.
Files are read in batches, so memory does not grow with their number.
"""

import argparse
import errno
import io
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from app import __version__, launcher
from app.inference.session import WrongModel
from app.ink.files import ink_file, picture_file
from app.ink.files.input_file import read_bytes
from app.input_files import Skipped, find_files
from app.output_formats import FORMATS, Printer, Source, notes, printer
from app.reading import UnreadableInput
from app.recognizer import MODEL, Prepared, Recognizer

BATCH_PAGES: Final = 64  # classified at once
AUTO: Final = "auto"

# WrongModel is for photographs, which need a second model that may be missing.
Outcome: TypeAlias = tuple[Source, Prepared | UnreadableInput | WrongModel]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    for stream in (sys.stdout, sys.stderr):  # whose encoding may lack characters of a path
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    command = _parser().parse_args(arguments)
    if command.name == "serve":
        return launcher.serve(command.port, command.address)
    try:
        return _read(command)
    except OSError as error:
        if not _is_closed_pipe(error):
            raise
        # Nothing may be written any more, not even when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0  # the reader of the pipe needs no more, as in `| head -1`


def _is_closed_pipe(error: OSError) -> bool:
    """Whether the reader of standard output has closed it; Windows has another number for that."""
    is_windows_pipe = os.name == "nt" and error.errno == errno.EINVAL
    return isinstance(error, BrokenPipeError) or is_windows_pipe


def _read(command: argparse.Namespace) -> int:
    """Reads the files that the command names. Returns the exit status."""
    try:
        recognizer = Recognizer(command.model)
    except WrongModel as error:
        print(f"read: {error}", file=sys.stderr)
        return 2
    skipped, status = Skipped(), 0
    print_reading = printer("jsonl" if command.jsonl else command.format)
    outcomes = (
        outcome
        for path in find_files(command.paths, skipped)
        for outcome in _outcomes(recognizer, path, command)
    )
    has_read = False
    while batch := list(islice(outcomes, BATCH_PAGES)):
        status |= _print_batch(recognizer, batch, print_reading)
        has_read = True
    if skipped.count:
        print(f"read: {skipped}", file=sys.stderr)
    elif not has_read:
        print("read: expected pictures or ink, got folders without files", file=sys.stderr)
    return status


def _print_batch(recognizer: Recognizer, batch: list[Outcome], print_reading: Printer) -> int:
    """Prints readings and reports failures, in order. Returns 1 if something failed, else 0."""
    inputs = [outcome for _, outcome in batch if isinstance(outcome, Prepared)]
    readings = iter(recognizer.read_prepared(inputs))
    status = 0
    for source, outcome in batch:
        if not isinstance(outcome, Prepared):
            reason = str(outcome).removeprefix(f"{source.path}: ")  # some begin with the path
            print(f"read: {source.path}: {reason}", file=sys.stderr)
            print_reading(source, reason)
            status = 1
            continue
        reading = next(readings)
        print_reading(source, reading)
        for note in notes(source, reading) if reading.digits else ():  # else a line says it
            print(f"read: {source}: {note}", file=sys.stderr)
    sys.stdout.flush()
    return status


def _outcomes(recognizer: Recognizer, path: Path, command: argparse.Namespace) -> Iterator[Outcome]:
    """Each page of a file, ready to be classified, or why it and later pages cannot be read."""
    try:
        if path.suffix.lower() == ink_file.LINES_SUFFIX:
            yield from _drawings(recognizer, path, command.single)
            return
        if path.suffix.lower() in ink_file.INK_SUFFIXES:
            yield Source(path), recognizer.prepare_ink(ink_file.load(path), command.single)
            return
        for page in picture_file.decode_pages(read_bytes(path), str(path)):
            note = page.note if page.is_animated else ""
            source = Source(path, page.number, page.pages, note)
            turn = None if command.turn == AUTO else int(command.turn)
            yield source, recognizer.prepare_image(page.pixels, command.single, turn)
    except (UnreadableInput, WrongModel) as error:
        yield Source(path), error


def _drawings(recognizer: Recognizer, path: Path, single: bool) -> Iterator[Outcome]:
    """Each drawing of a file of several, as a page of it. Raises UnreadableInput for the file."""
    for drawing in ink_file.load_lines(path):
        source, strokes = Source(path, drawing.number, drawing.count), drawing.strokes
        if isinstance(strokes, UnreadableInput):
            yield source, strokes
        else:
            yield source, recognizer.prepare_ink(strokes, single)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="digits", description="Reads handwritten digits from pictures and pen strokes."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="name", required=True, metavar="read|serve")
    reader = commands.add_parser(
        "read",
        help="read pictures and ink files",
        description="Prints a line for each file, or page of a file: the reading, its"
        " confidence, the path, and, where the reading is in doubt, the numbers to check. Signs"
        " such as - . , / : are read as themselves in numbers, and a ? is a mark that is neither a"
        " digit nor a sign. Tabs are between them.",
    )
    reader.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a picture, a PDF, strokes as JSON (.json), as a drawing a line (.ndjson) or as InkML"
        " (.inkml), or a folder of these",
    )
    reader.add_argument(
        "--format",
        choices=FORMATS,
        default="lines",
        help="lines for people, JSON lines with all details, or CSV for a spreadsheet",
    )
    reader.add_argument("--jsonl", action="store_true", help="the same as --format jsonl")
    reader.add_argument(
        "--turn",
        choices=(AUTO, "0", "90", "180", "270"),
        default=AUTO,
        help="degrees clockwise by which pictures are turned before they are read;"
        " auto turns those that can only be read in another position",
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
