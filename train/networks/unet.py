"""The network that finds ink in photographs, a small U-Net, and its file.

Ronneberger, Fischer, Brox: "U-Net: convolutional networks for biomedical image segmentation"
(2015). The first layer halves the picture and the last one doubles it, because layers at full size
would take most of the time.
"""

from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from train.networks.classifier import read, write

WIDTHS: Final = (12, 24, 32, 48)  # channels after one, two, three and more halvings
MIN_SPREAD: Final = 8.0  # levels; the contrast of a picture with less is not fully stretched


def _layer(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    """Logits of ink for every pixel of a picture. widths: see WIDTHS."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.widths = widths
        a, b, c, d = widths
        self.down = nn.ModuleList(
            [
                _layer(3, a, 2),
                _layer(a, b, 2),
                nn.Sequential(_layer(b, c, 2), _layer(c, c)),
                nn.Sequential(_layer(c, d, 2), _layer(d, d)),
                nn.Sequential(_layer(d, d, 2), _layer(d, d)),
            ]
        )
        self.up = nn.ModuleList(
            [_layer(d + d, c), _layer(c + c, c), _layer(c + b, b), _layer(b + a, a)]
        )
        self.head = nn.Conv2d(a, 4, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits float32 (n, h, w) of pictures (n, h, w, 3) RGB in [0, 255], uint8 or float.

        Height and width are multiples of 32.
        """
        x = pictures.to(torch.float32)
        mean = x.mean((1, 2, 3), keepdim=True)
        spread = (x - mean).square().mean((1, 2, 3), keepdim=True).sqrt()
        x = ((x - mean) / (spread + MIN_SPREAD)).permute(0, 3, 1, 2)  # (n, 3, h, w)
        levels = []
        for layer in self.down:
            x = layer(x)  # (n, widths, h / 2, w / 2) and so on
            levels.append(x)
        for layer, beside in zip(self.up, levels[-2::-1], strict=True):
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = layer(torch.cat([x, beside], 1))  # (n, widths, h / 16, w / 16) up to h / 2
        return functional.pixel_shuffle(self.head(x), 2)[:, 0]


def save(path: Path, network: UNet, made_by: dict[str, Any]) -> None:
    """Writes the weights with the settings that made them, atomically."""
    weights = {name: value.cpu() for name, value in network.state_dict().items()}
    write(path, {"weights": weights, "widths": list(network.widths), "config": made_by})


def load(path: Path) -> tuple[UNet, dict[str, Any]]:
    """The network in evaluation mode and its settings. Raises FileNotFoundError or ValueError."""
    if not path.is_file():
        message = "expected weights, got no file; make them with python -m train.finder"
        raise FileNotFoundError(f"{path}: {message}")
    content = read(path)
    network = UNet(tuple(content["widths"]))
    network.load_state_dict(content["weights"])
    return network.eval(), content["config"]
