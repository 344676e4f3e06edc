"""Every setting of a training run, and the command line made from it."""

import argparse
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Config:
    """What decides the weights, beside the data and the machine; stored with them."""

    seed: int = _setting(0, "of everything random")
    epochs: int = _setting(40, "passes over the training glyphs")
    batch: int = _setting(256, "glyphs a step")
    learning_rate: float = _setting(6e-3, "at the peak of the one-cycle schedule")
    weight_decay: float = _setting(2e-2, "of AdamW, on everything but biases and norms")
    label_smoothing: float = _setting(0.05, "share of the target spread over all ten labels")
    ema_half_life: float = _setting(400.0, "steps after which old weights count half")
    pen_repeats: int = _setting(4, "fresh renderings of each pen digit an epoch")
    repen: float = _setting(0.5, "share of MNIST digits redrawn by the serving code, 0 to 1")
    rotate: float = _setting(12.0, "degrees, standard deviation of the rotation is half of it")
    scale: float = _setting(0.12, "largest relative change of size, each axis by itself")
    shear: float = _setting(0.25, "largest slant, pixels sideways a pixel of height")
    shift: float = _setting(2.0, "pixels, largest shift along each axis")
    elastic: float = _setting(1.2, "pixels, standard deviation of the local displacement")
    thickness: float = _setting(0.6, "share of glyphs whose strokes grow or shrink, 0 to 1")
    noise: float = _setting(0.25, "share of glyphs with noise, blur or poor contrast, 0 to 1")
    limit: int = _setting(0, "glyphs of each source used, 0 for all; for quick trials")

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch) < 1 or self.limit < 0:
            raise ValueError(
                f"expected epochs and batch from 1 and limit from 0, came epochs {self.epochs},"
                f" batch {self.batch}, limit {self.limit}"
            )
        for name in ("repen", "thickness", "noise", "label_smoothing"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"expected {name} in [0, 1], came {getattr(self, name)}")


@dataclass(frozen=True)
class Command:
    """What a run is asked for beside its Config: where things are."""

    config: Config
    data: str | None
    run: Path
    output: Path
    device: str
    resume: bool


def parse(arguments: Sequence[str] | None = None) -> Command:
    """The command line, `python -m train --help`; an unknown flag ends the program."""
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Trains the network on MNIST and pen strokes and writes its weights.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--run", type=Path, default=Path("runs/default"), help="run folder")
    parser.add_argument(
        "--output", type=Path, default=Path("models/model.pth"), help="where the weights go"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    for entry in fields(Config):
        assert entry.default is not MISSING
        parser.add_argument(
            "--" + entry.name.replace("_", "-"),
            type=type(entry.default),
            default=entry.default,
            help=entry.metadata["meaning"],
        )
    flags = vars(parser.parse_args(arguments))
    try:
        config = Config(**{entry.name: flags.pop(entry.name) for entry in fields(Config)})
    except ValueError as error:
        parser.error(str(error))
    return Command(config, **flags)


def to_dict(config: Config) -> dict[str, Any]:
    """The settings as plain values, for JSON and checkpoints."""
    return asdict(config)
