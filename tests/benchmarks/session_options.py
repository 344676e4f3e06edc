"""Compares ways to run the model: `python -m tests.benchmarks.session_options`.

Takes about a minute. `app.inference.session` sets ONNX Runtime up in one way; this compares it with
others, alternating between them in one run: the time to load, to read one glyph and to read many,
the memory of the process, and the bytes of the file. Writes models/choices.json, from which
export.table makes the table in deploy/README.md.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final, TypeAlias

import numpy as np
import onnxruntime

from app.inference.session import PROVIDERS, session_options
from app.recognizer import MODEL
from tests.benchmarks.field import seconds_of
from tests.benchmarks.figures import write
from tests.benchmarks.serving import machine
from tests.support.paths import ROOT

ROUNDS: Final = 15
MANY: Final = 1024
Options: TypeAlias = onnxruntime.SessionOptions
Level = onnxruntime.GraphOptimizationLevel
MEMORY: Final = (
    "import sys; from pathlib import Path\n"
    "from tests.benchmarks.session_options import CHOICES, grown\n"
    "print(grown(CHOICES[sys.argv[1]], Path(sys.argv[2])))"
)


@dataclass(frozen=True)
class Choice:
    """A way to run the model.

    threads: of one classification. change: sets session options. saved: the format, "onnx" or
    "ort", in which the optimised model is saved first; "" if it is not.
    """

    threads: int = 1
    change: Callable[[Options], None] = lambda options: None
    saved: str = ""


def _no_arena(options: Options) -> None:
    options.enable_cpu_mem_arena = False


def _no_pattern(options: Options) -> None:
    options.enable_mem_pattern = False


def _basic(options: Options) -> None:
    options.graph_optimization_level = Level.ORT_ENABLE_BASIC


def _none(options: Options) -> None:
    options.graph_optimization_level = Level.ORT_DISABLE_ALL


def _no_spinning(options: Options) -> None:
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")


CHOICES: Final[dict[str, Choice]] = {
    "as served: one thread, arena, all optimisations at load": Choice(),
    "no arena": Choice(change=_no_arena),
    "no memory pattern": Choice(change=_no_pattern),
    "basic optimisations": Choice(change=_basic),
    "no optimisation": Choice(change=_none),
    "optimised beforehand, ONNX": Choice(change=_none, saved="onnx"),
    "optimised beforehand, ORT format": Choice(saved="ort"),
    "two threads, spinning": Choice(2),
    "two threads, no spinning": Choice(2, _no_spinning),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.session_options", description=__doc__
    )
    parser.add_argument("--output", type=Path, default=MODEL.parent / "choices.json")
    command = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        document = {"machine": machine(), "choices": compared(Path(folder))}
    for name, figures in document["choices"].items():
        print(f"{name}: {json.dumps(figures, ensure_ascii=False)}")
    write(command.output, document)
    return 0


def compared(folder: Path) -> dict[str, dict[str, float]]:
    """The figures of each choice. folder: where optimised models are saved."""
    sessions = {name: _session(choice, folder) for name, choice in CHOICES.items()}
    glyphs = np.random.default_rng(0).integers(0, 256, (MANY, 28, 28)).astype(np.uint8)
    times: dict[str, list[tuple[float, ...]]] = {name: [] for name in CHOICES}
    for _ in range(ROUNDS):
        for name, choice in CHOICES.items():
            session = sessions[name]

            def run(count: int, session: onnxruntime.InferenceSession = session) -> object:
                return session.run(["logits"], {"glyphs": glyphs[:count]})

            started = time.process_time()
            many = seconds_of(partial(run, MANY), 1)
            times[name].append(
                (
                    seconds_of(partial(_session, choice, folder), 1),
                    seconds_of(partial(run, 1), 200),
                    many,
                    (time.process_time() - started) / 2,
                )
            )
    figures = {}
    for name, rounds in times.items():
        load, single, many, busy = (median(values) for values in zip(*rounds, strict=True))
        figures[name] = {
            "load ms": round(1e3 * load, 1),
            "glyph µs": round(1e6 * single, 1),
            "glyphs/s": round(MANY / many),
            "processor µs a glyph": round(1e6 * busy / MANY, 1),
            "memory MB": _memory(name, folder),
            "bytes": _path(CHOICES[name], folder).stat().st_size,
        }
    return figures


def grown(choice: Choice, folder: Path) -> float:
    """Megabytes that a session adds to this process once it has classified one glyph and many."""
    before = _resident()
    session = _session(choice, folder)
    for count in (1, MANY, 1):
        session.run(["logits"], {"glyphs": np.zeros((count, 28, 28), np.uint8)})
    return round(_resident() - before, 1)


def _session(choice: Choice, folder: Path) -> onnxruntime.InferenceSession:
    options = session_options(choice.threads)
    path = _path(choice, folder)
    if not path.is_file():
        _save(path)
    choice.change(options)
    return onnxruntime.InferenceSession(str(path), options, PROVIDERS)


def _path(choice: Choice, folder: Path) -> Path:
    return folder / f"model.{choice.saved}" if choice.saved else MODEL


def _save(path: Path) -> None:
    options = session_options(1)
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(str(MODEL), options, PROVIDERS)


def _memory(name: str, folder: Path) -> float:
    """`grown`, in a process of its own."""
    command = [sys.executable, "-c", MEMORY, name, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    sys.exit(main())
