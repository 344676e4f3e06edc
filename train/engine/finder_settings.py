"""Every setting of the ink finder's training; the command line is made from it."""

from dataclasses import dataclass

from train.config import setting
from train.render.exposure import RULED_SHARE


@dataclass(frozen=True)
class Settings:
    """Everything but the data and the machine that decides the weights; stored with them."""

    seed: int = setting(0, "of the sheets, their order and the initial weights")
    sheets: int = setting(40_000, "sheets of paper, rendered once")
    epochs: int = setting(4, "passes over all sheets")
    batch_size: int = setting(32, "sheets per step")
    learning_rate: float = setting(4e-3, "at the peak of the one-cycle schedule")
    weight_decay: float = setting(1e-2, "of AdamW")
    average: float = setting(0.998, "share of the averaged weights kept at each step, below 1")
    ruled: float = setting(RULED_SHARE, "share of the sheets that are ruled, 0 to 1")
    start: str = setting("", "weights to start from; empty for new ones")
    keep: float = setting(0.0, "of the weights at the start, in those at the end, 0 to 1")
