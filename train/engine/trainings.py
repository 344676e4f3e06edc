"""Records the minutes of trainings in trainings.json, beside the weights.

It holds a list for each file of weights: the trainings that led to them, in order. The model card
shows the lists of the weights in models/. Whoever copies weights there by hand copies their list
too.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, Field, asdict, dataclass, fields
from pathlib import Path
from shlex import quote
from typing import Any, Final

import torch

from train.files import write_atomically
from train.machine import cpu_name

FILE: Final = "trainings.json"


@dataclass(frozen=True)
class Training:
    """One training, or a step of it."""

    command: str
    step: str  # the part of the command that took this time; empty for all of it
    minutes: float
    machine: dict[str, Any]  # cpu, cores, device, torch, and precision where it can be chosen
    settings: dict[str, Any]  # all of them, the seed included


class Stopwatch:
    """Times the steps of a command; after --resume, only the remaining part of them.

    settings: a dataclass with a default for each field.
    """

    def __init__(
        self, module: str, settings: Any, device: torch.device, start: Path | None = None
    ) -> None:
        self.trainings: list[Training] = []
        self._command = command_of(module, settings, start)
        self._settings = asdict(settings)
        precision = {"precision": settings.precision} if "precision" in self._settings else {}
        self._machine = {
            "cpu": cpu_name(),
            "cores": torch.get_num_threads(),
            "device": device.type,
            "torch": torch.__version__,
            **precision,
        }

    @contextmanager
    def step(self, name: str = "") -> Iterator[None]:
        """Adds the minutes of its block to `trainings`."""
        started = time.monotonic()
        yield
        minutes = round((time.monotonic() - started) / 60, 1)
        self.trainings.append(Training(self._command, name, minutes, self._machine, self._settings))


def command_of(module: str, settings: Any, start: Path | None = None) -> str:
    """The command that trains with these settings, with a flag for each that is not the default.

    start: weights to start from, if the settings hold only their digest.
    """
    flags = [] if start is None else ["--start", str(start)]
    for entry in fields(settings):
        value = getattr(settings, entry.name)
        if value != _default(entry) and not (entry.name == "start" and start is not None):
            flags += ["--" + entry.name.replace("_", "-"), str(value)]
    return " ".join(["python -m", module, *map(quote, flags)])


def record(weights: Path, trainings: Sequence[Training], earlier: Iterable[Path] = ()) -> None:
    """Writes the trainings that led to these weights into the file beside them.

    earlier: weights that these trainings started or learned from, whose own trainings come first.
    Raises OSError if the file cannot be written.
    """
    file = weights.with_name(FILE)
    before = [training for path in earlier for training in _read(path.with_name(FILE), path.stem)]
    lists = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    lists[weights.stem] = before + [asdict(training) for training in trainings]
    write_atomically(file, json.dumps(lists, indent=2) + "\n")


def _read(file: Path, name: str) -> list[dict[str, Any]]:
    """The list of the weights of this name; empty if there is none."""
    lists = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    trainings: list[dict[str, Any]] = lists.get(name, [])
    return trainings


def _default(entry: "Field[Any]") -> Any:
    assert entry.default is not MISSING
    return entry.default
