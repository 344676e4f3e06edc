"""The networks, a student of 124,000 parameters and its teacher, and their file."""

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from app.glyph import SIDE
from train.config import Config, to_dict
from train.files import open_atomically

# Of MNIST's training pixels, in grey levels. The mean is a whole level, so that a glyph's bytes
# are the int8 graph's first quantized tensor just as they are.
MEAN: Final = 33.0
STD: Final = 78.6
OUTPUTS: Final = 11  # the ten digits, then "not a digit"

Layer = tuple[int, int, int]  # channels, side of the kernel, stride
Layout = tuple[Layer, ...]

# Pixels along each side that are taken together as channels. A convolution over 5x5 pixels of one
# channel costs ONNX Runtime three times what one over 3x3 places of four channels does.
FOLD: Final = 2

# The student is what is shipped. Its second layer works at 14 places a side, which costs more time
# than any other and pays for it: without it the likelihood of clean digits is a fifth worse. The
# teacher is wider.
LAYOUTS: Final[dict[str, Layout]] = {
    "student": ((16, 3, 1), (24, 3, 1), (40, 3, 2), (48, 3, 1), (64, 3, 2), (88, 3, 1)),
    "teacher": ((32, 3, 1), (48, 3, 1), (96, 3, 2), (96, 3, 1), (160, 3, 2), (160, 3, 1)),
}


def _layer(channels_in: int, channels_out: int, side: int, stride: int) -> nn.Sequential:
    """A convolution whose batch norm folds into it at export, and a ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, side, stride, padding=side // 2, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class Network(nn.Module):
    """Plain convolutions and one linear layer: what ONNX Runtime runs fastest in int8.

    The linear layer sees every place of the last plane by itself, which costs little and tells
    a 4 from a 9 better than a mean over the plane does.

    layout: of each layer its channels, kernel and stride; see LAYOUTS.
    """

    def __init__(self, layout: Layout = LAYOUTS["student"]) -> None:
        super().__init__()
        self.layout = layout
        widths = [FOLD**2, *(channels for channels, _, _ in layout)]
        self.features = nn.Sequential(
            *(
                _layer(width, channels, side, stride)
                for width, (channels, side, stride) in zip(widths, layout, strict=False)
            )
        )
        side = SIDE // FOLD
        for _, _, stride in layout:
            side = -(-side // stride)
        self.head = nn.Linear(widths[-1] * side**2, OUTPUTS)

    def forward(self, glyphs: Tensor) -> Tensor:
        """Logits float32 (n, 11) of glyphs (n, 28, 28), uint8 or float in [0, 255], ink 255."""
        logits: Tensor = self.head(self.embed(glyphs))
        return logits

    def embed(self, glyphs: Tensor) -> Tensor:
        """What the last layer decides by: float32 (n, 16 * channels), at least 0; see forward."""
        x = (glyphs.to(torch.float32) - MEAN) * (1 / STD)
        x = functional.pixel_unshuffle(x[:, None], FOLD)  # (n, 4, 14, 14)
        x = self.features(x)  # (n, channels, 4, 4)
        # Channels last, as ONNX Runtime's int8 layers have them: flattening then moves nothing.
        embedded: Tensor = x.permute(0, 2, 3, 1).flatten(1)
        return embedded


@dataclass(frozen=True)
class Trained:
    """A network in evaluation mode with the settings and the id of the run that made it."""

    network: Network
    config: Config
    run: str


def save(path: Path, network: Network, config: Config, run: str) -> None:
    """Writes the weights with what made them, atomically."""
    write(
        path,
        {
            "weights": {name: value.cpu() for name, value in network.state_dict().items()},
            "layout": [list(layer) for layer in network.layout],
            "config": to_dict(config),
            "run": run,
        },
    )


def load(path: Path) -> Trained:
    """Reads what `save` wrote. Raises FileNotFoundError or ValueError with the path."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected trained weights; make them with python -m train")
    content = read(path)
    missing = {"weights", "layout", "config", "run"} - set(content)
    if missing:
        raise ValueError(f"{path}: expected weights written by train, got one without {missing}")
    network = Network(tuple((width, side, stride) for width, side, stride in content["layout"]))
    _put(content["weights"], network, path)
    return Trained(network.eval(), Config(**content["config"]), content["run"])


def load_weights(path: Path, network: Network) -> None:
    """Puts the weights that `save` wrote, of whatever settings, into a network of their layout.

    Raises ValueError with the path where they are of another.
    """
    _put(read(path).get("weights", {}), network, path)


def _put(weights: dict[str, Tensor], network: Network, path: Path) -> None:
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:  # of another version's layers
        raise ValueError(f"{path}: expected weights of its layout, got {error}") from error


def read(path: Path) -> dict[str, Any]:
    """What `write` wrote; runs no code in it. Raises ValueError with the path."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        reason, *_ = " ".join(str(error).split()).split(". ")  # torch writes paragraphs
        raise ValueError(f"{path}: expected a whole file of weights, got {reason}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected weights by name, got {type(content).__name__}")
    return content


def write(path: Path, content: dict[str, Any]) -> None:
    """`torch.save` that leaves either the old file or the whole new one."""
    with open_atomically(path) as file:
        torch.save(content, file)
