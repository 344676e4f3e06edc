"""The training loop: from shards of the pool to averaged weights, with a checkpoint per epoch."""

import json
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from train.augment.weak import is_weak
from train.config import Config, to_dict
from train.data.datasets import Digits
from train.data.normal_form import draw_digits
from train.data.sources import Sources
from train.engine import checkpoint
from train.engine.distillation import Teacher, distance
from train.engine.kept_weights import mixed
from train.engine.parallel import World
from train.evaluate import run_plots
from train.evaluate.score import Score, score
from train.files import write_atomically
from train.networks.classifier import Network, load, save
from train.pool import Pool

ALONE: Final = World()


@dataclass(frozen=True)
class Validation:
    """The sets that choices are made on: 5,000 of MNIST, and the ink of held-back writers."""

    mnist: Digits
    pen: Digits
    unipen: Digits

    @classmethod
    def of(cls, sources: Sources) -> "Validation":
        """The digits of the validation sources, as glyphs."""
        return cls(sources.mnist, draw_digits(sources.pen), draw_digits(sources.unipen.ink()))

    def named(self) -> dict[str, Digits]:
        """Each set by its name."""
        return {
            "MNIST validation": self.mnist,
            "pen validation": self.pen,
            "UNIPEN validation": self.unipen,
        }


def fit(
    config: Config,
    pool: Pool,
    validation: Validation,
    teacher: Teacher | None,
    run: Path,
    output: Path,
    device: torch.device,
    resume: bool,
    world: World = ALONE,
    start: Path | None = None,
) -> None:
    """Trains one network on a prepared pool; writes its weights and the run folder.

    With a teacher, `config.distillation_weight` is the weight of the distance from it in the loss.
    Raises ValueError for a run folder with a run that is not to be resumed, or that has other
    settings.
    """
    checkpoint_file = run / "checkpoint.pth"
    if checkpoint_file.is_file() and not resume:
        raise ValueError(
            f"{checkpoint_file}: expected a new run folder (--run) or --resume, got a run"
        )
    steps = sum(
        -(-pool.size(shard_of(epoch, config)) // config.batch_size)
        for epoch in range(config.epochs)
    )
    state = checkpoint.begin(config, steps, device, start)
    if checkpoint_file.is_file():
        checkpoint.restore(checkpoint_file, state, config)
        print(f"going on after epoch {state.epoch} of {config.epochs}")
    world.wait()  # until all processes know whether there is a run
    run.mkdir(parents=True, exist_ok=True)
    if world.first:
        write_atomically(run / "config.json", json.dumps(to_dict(config), indent=2) + "\n")
    network = world.wrapped(state.network)
    while state.epoch < config.epochs:
        _epoch(network, state, pool, teacher, config, device, world)
        if not world.first:
            continue
        _validate(state, validation, device)
        checkpoint.save(checkpoint_file, state, config)
        lines = [json.dumps(entry) for entry in state.metrics]
        write_atomically(run / "metrics.jsonl", "\n".join(lines) + "\n")
    world.wait()
    if not world.first:
        return
    final = _averaged(state)
    if start is not None and config.keep:
        weights = mixed(final.state_dict(), load(start).network.state_dict(), config.keep)
        final.load_state_dict(weights)
    save(output, final, config, config.run_id())
    _report(run, state.metrics, final, validation, device)
    print(f"wrote {output} and {run}/")


def shard_of(epoch: int, config: Config) -> int:
    """The number of the shard that an epoch trains on: weakly augmented ones come at the end.

    At its end, a training learns details, which should be those of real handwriting.
    """
    weak = [number for number in range(config.num_shards) if is_weak(number)]
    others = [number for number in range(config.num_shards) if not is_weak(number)]
    ending = round(config.epochs * config.weak_epoch_share) if weak else 0
    left = config.epochs - epoch
    return weak[-left % len(weak)] if left <= ending else others[epoch % len(others)]


def shards_of(config: Config) -> set[int]:
    """The numbers of the shards that are trained on."""
    return {shard_of(epoch, config) for epoch in range(config.epochs)}


def _epoch(
    network: nn.Module,
    state: checkpoint.State,
    pool: Pool,
    teacher: Teacher | None,
    config: Config,
    device: torch.device,
    world: World,
) -> None:
    """Trains once on a shard, in a new order, with a bar of loss and rate.

    network: that of the state, wrapped so that its gradients are those of all processes.
    """
    number = shard_of(state.epoch, config)
    teacher_logits = None if teacher is None else teacher.logits(pool, number)
    started = time.perf_counter()
    glyphs, labels, soft = _on_device(pool.shard(number), teacher_logits, device)
    order = _order(len(labels), config.seed, state.epoch)
    network.train()
    total = torch.zeros((), device=device)
    title = f"epoch {state.epoch + 1}/{config.epochs}"
    with tqdm(
        total=len(order),
        desc=title,
        unit=" glyphs",
        leave=False,
        mininterval=1,
        disable=not world.first,
    ) as bar:
        for step, every in enumerate(np.array_split(order, -(-len(order) // config.batch_size))):
            chosen = torch.from_numpy(world.share(every)).to(device)
            with torch.autocast(device.type, torch.bfloat16, config.precision == "bfloat16"):
                logits = network(glyphs[chosen]).float()
            targets = None if soft is None else soft[chosen]
            loss = _loss(logits, labels[chosen], targets, config)
            state.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            state.optimizer.step()
            state.schedule.step()
            state.averaged.update_parameters(state.network)
            total += loss.detach() * len(every)
            bar.update(len(every))
            if step % 50 == 0:
                bar.set_postfix(loss=f"{loss.item():.3f}")
    state.epoch += 1
    seconds = time.perf_counter() - started
    state.metrics.append(
        {"epoch": state.epoch, "loss": total.item() / len(order), "seconds": round(seconds, 2)}
    )


def _on_device(
    digits: Digits, teacher_logits: NDArray[np.float16] | None, device: torch.device
) -> tuple[Tensor, Tensor, Tensor | None]:
    """The glyphs and labels of a shard, and its teacher's logits if there are any.

    They take a few hundred MB of a GPU, which would wait for the CPU if sent batch by batch.
    """
    soft = None if teacher_logits is None else torch.from_numpy(teacher_logits).to(device)
    glyphs, labels = torch.from_numpy(digits.glyphs), torch.from_numpy(digits.labels)
    return glyphs.to(device), labels.to(device), soft


def _loss(logits: Tensor, truth: Tensor, soft: Tensor | None, config: Config) -> Tensor:
    """The loss of a batch. logits: (n, 11). truth: labels (n,). soft: logits of the teacher."""
    hard = functional.cross_entropy(logits, truth, label_smoothing=config.label_smoothing)
    if soft is None:
        return hard
    return torch.lerp(
        hard, distance(logits, soft, config.distillation_temperature), config.distillation_weight
    )


def _order(count: int, seed: int, epoch: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    random = np.random.default_rng((zlib.crc32(b"order"), seed, epoch))
    return random.permutation(count)


def _validate(state: checkpoint.State, validation: Validation, device: torch.device) -> None:
    """Adds the accuracy of the averaged weights, in percent, to the epoch's metrics."""
    entry = state.metrics[-1]
    parts = [f"epoch {state.epoch}: loss {entry['loss']:.4f}"]
    for name, result in _scores(_averaged(state), validation, device).items():
        entry[name.lower().replace(" ", "_")] = result.accuracy
        parts.append(f"{name} {result.accuracy:.2f} %")
    tqdm.write(", ".join([*parts, f"{entry['seconds']:.0f} s"]))


def _scores(network: Network, validation: Validation, device: torch.device) -> dict[str, Score]:
    return {
        name: score(network, digits, device)
        for name, digits in validation.named().items()
        if len(digits.labels)
    }


def _report(
    folder: Path,
    metrics: list[dict[str, float]],
    network: Network,
    validation: Validation,
    device: torch.device,
) -> None:
    run_plots.learning_curves(folder / "learning-curves.png", metrics)
    for name, result in _scores(network, validation, device).items():
        slug = name.lower().replace(" ", "-")
        run_plots.confusion(folder / f"confusion-{slug}.png", name, result)
        run_plots.mistakes(folder / f"mistakes-{slug}.png", name, validation.named()[name], result)


def _averaged(state: checkpoint.State) -> Network:
    network = state.averaged.module
    assert isinstance(network, Network)
    return network
