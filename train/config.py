"""Every setting of a training run, and the command line made from it."""

import argparse
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

NETWORKS: Final = ("student", "teacher")
SHIPPED: Final = Path("models/model.pth")  # the weights that python -m export makes a model of
PRECISIONS: Final = ("auto", "bfloat16", "float32")


def setting(default: Any, meaning: str) -> Any:
    """A field of settings with its meaning, which --help shows."""
    return field(default=default, metadata={"meaning": meaning})


def _pool(default: Any, meaning: str) -> Any:
    """A setting that changes the glyphs of the pool."""
    return field(default=default, metadata={"meaning": meaning, "pool": True})


@dataclass(frozen=True)
class Config:
    """Everything but the data and the machine that decides the weights; stored with them.

    Shares are between 0 and 1. Raises ValueError for values out of range.
    """

    network: str = setting("student", "student, which is shipped, or teacher")
    # The digest of the file that --start names.
    start: str = setting("", "weights to start from, which needs fewer epochs: models/model.pth")
    seed: int = setting(0, "of the initial weights and the order of the glyphs")
    epochs: int = setting(32, "passes, each over one shard of the pool")
    batch_size: int = setting(256, "glyphs per step")
    learning_rate: float = setting(6e-3, "at the peak of the one-cycle schedule")
    weight_decay: float = setting(2e-2, "of AdamW, on everything but biases and norms")
    label_smoothing: float = setting(0.0, "share of the target spread over all labels")
    ema_half_life: float = setting(400.0, "steps after which old weights count half")
    keep: float = setting(0.0, "share of the weights at the start in those at the end, 0 to 1")
    precision: str = setting("auto", "bfloat16, float32, or auto for bfloat16 where it is faster")
    distillation_weight: float = setting(0.7, "share of the loss that compares with the teacher")
    distillation_temperature: float = setting(2.0, "divides the logits that are compared")
    weak_epoch_share: float = setting(0.25, "share of the epochs, at the end, on weak shards")
    num_shards: int = setting(30, "shards of the pool, each with every training digit")
    num_source_sets: int = _pool(8, "sets of strokes, photographs and negatives for all shards")
    pool_seed: int = _pool(0, "of everything random in the pool")
    num_pen: int = _pool(30_000, "renderings of pen digits per shard, spread over the writers")
    num_pictures: int = _pool(3_000, "digits cut from photographs by others, per shard")
    num_restroked: int = _pool(15_000, "MNIST digits traced as strokes and redrawn, per shard")
    num_photographs: int = _pool(8_000, "digits in rendered photographs of paper, per shard")
    num_negatives: int = _pool(22_000, "glyphs that are not digits, per shard")
    redraw_share: float = _pool(0.3, "share of MNIST digits redrawn by the serving code")
    rotate: float = _pool(12.0, "degrees, twice the standard deviation of the rotation")
    scale: float = _pool(0.12, "maximum relative change of size, each axis by itself")
    shear: float = _pool(0.25, "maximum slant, pixels sideways per pixel of height")
    shift: float = _pool(2.0, "pixels, maximum shift along each axis")
    elastic: float = _pool(1.2, "pixels, standard deviation of the local displacement")
    wide_share: float = _pool(0.12, "share of glyphs that are moved and turned 2.5 times as far")
    thickness_share: float = _pool(0.6, "share of glyphs whose strokes grow or shrink")
    noise_share: float = _pool(0.2, "share of glyphs with a little noise, blur or lost contrast")
    degrade_share: float = _pool(0.3, "share of glyphs that are damaged as in poor pictures")
    weak_strength: float = _pool(0.6, "factor of all these shares and distances in weak shards")
    limit: int = _pool(
        0, "for quick trials, the most of each data set and of each kind per shard; 0 for all"
    )

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "num_shards", "num_source_sets"):
            if getattr(self, name) < 1:
                raise ValueError(f"expected {name} from 1, got {getattr(self, name)}")
        if self.limit < 0:
            raise ValueError(f"expected limit from 0, got {self.limit}")
        if self.network not in NETWORKS:
            raise ValueError(f"expected network {' or '.join(NETWORKS)}, got {self.network!r}")
        if self.precision not in PRECISIONS:
            choices = " or ".join(PRECISIONS)
            raise ValueError(f"expected precision {choices}, got {self.precision!r}")
        shares = ("label_smoothing", "keep", "distillation_weight", "weak_strength")
        for name in (*shares, *(entry.name for entry in fields(self) if "_share" in entry.name)):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"expected {name} in [0, 1], got {getattr(self, name)}")

    def pool_id(self) -> str:
        """Twelve characters that are the same for all settings with the same pool."""
        names = [entry.name for entry in fields(self) if entry.metadata.get("pool")]
        return _digest({name: getattr(self, name) for name in names})

    def run_id(self) -> str:
        """Twelve characters that are the same for the same settings."""
        return _digest(asdict(self))

    def teacher(self) -> "Config":
        """The settings of the teacher that is trained if a student has none, on the same pool."""
        return replace(
            self,
            network="teacher",
            start="",
            keep=0.0,
            epochs=24,
            learning_rate=3e-3,
            distillation_weight=0.0,
        )


@dataclass(frozen=True)
class Command:
    """A run's Config and its other flags: files, folders and the machine."""

    config: Config
    data: str | None
    run: Path
    output: Path
    teacher: list[Path]
    pool: Path
    own: Path | None
    corrections: Path | None
    start: Path | None
    workers: int
    device: str
    resume: bool


def parse(arguments: Sequence[str] | None = None) -> Command:
    """The command line, `python -m train --help`; an unknown flag ends the program."""
    parser = _parser()
    flags = vars(parser.parse_args(arguments))
    if flags["keep"] and flags["start"] is None:
        parser.error("--keep: expected weights to --start from, got none")
    try:
        config = Config(**{entry.name: flags.pop(entry.name) for entry in _settings()})
        if flags["start"] is not None:
            digest = hashlib.sha256(flags["start"].read_bytes()).hexdigest()[:12]
            config = replace(config, start=digest)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    if flags["output"] is None:
        is_shipped = not config.limit and flags["own"] is None
        flags["output"] = SHIPPED if is_shipped else flags["run"] / SHIPPED.name
    return Command(config, **flags)


def _settings() -> list[Field[Any]]:
    """The settings that are flags of their own; --start is a file, of which the hash is kept."""
    return [entry for entry in fields(Config) if entry.name != "start"]


def _parser() -> argparse.ArgumentParser:
    """A flag for each file, folder and machine setting, and one for each setting of Config."""
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Trains the network on MNIST, pen strokes, photographs and negatives, and"
        " writes its weights. Trains a missing teacher first unless --distillation-weight is 0.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--data", metavar="DIR", help="data folder, else $DIGITS_DATA, else data/")
    parser.add_argument("--run", type=Path, default=Path("runs/default"), help="run folder")
    parser.add_argument(
        "--output",
        type=Path,
        help="where the weights go: models/model.pth, or model.pth in the run folder for trials"
        " (--limit) and for a network of one's own (--own)",
    )
    parser.add_argument(
        "--teacher",
        type=Path,
        nargs="+",
        default=[Path("runs/teacher/model.pth")],
        help="weights of one teacher or several",
    )
    parser.add_argument(
        "--pool", type=Path, default=Path("runs/pool"), help="where the glyphs are kept, 3 GB"
    )
    parser.add_argument(
        "--own",
        type=Path,
        metavar="PATH",
        help="your own digits to learn from as well: a folder of pictures (3/*.png), a CSV file of"
        " labels and pixels, or JSON lines of labels and strokes",
    )
    parser.add_argument(
        "--corrections",
        type=Path,
        metavar="FILE",
        help="corrections to learn from as well, as python -m app.corrections prints them",
    )
    parser.add_argument(
        "--start",
        type=Path,
        metavar="FILE",
        help=Config.__dataclass_fields__["start"].metadata["meaning"],
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes that make glyphs"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    for entry in _settings():
        assert entry.default is not MISSING
        parser.add_argument(
            "--" + entry.name.replace("_", "-"),
            type=type(entry.default),
            default=entry.default,
            help=entry.metadata["meaning"],
        )
    return parser


def to_dict(config: Config) -> dict[str, Any]:
    """The settings as plain values, for JSON and checkpoints."""
    return asdict(config)


def _digest(settings: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]
