"""Trains the network: `python -m train [--data DIR] [--resume] ...`, see `--help`.

Writes the weights to models/model.pth, and config.json, metrics.jsonl, checkpoint.pth and PNGs
of learning curves, confusions and worst mistakes to the run folder.

The default 40 epochs of 78,980 glyphs took 32 minutes on two cores of an AMD EPYC (Zen 3, torch
2.15) that had other work beside; the fastest epoch, nearly undisturbed, 29 s or 2,760 glyphs a
second, of which augmentation alone does about 10,000. models/model.json has what they reach.
"""

import hashlib
import json
import os
import sys
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional
from tqdm import tqdm

from train import checkpoint, report
from train.augment import augment
from train.config import Command, Config, parse, to_dict
from train.data import Digits, data_folder, load_mnist, load_pendigits
from train.download import DataError
from train.evaluate import Score, score
from train.mixture import Mixture, draw
from train.network import Network, save


@dataclass(frozen=True)
class Validation:
    """What choices are made on: MNIST's 5,000 and the ink of the held-back writers."""

    mnist: Digits
    pen: Digits


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns the exit status."""
    command = parse(arguments)
    try:
        train(command)
    except (DataError, OSError, ValueError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    return 0


def train(command: Command) -> None:
    """Trains as the command says and writes the weights and the run folder."""
    config, device = command.config, pick_device(command.device)
    torch.use_deterministic_algorithms(device.type == "cpu")
    folder = data_folder(command.data)
    mnist, pen = load_mnist(folder), load_pendigits(folder)
    mixture = Mixture(mnist.train, pen.train, config)
    validation = Validation(mnist.validation, draw(pen.validation))
    steps = -(-len(mixture) // config.batch)
    state = checkpoint.begin(config, steps * config.epochs, device)
    kept = command.run / "checkpoint.pth"
    if kept.is_file():
        if not command.resume:
            raise ValueError(f"{kept}: expected a new run folder (--run) or --resume, came a run")
        checkpoint.restore(kept, state, config)
        print(f"going on after epoch {state.epoch} of {config.epochs}")
    command.run.mkdir(parents=True, exist_ok=True)
    _write(command.run / "config.json", json.dumps(to_dict(config), indent=2) + "\n")
    while state.epoch < config.epochs:
        _epoch(state, mixture, config, device)
        _validate(state, validation, device)
        checkpoint.save(kept, state, config)
        lines = [json.dumps(entry) for entry in state.metrics]
        _write(command.run / "metrics.jsonl", "\n".join(lines) + "\n")
    save(command.output, _averaged(state), config, run_id(config))
    _report(command.run, state, validation, device)
    print(f"wrote {command.output} and {command.run}/")


def pick_device(name: str) -> torch.device:
    """The device by name, or for "auto" the fastest there is. Raises ValueError."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"expected a device that is here (auto, cpu, cuda, mps): {error}"
        ) from error
    return device


def run_id(config: Config) -> str:
    """The same twelve characters for the same settings."""
    return hashlib.sha256(json.dumps(to_dict(config), sort_keys=True).encode()).hexdigest()[:12]


def _epoch(state: checkpoint.State, mixture: Mixture, config: Config, device: torch.device) -> None:
    """One pass over fresh glyphs, with a bar of loss and rate."""
    started = time.perf_counter()
    glyphs, labels = mixture.epoch(state.epoch)
    seed = zlib.crc32(f"{config.seed} {state.epoch}".encode())
    random = torch.Generator(device).manual_seed(seed)
    x, y = torch.from_numpy(glyphs).to(device), torch.from_numpy(labels).to(device)
    state.network.train()
    total = torch.zeros((), device=device)
    title = f"epoch {state.epoch + 1}/{config.epochs}"
    with tqdm(total=len(x), desc=title, unit=" glyphs", leave=False, mininterval=1) as bar:
        for step, (batch, truth) in enumerate(
            zip(torch.split(x, config.batch), torch.split(y, config.batch), strict=True)
        ):
            logits = state.network(augment(batch, config, random))
            loss = functional.cross_entropy(logits, truth, label_smoothing=config.label_smoothing)
            state.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            state.optimizer.step()
            state.schedule.step()
            state.averaged.update_parameters(state.network)
            total += loss.detach() * len(batch)
            bar.update(len(batch))
            if step % 50 == 0:
                bar.set_postfix(loss=f"{loss.item():.3f}")
    state.epoch += 1
    seconds = time.perf_counter() - started
    state.metrics.append(
        {"epoch": state.epoch, "loss": total.item() / len(x), "seconds": round(seconds, 2)}
    )


def _validate(state: checkpoint.State, validation: Validation, device: torch.device) -> None:
    """Adds the averaged weights' accuracy, in percent, to the epoch's metrics."""
    entry = state.metrics[-1]
    mnist, pen = _scores(_averaged(state), validation, device)
    entry["mnist_validation"], entry["pen_validation"] = mnist.accuracy, pen.accuracy
    tqdm.write(
        f"epoch {state.epoch}: loss {entry['loss']:.4f}, MNIST validation {mnist.accuracy:.2f} %,"
        f" pen validation {pen.accuracy:.2f} %, {entry['seconds']:.0f} s"
    )


def _scores(network: Network, validation: Validation, device: torch.device) -> tuple[Score, Score]:
    return score(network, validation.mnist, device), score(network, validation.pen, device)


def _report(
    folder: Path, state: checkpoint.State, validation: Validation, device: torch.device
) -> None:
    report.learning_curves(folder / "learning-curves.png", state.metrics)
    scores = _scores(_averaged(state), validation, device)
    for name, digits, result in zip(
        ("MNIST validation", "pen validation"),
        (validation.mnist, validation.pen),
        scores,
        strict=True,
    ):
        slug = name.lower().replace(" ", "-")
        report.confusion(folder / f"confusion-{slug}.png", name, result)
        report.mistakes(folder / f"mistakes-{slug}.png", name, digits, result)


def _averaged(state: checkpoint.State) -> Network:
    network = state.averaged.module
    assert isinstance(network, Network)
    return network


def _write(path: Path, text: str) -> None:
    """Leaves either the old file or the whole new one."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text)
    os.replace(temporary, path)


if __name__ == "__main__":
    sys.exit(main())
