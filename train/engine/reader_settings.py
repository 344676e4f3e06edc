"""Every setting of the line reader's training; its command line is made from it."""

from dataclasses import dataclass
from typing import Final

from train.config import setting

GROUP: Final = 16  # batches whose lines are sorted by width, so that little is padded


@dataclass(frozen=True)
class Settings:
    """What decides the reader's weights beside the data and the machine; stored with them."""

    seed: int = setting(0, "of the lines, their order and the first weights")
    lines: int = setting(200_000, "learned from, all different; a multiple of 1,024 counts")
    batch_size: int = setting(64, "lines per step")
    learning_rate: float = setting(2e-3, "at the peak of the one-cycle schedule")
    weight_decay: float = setting(1e-2, "of AdamW")
    start: str = setting("", "weights to start from; empty for new ones")
    average: float = setting(0.998, "of the averaged weights that is kept at each step, below 1")

    @property
    def steps(self) -> int:
        """Optimizer steps in whole groups of batches."""
        return self.lines // self.batch_size // GROUP * GROUP
