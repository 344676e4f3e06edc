"""Degradations caused by light and exposure: haze, low contrast and shadows.

Each is a `degrade.Degradation`.
"""

from torch import Generator, Tensor

from train.augment.batch import cloud, uniform


def haze(x: Tensor, random: Generator) -> Tensor:
    """Grey patches of two scales in front of ink and paper; white stays white."""
    patches = 0.7 * cloud(x, 4, random) + 0.3 * cloud(x, 9, random)
    patches = patches + uniform(x, -0.2, 0.5, random)
    depth = uniform(x, 0.2, 2.8, random)
    return (x + depth * patches.clamp(min=0)) / (1 + depth)


def brightening(x: Tensor, random: Generator) -> Tensor:
    """Paper becomes grey and ink lighter."""
    return x + uniform(x, 0.1, 0.8, random)


def low_contrast(x: Tensor, random: Generator) -> Tensor:
    """Little contrast around a random grey level."""
    contrast = uniform(x, 0.1, 0.7, random)
    return contrast * x + (1 - contrast) * uniform(x, 0, 1, random)


def shadow(x: Tensor, random: Generator) -> Tensor:
    """The soft edge of a shadow, in which paper and ink become more alike."""
    slope = cloud(x, 2, random)
    return x * (1 - 0.6 * slope) + uniform(x, 0.1, 0.6, random) * slope
