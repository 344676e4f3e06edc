"""The stages of a training: the pool, missing teachers, and the student."""

from dataclasses import replace

import torch

from train.config import Command
from train.data import corrections
from train.data.datasets import data_folder
from train.data.own import load_own
from train.data.sources import load_sources
from train.engine.device import pick_device, pick_precision
from train.engine.distillation import Teacher
from train.engine.loop import Validation, fit, shards_of
from train.engine.parallel import World, world
from train.engine.trainings import Stopwatch, record
from train.pool import Pool


def train(command: Command) -> None:
    """Runs all stages, on as many processes as torchrun started.

    Raises DataError, and ValueError for a missing device or a run that cannot go on.
    """
    device = pick_device(command.device)
    torch.use_deterministic_algorithms(device.type == "cpu")
    precision = pick_precision(command.config.precision, device)
    config = replace(command.config, precision=precision)
    command = replace(command, config=config)
    with world(device) as processes:
        watch = Stopwatch("train", config, device, command.start)
        with watch.step("making the pool of glyphs"):
            pool, validation = _prepare(command, processes)
        teacher = None
        if config.distillation_weight:
            _train_teachers(command, pool, validation, device, processes)
            teacher = Teacher(command.teacher, device, precision)
        run, output, resume = command.run, command.output, command.resume
        start = command.start
        with watch.step("training"):
            fit(config, pool, validation, teacher, run, output, device, resume, processes, start)
        if processes.first:
            earlier = command.teacher if config.distillation_weight else []
            record(output, watch.trainings, [*earlier, *([start] if start is not None else [])])


def _prepare(command: Command, processes: World) -> tuple[Pool, Validation]:
    """The pool, which the first process makes if it is missing, and the validation sets."""
    sources, validation = load_sources(data_folder(command.data))
    extra = []
    if command.corrections is not None:
        corrected = corrections.load(command.corrections, held_back=False)
        sources = corrections.add_corrections(sources, corrected)
        extra.append(corrections.digest(command.corrections))
    if command.own is not None:
        own_digits = load_own(command.own)
        count = len(own_digits.digits.labels) + len(own_digits.ink.labels)
        print(f"{command.own}: {count:,} digits of your own")
        sources = replace(sources, own=own_digits)
        extra.append(own_digits.digest())
    pool = Pool(sources, command.config, command.pool, "-".join(extra))
    if processes.first:
        pool.prepare(command.workers, _shards(command))
    processes.wait()
    return pool, Validation.of(validation)


def _shards(command: Command) -> set[int]:
    """The shards that the student is trained on, and those of a missing teacher."""
    shards = shards_of(command.config)
    if command.config.distillation_weight and not all(path.is_file() for path in command.teacher):
        shards |= shards_of(command.config.teacher())
    return shards


def _train_teachers(
    command: Command, pool: Pool, validation: Validation, device: torch.device, processes: World
) -> None:
    """Trains each teacher whose weights are missing; their seeds are 0, 1 and so on."""
    for seed, path in enumerate(command.teacher):
        if path.is_file():
            continue
        print(f"{path}: this teacher is missing and is trained first")
        config = replace(command.config.teacher(), seed=seed)
        watch = Stopwatch("train", config, device)
        with watch.step("training the teacher"):
            fit(config, pool, validation, None, path.parent, path, device, True, processes)
        if processes.first:
            record(path, watch.trainings)
        processes.wait()
