"""Varies batches of glyphs at random, and draws pen strokes in many variants."""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from app import glyph
from train.augment.batch import dilate, erode, uniform
from train.augment.degrade import degrade
from train.augment.strokes import vary_ink
from train.config import Config

PENS: Final = (1.5, 3.3)  # glyph pixels, the middle nine tenths of MNIST's own pen widths
_ELASTIC_GRID: Final = 5  # control points along a side; with few, strokes bend and shapes stay
_WIDE: Final = 2.5  # times the usual bounds, as some people write outside the box or very slanted
_PIXEL: Final = 2 / glyph.SIDE  # where a glyph spans [-1, 1], as in PyTorch's sampling grids


def draw_ink(
    strokes: list[NDArray[np.float32]], config: Config, random: np.random.Generator
) -> NDArray[np.uint8]:
    """A pen digit as another person might write it with another pen: uint8 (28, 28).

    The strokes are varied before they are brought to the normal form.
    """
    return glyph.from_strokes(vary_ink(strokes, config, random), random.uniform(*PENS))


def augment(glyphs: Tensor, config: Config, random: torch.Generator) -> Tensor:
    """Varies a batch: first position and shape, then thickness, then the damage of poor pictures.

    glyphs: uint8 (n, 28, 28) on the generator's device. Returns float32 (n, 28, 28) in [0, 255].
    """
    x = glyphs[:, None].to(torch.float32) / 255  # (n, 1, 28, 28) in [0, 1]
    x = _warp(x, config, random)
    x = _thicken(x, config.thickness_share, random)
    x = _add_blemishes(x, config.noise_share, random).clamp(0, 1)
    x = degrade(x, config.degrade_share, random)
    return x[:, 0].clamp(0, 1) * 255


def _warp(x: Tensor, config: Config, random: torch.Generator) -> Tensor:
    """Applies affine and elastic changes in one resampling. x: float32 (n, 1, 28, 28)."""
    theta = _affine(len(x), config, random)
    grid = functional.affine_grid(theta, list(x.shape), align_corners=False)  # (n, 28, 28, 2)
    grid = grid + _elastic(x, config, random)
    return functional.grid_sample(x, grid, align_corners=False)


def _affine(n: int, config: Config, random: torch.Generator) -> Tensor:
    """Random rotation, slant, scale and shift: (n, 2, 3), from output to input positions."""
    device = random.device
    is_wide = torch.rand(n, generator=random, device=device) < config.wide_share
    reach = torch.where(is_wide, _WIDE, 1.0)  # (n,)
    normal = torch.randn(n, generator=random, device=device)
    angle = torch.deg2rad(normal * config.rotate / 2) * reach
    bounds = reach * (2 * torch.rand(5, n, generator=random, device=device) - 1)
    shear, across, along, right, down = bounds
    across, along = (config.scale * across).exp(), (config.scale * along).exp()
    cos, sin, shear = angle.cos(), angle.sin(), config.shear * shear
    shift_x, shift_y = config.shift * _PIXEL * right, config.shift * _PIXEL * down
    first_row = torch.stack([cos * across, (shear * cos - sin) * along, shift_x], 1)
    second_row = torch.stack([sin * across, (shear * sin + cos) * along, shift_y], 1)
    return torch.stack([first_row, second_row], 1)


def _elastic(x: Tensor, config: Config, random: torch.Generator) -> Tensor:
    """Smooth local displacements of sampling positions: (n, 28, 28, 2)."""
    n, device = len(x), random.device
    coarse = torch.randn(n, 2, _ELASTIC_GRID, _ELASTIC_GRID, generator=random, device=device)
    local = functional.interpolate(coarse, x.shape[-2:], mode="bicubic", align_corners=True)
    strength = config.elastic * _PIXEL * torch.rand(n, 1, 1, 1, generator=random, device=device)
    return (local * strength).permute(0, 2, 3, 1)


def _thicken(x: Tensor, share: float, random: torch.Generator) -> Tensor:
    """Lets the strokes of a share of the glyphs grow or shrink by up to half a pixel per side."""
    grown, shrunk = dilate(x), erode(x)
    amount = uniform(x, -0.6, 0.6, random)
    amount = amount * (uniform(x, 0, 1, random) < share)
    return x + amount.clamp(min=0) * (grown - x) + (-amount).clamp(min=0) * (shrunk - x)


def _add_blemishes(x: Tensor, share: float, random: torch.Generator) -> Tensor:
    """Adds slight blur, lost contrast, grey haze and noise, each to a share of the glyphs."""

    def amount(maximum: float) -> Tensor:
        return uniform(x, 0, maximum, random) * (uniform(x, 0, 1, random) < share)

    blurred = functional.avg_pool2d(x, 3, 1, 1)
    x = x + amount(0.8) * (blurred - x)
    x = x * (1 - amount(0.6))
    x = x + amount(0.4) * (1 - x)
    return x + amount(0.25) * torch.randn(x.shape, generator=random, device=random.device)
