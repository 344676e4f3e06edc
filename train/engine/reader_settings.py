"""Every setting of the line reader's training; the command line is made from it."""

from dataclasses import dataclass
from typing import Final

from train.config import setting

GROUP: Final = 16  # batches; their lines are sorted by width, so that there is little padding


@dataclass(frozen=True)
class Settings:
    """Everything but the data and the machine that decides the weights; stored with them."""

    seed: int = setting(0, "of the lines, their order and the initial weights")
    lines: int = setting(200_000, "lines to learn from, rounded down to a multiple of 1,024")
    batch_size: int = setting(64, "lines per step")
    learning_rate: float = setting(2e-3, "at the peak of the one-cycle schedule")
    weight_decay: float = setting(1e-2, "of AdamW")
    start: str = setting("", "weights to start from; empty for new ones")
    average: float = setting(0.998, "share of the averaged weights kept at each step, below 1")
    keep: float = setting(0.0, "share of the weights at the start in those at the end, 0 to 1")

    @property
    def steps(self) -> int:
        """Optimizer steps in whole groups of batches."""
        return self.lines // self.batch_size // GROUP * GROUP
