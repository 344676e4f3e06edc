"""Keeps the state of a run between epochs, so that a killed run can end as if it had not been."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import AveragedModel

from train.config import Config, to_dict
from train.networks.classifier import LAYOUTS, Network, load_weights, read, write


@dataclass
class State:
    """Everything that changes in training. All that is random depends on seed and epoch alone.

    averaged: the exponential moving average of the weights, which is kept in the end.
    """

    network: Network
    averaged: AveragedModel
    optimizer: AdamW
    schedule: OneCycleLR
    epoch: int = 0
    metrics: list[dict[str, float]] = field(default_factory=list)


def begin(config: Config, steps: int, device: torch.device, start: Path | None = None) -> State:
    """A new state for a total of `steps` optimizer steps, from the weights in `start` if given.

    Raises ValueError if those are of another network.
    """
    torch.manual_seed(config.seed)
    network = Network(LAYOUTS[config.network])
    if start is not None:
        load_weights(start, network)
    network = network.to(device).to(memory_format=torch.channels_last)
    averaged = AveragedModel(network, avg_fn=_moving_average(config), use_buffers=True)
    optimizer = AdamW(_groups(network, config.weight_decay), lr=config.learning_rate)
    schedule = OneCycleLR(optimizer, config.learning_rate, total_steps=steps, pct_start=0.2)
    return State(network, averaged, optimizer, schedule)


def save(path: Path, state: State, config: Config) -> None:
    """Writes the state after an epoch, atomically."""
    parts = ("network", "averaged", "optimizer", "schedule")
    content: dict[str, Any] = {part: getattr(state, part).state_dict() for part in parts}
    content |= {"epoch": state.epoch, "metrics": state.metrics, "config": to_dict(config)}
    write(path, content)


def restore(path: Path, state: State, config: Config) -> None:
    """Puts a saved state into a new one. Raises ValueError if the settings differ."""
    content = read(path)
    saved, wanted = content["config"], to_dict(config)
    differing = sorted(key for key in wanted if wanted[key] != saved.get(key))
    if differing:
        differences = ", ".join(f"{key} {saved.get(key)} (now {wanted[key]})" for key in differing)
        raise ValueError(
            f"{path}: expected a run with the same settings, got one with {differences}"
        )
    for part in ("network", "averaged", "optimizer", "schedule"):
        getattr(state, part).load_state_dict(content[part])
    state.epoch, state.metrics = content["epoch"], content["metrics"]


def _moving_average(config: Config) -> Callable[[Tensor, Tensor, Tensor | int], Tensor]:
    """An exponential moving average that forgets the first weights faster than later ones."""
    decay = 0.5 ** (1 / config.ema_half_life)

    def average(old: Tensor, new: Tensor, steps: Tensor | int) -> Tensor:
        if not old.is_floating_point():
            return new  # a counter, such as batch norm's
        return old.lerp(new, 1 - min(decay, (1 + int(steps)) / (10 + int(steps))))

    return average


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups: weight decay for kernels, and none for biases and norms."""
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [
        {"params": kernels, "weight_decay": weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
