"""The network, about 100,000 parameters, and its file."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from train.config import Config, to_dict

# Of MNIST's training pixels, in grey levels. The mean is a whole level, so that a glyph's bytes
# are the int8 graph's first quantized tensor just as they are.
MEAN: Final = 33.0
STD: Final = 78.6
WIDTHS: Final = (16, 32, 48, 64, 80)


def _layer(channels_in: int, channels_out: int, side: int, stride: int) -> nn.Sequential:
    """A convolution whose batch norm folds into it at export, and a ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, side, stride, padding=side // 2, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class Network(nn.Module):
    """Plain convolutions only: what ONNX Runtime runs fastest in int8 on a CPU.

    Most of the work is done at 14 and 7 pixels, where a layer is cheap; the first one halves
    the side at once. widths: channels after each of the five layers.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        first, second, third, fourth, fifth = widths
        self.widths = widths
        self.features = nn.Sequential(
            _layer(1, first, side=5, stride=2),  # (n, first, 14, 14)
            _layer(first, second, side=3, stride=1),
            _layer(second, third, side=3, stride=2),  # (n, third, 7, 7)
            _layer(third, fourth, side=3, stride=2),  # (n, fourth, 4, 4)
            _layer(fourth, fifth, side=3, stride=1),
        )
        self.head = nn.Linear(fifth, 10)

    def forward(self, glyphs: Tensor) -> Tensor:
        """Logits float32 (n, 10) of glyphs (n, 28, 28), uint8 or float in [0, 255], ink 255."""
        x = (glyphs.to(torch.float32) - MEAN) * (1 / STD)
        x = self.features(x[:, None])  # (n, fifth, 4, 4)
        pooled = functional.adaptive_avg_pool2d(x, 1).flatten(1)  # (n, fifth)
        logits: Tensor = self.head(pooled)
        return logits


@dataclass(frozen=True)
class Trained:
    """A network in evaluation mode with the settings and the id of the run that made it."""

    network: Network
    config: Config
    run: str


def save(path: Path, network: Network, config: Config, run: str) -> None:
    """Writes the weights with what made them, atomically."""
    write_atomically(
        path,
        {
            "weights": {name: value.cpu() for name, value in network.state_dict().items()},
            "widths": list(network.widths),
            "config": to_dict(config),
            "run": run,
        },
    )


def load(path: Path) -> Trained:
    """Reads what `save` wrote. Raises FileNotFoundError or ValueError with the path."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected trained weights; make them with python -m train")
    content = torch.load(path, map_location="cpu", weights_only=True)
    missing = {"weights", "widths", "config", "run"} - set(content)
    if missing:
        raise ValueError(f"{path}: expected weights written by train, came one without {missing}")
    network = Network(tuple(content["widths"]))
    network.load_state_dict(content["weights"])
    return Trained(network.eval(), Config(**content["config"]), content["run"])


def write_atomically(path: Path, content: dict[str, Any]) -> None:
    """`torch.save` that leaves either the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    torch.save(content, temporary)
    os.replace(temporary, path)
