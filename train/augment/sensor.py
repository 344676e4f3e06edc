"""Degradations caused by lens and sensor: noise, blur and too few pixels.

Each is a `degrade.Degradation`.
"""

import torch
from torch import Generator, Tensor
from torch.nn import functional

from train.augment.batch import normal, uniform


def gaussian_noise(x: Tensor, random: Generator) -> Tensor:
    """Noise of one strength across the glyph."""
    return x + uniform(x, 0.05, 0.4, random) * normal(x, random)


def shot_noise(x: Tensor, random: Generator) -> Tensor:
    """Noise that grows with brightness, as in a sensor."""
    dark = uniform(x, 0.0, 0.2, random)
    return x + uniform(x, 0.2, 0.7, random) * (x + dark).sqrt() * normal(x, random)


def impulse_noise(x: Tensor, random: Generator) -> Tensor:
    """Pixels stuck at black or white."""
    chance = torch.rand(x.shape, generator=random, device=random.device)
    amount = uniform(x, 0.02, 0.3, random)
    x = torch.where(chance < amount / 2, torch.ones_like(x), x)
    return torch.where(chance > 1 - amount / 2, torch.zeros_like(x), x)


def blur(x: Tensor, random: Generator) -> Tensor:
    """Up to three 3x3 box filters, one after the other."""
    once = functional.avg_pool2d(x, 3, 1, 1)
    twice = functional.avg_pool2d(functional.avg_pool2d(once, 3, 1, 1), 3, 1, 1)
    amount = uniform(x, 0, 2, random)
    return torch.where(
        amount < 1, torch.lerp(x, once, amount.clamp(max=1)), torch.lerp(once, twice, amount - 1)
    )


def motion_blur(x: Tensor, random: Generator) -> Tensor:
    """A moving camera: each glyph is averaged along a short line."""
    angle, length = uniform(x, 0, torch.pi, random), uniform(x, 2, 8, random)
    across, down = angle.cos() * length / 28, angle.sin() * length / 28  # half a length each way
    identity = torch.eye(2, 3, device=x.device).expand(len(x), 2, 3)
    total = torch.zeros_like(x)
    for step in torch.linspace(-1, 1, 7).tolist():
        moved = identity.clone()
        moved[:, 0, 2], moved[:, 1, 2] = step * across[:, 0, 0, 0], step * down[:, 0, 0, 0]
        grid = functional.affine_grid(moved, list(x.shape), align_corners=False)
        total += functional.grid_sample(x, grid, align_corners=False)
    return total / 7


def scatter(x: Tensor, random: Generator) -> Tensor:
    """Takes every pixel from a random place nearby, as structured glass does."""
    identity = torch.eye(2, 3, device=x.device).expand(len(x), 2, 3)
    grid = functional.affine_grid(identity, list(x.shape), align_corners=False)
    offset = torch.randn(grid.shape, generator=random, device=random.device) * (2 / 28)
    amount = uniform(x, 0.3, 1.3, random)
    return functional.grid_sample(x, grid + amount * offset, align_corners=False)


def low_resolution(x: Tensor, random: Generator) -> Tensor:
    """Too few pixels, enlarged without smoothing."""
    halved = functional.interpolate(functional.avg_pool2d(x, 2), scale_factor=2.0, mode="nearest")
    small = functional.interpolate(x, (9, 9), mode="area")
    thirded = functional.interpolate(small, x.shape[-2:], mode="nearest")
    return torch.where(uniform(x, 0, 1, random) < 0.5, halved, thirded)
