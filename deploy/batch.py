"""Reads a heap of pictures with Ray: `python -m deploy.batch INPUT OUTPUT [--workers N]`.

INPUT is a folder of pictures, or Parquet (a file or a folder) with a column of them: their files'
bytes, or a struct with such `bytes` as the datasets of Hugging Face have. OUTPUT is a new folder
of Parquet with a row for each picture, in order:

    path     of the picture; from Parquet, all columns but the picture's are kept instead
    text     what is read; null where the picture cannot be read
    numbers  the text of each number in it
    digits   a list of value (null for what is not a digit), confidence, probabilities, box,
             number_index and line_index
    error    why the picture cannot be read, else null

Every worker is an actor that holds one Recognizer, and pictures are read in small batches, so that
any number of them takes the same memory. Work of an actor that is lost is done again by another.
OUTPUT appears when all is done; until then its name ends in `.part`. The exit status is 1 where
a row has an error and 2 where nothing was read. It runs on the Ray cluster that RAY_ADDRESS names,
else on this machine's cores; all nodes must see INPUT and OUTPUT under the same paths.

Needs requirements-batch.txt; deploy/README.md has measured figures.
"""

import argparse
import os
import shutil
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.dataset as arrow_dataset  # type: ignore[import-untyped]

from app.inference.session import WrongModel
from app.ink import picture_file
from app.reading import UnreadableInput
from app.recognizer import Recognizer
from deploy.batch_reader import RESULT, Reader

# Nothing about who uses this leaves the machine. Ray looks when it is imported.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray
import ray.data
from ray.exceptions import RayError
from ray.util.annotations import RayDeprecationWarning

ROOT: Final = Path(__file__).resolve().parent.parent
BATCH: Final = 16  # pictures that are classified at once; photographs take 8 MB each as files
PATHS: Final = 64  # in a block: what one task reads, and what is done again when it is lost
BLOCK: Final = 32 << 20  # bytes of Parquet that one task reads
STORE: Final = 512 << 20  # bytes of memory for what is under way, on one machine
ROWS: Final = 10_000  # in a file of OUTPUT, at least, where there are as many
# A picture that kills its reader, as no picture should, ends the job instead of starting anew
# for ever.
RETRIES: Final = 3
# Of a core. An actor takes nearly all of it, and reading and writing Parquet take what is left.
ACTOR: Final = 0.9
TASK: Final = 0.1


def pictures_in(source: Path, column: str) -> list[str]:
    """The paths of a folder's pictures, none where it is Parquet. Raises UnreadableInput."""
    if not source.exists():
        raise UnreadableInput(f"{source}: expected a folder of pictures or Parquet, came nothing")
    if source.suffix == ".parquet" or any(source.rglob("*.parquet")):
        found = arrow_dataset.dataset(source, format="parquet")
        check_columns(found.schema, column, source)
        if not found.count_rows():
            raise UnreadableInput(f"{source}: expected pictures, came Parquet without a row")
        return []
    known = picture_file.PICTURE_SUFFIXES
    paths = sorted(str(one) for one in source.rglob("*") if one.suffix.lower() in known)
    if not paths:
        raise UnreadableInput(f"{source}: expected pictures or Parquet, came a folder with neither")
    return paths


def dataset(paths: Sequence[str]) -> ray.data.Dataset:
    """A row for each path, a block for each task. The files are opened by who reads them."""
    starts = range(0, len(paths), PATHS)
    return ray.data.from_arrow([pa.table({"path": paths[at : at + PATHS]}) for at in starts])


def check_columns(schema: pa.Schema, column: str, source: Path) -> None:
    """Raises UnreadableInput where Parquet has no such pictures, or would be overwritten."""
    if column not in schema.names:
        came = ", ".join(schema.names)
        raise UnreadableInput(f"{source}: expected a column {column!r} of pictures, came {came}")
    kind = schema.field(column).type
    if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
        kind = kind.field("bytes").type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise UnreadableInput(f"{source}: expected bytes in column {column!r}, came {kind}")
    if taken := sorted(set(RESULT) & (set(schema.names) - {column})):
        message = f"expected no columns of the result's names, came {', '.join(taken)}"
        raise UnreadableInput(f"{source}: {message}")


def read(
    source: Path,
    target: Path,
    column: str = "image",
    workers: int = 0,
    single: bool = False,
    reader: type[Reader] = Reader,
) -> None:
    """Reads all pictures of `source` into `target`; see connect.

    column: of the pictures, in Parquet. workers: actors at most, 0 for one a core. single: each
    picture is one character. reader: what the actors do. Raises UnreadableInput, or RayError where
    the cluster could not finish.
    """
    if target.exists():
        raise UnreadableInput(
            f"{target}: expected the name of a new folder, came one that is there"
        )
    paths = pictures_in(source, column)
    connect()
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.target_max_block_size = BLOCK
    context.enable_progress_bars = sys.stderr.isatty()
    rows = dataset(paths) if paths else ray.data.read_parquet(str(source), num_cpus=TASK)
    most = workers or int(ray.cluster_resources()["CPU"])  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():  # it has no other way yet to say how often to try again
        warnings.simplefilter("ignore", RayDeprecationWarning)
        rows = rows.map_batches(
            reader,
            fn_constructor_args=("" if paths else column, single),
            compute=ray.data.ActorPoolStrategy(
                min_size=1, max_size=most, initial_size=most, max_tasks_in_flight_per_actor=1
            ),
            batch_size=BATCH,
            batch_format="pyarrow",
            num_cpus=ACTOR,
            max_task_retries=RETRIES,
        )
    rows.write_parquet(str(part), min_rows_per_file=ROWS, ray_remote_args={"num_cpus": TASK})
    part.rename(target)


def environment() -> dict[str, Any]:
    """What workers get, wherever they are: the code and models, and one thread each."""
    needed = ("app", "deploy", "models")
    others = [f"/{one.name}" for one in ROOT.iterdir() if one.name not in needed]
    return {
        "working_dir": str(ROOT),
        "excludes": [*others, "*.pth", "/app/images"],
        "env_vars": {
            "OMP_NUM_THREADS": "1",
            "OPENCV_IO_MAX_IMAGE_PIXELS": str(picture_file.MAX_PICTURE_PIXELS),
        },
    }


def connect() -> None:
    """Connects to the cluster that RAY_ADDRESS names, or starts one of this machine's cores."""
    if ray.is_initialized():
        return
    if "RAY_ADDRESS" in os.environ:
        ray.init(runtime_env=environment())
    else:
        ray.init(runtime_env=environment(), include_dashboard=False, object_store_memory=STORE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    command = _parser().parse_args(arguments)
    source, target = command.input.resolve(), command.output.resolve()
    try:
        Recognizer()  # a wrong model is said here rather than by every worker
        read(source, target, command.column, command.workers, command.single)
    except (UnreadableInput, WrongModel, RayError) as error:
        print(f"batch: {error}", file=sys.stderr)
        return 2
    found = arrow_dataset.dataset(target, format="parquet")
    wrong = found.count_rows(filter=~arrow_dataset.field("error").is_null())
    print(f"{found.count_rows():,} pictures in {target}, {wrong:,} of them unreadable")
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.batch", description="Reads a heap of pictures with Ray."
    )
    parser.add_argument("input", type=Path, help="a folder of pictures, or Parquet")
    parser.add_argument("output", type=Path, help="a new folder for Parquet")
    parser.add_argument("--column", default="image", help="of the pictures, in Parquet (image)")
    parser.add_argument("--workers", type=_positive, default=0, help="at most (one a core)")
    parser.add_argument("--single", action="store_true", help="each picture is one character")
    return parser


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 100_000):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, came {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
