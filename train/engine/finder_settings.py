"""Every setting of the ink finder's training; its command line is made from it."""

from dataclasses import dataclass

from train.config import setting
from train.render.exposure import RULED_SHARE


@dataclass(frozen=True)
class Settings:
    """What decides the finder's weights beside the data and the machine; stored with them."""

    seed: int = setting(0, "of the sheets, their order and the initial weights")
    sheets: int = setting(40_000, "sheets of paper, rendered once")
    epochs: int = setting(4, "passes over all sheets")
    batch_size: int = setting(32, "sheets per step")
    learning_rate: float = setting(4e-3, "at the peak of the one-cycle schedule")
    weight_decay: float = setting(1e-2, "of AdamW")
    average: float = setting(0.998, "of the averaged weights that is kept at each step, below 1")
    ruled: float = setting(RULED_SHARE, "share of the sheets that are ruled, 0 to 1")
    start: str = setting("", "weights to start from; empty for new ones")
