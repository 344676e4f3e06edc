"""The classifiers, a student of 124,000 parameters and its teacher, and their files."""

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

# Of MNIST's training pixels, in grey levels. The mean is a whole level, so that a glyph's bytes can
# be the first quantized tensor of the int8 graph as they are.
MEAN: Final = 33.0
STD: Final = 78.6
OUTPUTS: Final = 11  # the ten digits, then "not a digit"

Layer = tuple[int, int, int]  # channels, side of the kernel, stride
Layout = tuple[Layer, ...]

# FOLD by FOLD pixels become the channels of one position. A convolution over 5x5 pixels of one
# channel takes ONNX Runtime three times as long as one over 3x3 positions of four channels.
FOLD: Final = 2

# The student is shipped. Its second layer works on 14 x 14 positions and takes more time than any
# other, but without it, the negative log-likelihood of clean digits is a fifth higher. The teacher
# is wider.
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
    """Plain convolutions and one linear layer, which ONNX Runtime runs fastest in int8.

    The linear layer has its own weights for every position, which takes little time and separates
    4 from 9 better than a mean over all positions. layout: see LAYOUTS.
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
        """The inputs of the last layer, float32 (n, 16 * channels), at least 0; see forward."""
        x = (glyphs.to(torch.float32) - MEAN) * (1 / STD)
        x = functional.pixel_unshuffle(x[:, None], FOLD)  # (n, 4, 14, 14)
        x = self.features(x)  # (n, channels, 4, 4)
        # Channels last, as in ONNX Runtime's int8 layers, so that flattening moves nothing.
        embedded: Tensor = x.permute(0, 2, 3, 1).flatten(1)
        return embedded


@dataclass(frozen=True)
class Trained:
    """A network in evaluation mode, with the settings and the id of its training run."""

    network: Network
    config: Config
    run: str


def save(path: Path, network: Network, config: Config, run: str) -> None:
    """Writes the weights with their settings and their run, atomically."""
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
        message = "expected trained weights, got no file; make them with python -m train"
        raise FileNotFoundError(f"{path}: {message}")
    content = read(path)
    missing = {"weights", "layout", "config", "run"} - set(content)
    if missing:
        raise ValueError(f"{path}: expected weights written by train, got one without {missing}")
    network = Network(tuple((width, side, stride) for width, side, stride in content["layout"]))
    _put(content["weights"], network, path)
    return Trained(network.eval(), Config(**content["config"]), content["run"])


def load_weights(path: Path, network: Network) -> None:
    """Puts the weights that `save` wrote, with any settings, into a network of the same layout.

    Raises ValueError with the path if the layout differs.
    """
    _put(read(path).get("weights", {}), network, path)


def _put(weights: dict[str, Tensor], network: Network, path: Path) -> None:
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:  # the layers are those of another version
        raise ValueError(f"{path}: expected weights of its layout, got {error}") from error


def read(path: Path) -> dict[str, Any]:
    """The content that `write` wrote; runs no code from it. Raises ValueError with the path."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        reason, *_ = " ".join(str(error).split()).split(". ")  # torch writes paragraphs
        raise ValueError(f"{path}: expected a whole file of weights, got {reason}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected weights by name, got {type(content).__name__}")
    return content


def write(path: Path, content: dict[str, Any]) -> None:
    """As `torch.save`, but atomically."""
    with open_atomically(path) as file:
        torch.save(content, file)
