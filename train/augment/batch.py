"""Random numbers and morphology for batches of glyphs, float32 (n, 1, 28, 28), ink 1."""

import torch
from torch import Generator, Tensor
from torch.nn import functional


def uniform(x: Tensor, low: float, high: float, random: Generator) -> Tensor:
    """A random number for each glyph, (n, 1, 1, 1)."""
    values = torch.rand(len(x), 1, 1, 1, generator=random, device=random.device)
    return low + (high - low) * values


def normal(x: Tensor, random: Generator) -> Tensor:
    """Standard normal noise of the shape of x."""
    return torch.randn(x.shape, generator=random, device=random.device)


def cloud(x: Tensor, cells: int, random: Generator) -> Tensor:
    """Soft patches about 28 / cells pixels wide, (n, 1, 28, 28) in [0, 1]."""
    coarse = torch.rand(len(x), 1, cells, cells, generator=random, device=random.device)
    soft = functional.interpolate(coarse, x.shape[-2:], mode="bicubic", align_corners=True)
    return soft.clamp(0, 1)


def dilate(x: Tensor) -> Tensor:
    """The maximum of the 3x3 pixels around each; x: (n, 1, h, w).

    max_pool2d gives the same, but takes ten times as long with a single channel.
    """
    for side in (2, 3):
        after, before = x.roll(-1, side), x.roll(1, side)
        edge = x.shape[side] - 1
        after.select(side, edge).copy_(x.select(side, edge))
        before.select(side, 0).copy_(x.select(side, 0))
        x = torch.maximum(torch.maximum(x, after), before)
    return x


def erode(x: Tensor) -> Tensor:
    """The minimum of the 3x3 pixels around each; x: (n, 1, h, w)."""
    return -dilate(-x)
