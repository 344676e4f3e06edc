"""Reads any number of pictures with Ray: `python -m deploy.batch INPUT OUTPUT [--workers N]`.

INPUT is a folder of pictures, or Parquet (a file or a folder) with a column that holds the bytes of
picture files, or a struct with such `bytes`, as datasets of Hugging Face have it. OUTPUT is a new
folder of Parquet with a row for each picture, in order:

    path        of the picture; with Parquet, all columns except the pictures are kept instead
    text        the reading; like all following columns but the last, null if there is none
    confidence  the probability in [0, 1] that all of it is read correctly
    numbers     a list of the text of each number
    digits      a list of value (null for a sign and for what is not a digit), confidence,
                probabilities, box, number_index, line_index, is_doubtful, sign and
                number_confidence
    turned      the degrees clockwise by which the picture was turned to be read
    error       why the picture cannot be read; null if it can

Every worker is an actor that holds one Recognizer. Pictures are read in small batches, so memory
does not grow with their number. If an actor is lost, another one repeats its work. OUTPUT appears
when the job is complete; until then its name ends in `.part`. The exit status is 1 if a row has an
error and 2 if nothing was read. The job runs on the Ray cluster that RAY_ADDRESS names, otherwise
on this machine's cores; all nodes must see INPUT and OUTPUT under the same paths.

It needs requirements-batch.txt; deploy/README.md has measured figures.
"""

import argparse
import os
import shutil
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.dataset as arrow_dataset

from app.inference.session import WrongModel
from app.ink.files import picture_file
from app.reading import UnreadableInput
from app.recognizer import Recognizer
from deploy.batch_reader import RESULT, Reader

# No usage statistics leave the machine. Ray reads this setting when it is imported.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray
import ray.data
from ray.exceptions import RayError
from ray.util.annotations import RayDeprecationWarning

ROOT: Final = Path(__file__).resolve().parent.parent
BATCH_PICTURES: Final = 16  # classified at once; files of photographs take 8 MB each
BLOCK_PATHS: Final = 64  # read by one task, and read again if the task is lost
BLOCK_BYTES: Final = 32 << 20  # of Parquet, read by one task
STORE_BYTES: Final = 512 << 20  # of memory for blocks in flight, on one machine
MIN_FILE_ROWS: Final = 10_000  # in a file of OUTPUT, unless there are fewer in total
# No picture should kill its reader. One that does ends the job instead of being retried for ever.
MAX_RETRIES: Final = 3
# An actor takes nearly all of a core; reading and writing Parquet take the rest.
ACTOR_CORES: Final = 0.9
TASK_CORES: Final = 0.1


def pictures_in(source: Path, column: str) -> list[str]:
    """The paths of the pictures in a folder; none if it is Parquet. Raises UnreadableInput."""
    if not source.exists():
        raise UnreadableInput(f"{source}: expected a folder of pictures or Parquet, got nothing")
    if source.suffix == ".parquet" or any(source.rglob("*.parquet")):
        table = arrow_dataset.dataset(source, format="parquet")
        check_columns(table.schema, column, source)
        if not table.count_rows():
            raise UnreadableInput(f"{source}: expected pictures, got Parquet without rows")
        return []
    suffixes = picture_file.PICTURE_SUFFIXES
    paths = sorted(str(path) for path in source.rglob("*") if path.suffix.lower() in suffixes)
    if not paths:
        raise UnreadableInput(f"{source}: expected pictures or Parquet, got a folder with neither")
    return paths


def dataset(paths: Sequence[str]) -> ray.data.Dataset:
    """A row for each path, a block for each task. The readers open the files."""
    starts = range(0, len(paths), BLOCK_PATHS)
    blocks = [pa.table({"path": paths[start : start + BLOCK_PATHS]}) for start in starts]
    return ray.data.from_arrow(blocks)


def check_columns(schema: pa.Schema, column: str, source: Path) -> None:
    """Raises UnreadableInput if the column has no pictures or others would be overwritten."""
    if column not in schema.names:
        names = ", ".join(schema.names)
        raise UnreadableInput(f"{source}: expected a column {column!r} of pictures, got {names}")
    kind = schema.field(column).type
    if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
        kind = kind.field("bytes").type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise UnreadableInput(f"{source}: expected bytes in column {column!r}, got {kind}")
    if taken := sorted(set(RESULT) & (set(schema.names) - {column})):
        message = f"expected no columns with the result's names, got {', '.join(taken)}"
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

    column: that of the pictures in Parquet. workers: the maximum number of actors; 0: one per core.
    single: whether each picture is one character. reader: the actors' class. Raises
    UnreadableInput, or RayError if the cluster cannot finish.
    """
    if target.exists():
        raise UnreadableInput(f"{target}: expected the name of a new folder, got one that exists")
    paths = pictures_in(source, column)
    connect()
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.target_max_block_size = BLOCK_BYTES
    context.enable_progress_bars = sys.stderr.isatty()
    rows = dataset(paths) if paths else ray.data.read_parquet(str(source), num_cpus=TASK_CORES)
    max_actors = workers or int(ray.cluster_resources()["CPU"])  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():  # Ray has no other option for retries yet
        warnings.simplefilter("ignore", RayDeprecationWarning)
        rows = rows.map_batches(
            reader,
            fn_constructor_args=("" if paths else column, single),
            compute=ray.data.ActorPoolStrategy(
                min_size=1,
                max_size=max_actors,
                initial_size=max_actors,
                max_tasks_in_flight_per_actor=1,
            ),
            batch_size=BATCH_PICTURES,
            batch_format="pyarrow",
            num_cpus=ACTOR_CORES,
            max_task_retries=MAX_RETRIES,
        )
    rows.write_parquet(
        str(part), min_rows_per_file=MIN_FILE_ROWS, ray_remote_args={"num_cpus": TASK_CORES}
    )
    part.rename(target)


def environment() -> dict[str, Any]:
    """What Ray sends to every worker: the code, the models, and settings for one thread."""
    needed = ("app", "deploy", "models")
    others = [f"/{path.name}" for path in ROOT.iterdir() if path.name not in needed]
    return {
        "working_dir": str(ROOT),
        # "/.?*": a linter may make its cache between now and the upload.
        "excludes": [*others, "/.?*", "*.pth", "/app/images"],
        "env_vars": {"OMP_NUM_THREADS": "1"},
    }


def connect() -> None:
    """Connects to the cluster that RAY_ADDRESS names, or starts one on this machine."""
    if ray.is_initialized():
        return
    if "RAY_ADDRESS" in os.environ:
        ray.init(runtime_env=environment())
    else:
        ray.init(
            runtime_env=environment(), include_dashboard=False, object_store_memory=STORE_BYTES
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    command = _parser().parse_args(arguments)
    source, target = command.input.resolve(), command.output.resolve()
    try:
        Recognizer()  # reports a wrong model here instead of once per worker
        read(source, target, command.column, command.workers, command.single)
    except (UnreadableInput, WrongModel, RayError) as error:
        print(f"batch: {error}", file=sys.stderr)
        return 2
    results = arrow_dataset.dataset(target, format="parquet")
    num_unreadable = results.count_rows(filter=~arrow_dataset.field("error").is_null())
    print(f"{results.count_rows():,} pictures in {target}, {num_unreadable:,} of them unreadable")
    return 1 if num_unreadable else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.batch", description="Reads any number of pictures with Ray."
    )
    parser.add_argument("input", type=Path, help="a folder of pictures, or Parquet")
    parser.add_argument("output", type=Path, help="a new folder for Parquet")
    parser.add_argument("--column", default="image", help="Parquet column of pictures (image)")
    parser.add_argument(
        "--workers", type=_positive, default=0, help="maximum number (one per core)"
    )
    parser.add_argument("--single", action="store_true", help="each picture is one character")
    return parser


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 100_000):
        raise argparse.ArgumentTypeError(f"expected a positive whole number, got {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
