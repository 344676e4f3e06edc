"""Damages batches of glyphs at random, as paper, light, lenses and scanners do.

The strength is drawn for each glyph, from hardly visible to barely readable. The degradations have
other code and other strengths than the corruptions with which `train.evaluate` measures.
"""

from collections.abc import Callable
from typing import Final

import torch
from torch import Generator, Tensor

from train.augment import lighting, marks, sensor

# Takes glyphs float32 (n, 1, 28, 28) in [0, 1], ink 1; returns the same shape, not yet clipped.
Degradation = Callable[[Tensor, Generator], Tensor]

TWICE_SHARE: Final = 0.2  # share of the damaged glyphs that are damaged a second time

# Another order would give other glyphs for the same seed.
KINDS: Final[tuple[Degradation, ...]] = (
    sensor.gaussian_noise,
    sensor.shot_noise,
    sensor.impulse_noise,
    sensor.blur,
    sensor.motion_blur,
    sensor.scatter,
    lighting.haze,
    lighting.haze,  # twice as often, because it is the hardest
    lighting.brightening,
    lighting.low_contrast,
    lighting.shadow,
    marks.inverted_bands,
    marks.stray_lines,
    marks.stray_lines,
    marks.patches,
    marks.splashes,
    marks.outline,
    sensor.low_resolution,
)


def degrade(x: Tensor, share: float, random: Generator) -> Tensor:
    """Damages a share of glyphs once or twice, in place. x: float32 (n, 1, 28, 28) in [0, 1]."""
    for chance in (share, share * TWICE_SHARE):
        is_damaged = torch.rand(len(x), generator=random, device=random.device) < chance
        kinds = torch.randint(len(KINDS), (len(x),), generator=random, device=random.device)
        kinds = torch.where(is_damaged, kinds, -1)
        for number, kind in enumerate(KINDS):
            indices = torch.nonzero(kinds == number)[:, 0]
            if len(indices):
                x[indices] = kind(x[indices], random).clamp(0, 1)
    return x
