"""The network that reads whole lines: convolutions over a strip of ink, and CTC.

Graves, Fernandez, Gomez, Schmidhuber: "Connectionist temporal classification" (2006). It needs no
cuts between digits that touch, and it sees the relative sizes of a number's digits.
"""

from pathlib import Path
from typing import Any, Final

from torch import Tensor, nn

from app.inference.line_reader import STRIDE, SYMBOLS
from train.networks.classifier import read, write

__all__ = ["BLANK", "CLASSES", "STRIDE", "SYMBOLS", "LineReader", "greedy"]


BLANK: Final = 0  # CTC's class for no new symbol; symbol n is class n + 1
CLASSES: Final = len(SYMBOLS) + 1


class LineReader(nn.Module):
    """Turns strips float32 (n, 1, 48, w), ink 255 on 0, w a multiple of 4, into logits."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        middle, wide = width, width * 3 // 2
        self.features = nn.Sequential(
            _conv(1, 16, 5, stride=2),  # (n, 16, 24, w/2)
            _conv(16, 48, 3, stride=2),  # (n, 48, 12, w/4)
            _conv(48, middle, 3),
            _conv(middle, middle, 3),
            nn.MaxPool2d((2, 1)),  # (n, 64, 6, w/4)
            _conv(middle, wide, 3),
            _conv(wide, wide, 3),
            nn.MaxPool2d((2, 1)),  # (n, 96, 3, w/4)
            nn.Conv2d(wide, 2 * middle, (3, 1), bias=False),  # (n, 128, 1, w/4)
            nn.BatchNorm2d(2 * middle),
            nn.ReLU(inplace=True),
        )
        self.context = nn.Sequential(
            nn.Conv2d(2 * middle, wide, (1, 7), padding=(0, 3), bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU(inplace=True),
            nn.Conv2d(wide, wide, (1, 7), padding=(0, 3), bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU(inplace=True),
        )
        self.dropout = nn.Dropout(0.1)
        self.classes = nn.Conv2d(wide, CLASSES, 1)

    def forward(self, strips: Tensor) -> Tensor:
        """Logits (n, w / 4, CLASSES) of strips (n, 1, 48, w)."""
        logits: Tensor = self.classes(self.embed(strips))
        return logits.squeeze(2).transpose(1, 2)

    def embed(self, strips: Tensor) -> Tensor:
        """The inputs of the last layer, (n, channels, 1, w / 4), for strips (n, 1, 48, w)."""
        features: Tensor = self.dropout(self.context(self.features(strips / 255.0)))
        return features


def _conv(into: int, out: int, side: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, side, stride, side // 2, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(inplace=True),
    )


def greedy(logits: Tensor) -> list[str]:
    """The best path's text of each line; logits: (n, columns, CLASSES)."""
    texts = []
    for row in logits.argmax(dim=2).tolist():
        pairs = zip([BLANK, *row], row, strict=False)
        symbols = [symbol for previous, symbol in pairs if symbol != previous]
        texts.append("".join(SYMBOLS[symbol - 1] for symbol in symbols if symbol != BLANK))
    return texts


def save(path: Path, network: LineReader, made_by: dict[str, Any]) -> None:
    """Writes the weights with the settings that made them, atomically."""
    weights = {name: value.cpu() for name, value in network.state_dict().items()}
    write(path, {"weights": weights, "config": made_by})


def load(path: Path) -> tuple[LineReader, dict[str, Any]]:
    """The network in evaluation mode and its settings. Raises FileNotFoundError or ValueError."""
    if not path.is_file():
        message = "expected weights, got no file; make them with python -m train.reader"
        raise FileNotFoundError(f"{path}: {message}")
    content = read(path)
    network = LineReader()
    network.load_state_dict(content["weights"])
    return network.eval(), content["config"]
