"""Weak augmentation: every third shard of the pool is varied less than the others."""

from dataclasses import replace
from typing import Final

from train.config import Config

_WEAKENED: Final = (
    *("rotate", "scale", "shear", "shift", "elastic"),
    *("wide_share", "thickness_share", "noise_share", "degrade_share"),
)


def is_weak(number: int) -> bool:
    """Whether a shard is augmented weakly; training ends on these, which are like real writing."""
    return number % 3 == 2


def weakened(config: Config) -> Config:
    """The settings of a weakly augmented shard."""
    return replace(
        config, **{name: config.weak_strength * getattr(config, name) for name in _WEAKENED}
    )
