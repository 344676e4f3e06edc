"""Random variation of glyphs in batches, and of pen strokes before they are drawn."""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from app import glyph
from train.augment.degrade import degrade, dilate, erode
from train.augment.strokes import vary_ink
from train.config import Config

PENS: Final = (1.5, 3.3)  # glyph pixels, the middle nine tenths of MNIST's own pen widths
_ELASTIC_GRID: Final = 5  # control points along a side: bends strokes, leaves shapes
_WIDE: Final = 2.5  # times the usual bounds: people also write outside the box, aslant and small


def draw_ink(
    strokes: list[NDArray[np.float32]], config: Config, random: np.random.Generator
) -> NDArray[np.uint8]:
    """One rendering of a pen digit as another hand would draw it, with another pen.

    The strokes are changed before they are brought to normal form, as another writer's would
    be. Returns uint8 (28, 28).
    """
    return glyph.from_strokes(vary_ink(strokes, config, random), random.uniform(*PENS))


def augment(glyphs: Tensor, config: Config, random: torch.Generator) -> Tensor:
    """Varies a batch: place and shape, stroke thickness, then what poor pictures do to it.

    glyphs: uint8 (n, 28, 28) on the generator's device. Returns float32 (n, 28, 28) in
    [0, 255].
    """
    x = glyphs[:, None].to(torch.float32) / 255  # (n, 1, 28, 28) in [0, 1]
    x = _warp(x, config, random)
    x = _thicken(x, config.thickness_share, random)
    x = _blemish(x, config.noise_share, random).clamp(0, 1)
    x = degrade(x, config.degrade_share, random)
    return x[:, 0].clamp(0, 1) * 255


def _uniform(n: int, low: float, high: float, random: torch.Generator) -> Tensor:
    """(n, 1, 1, 1), to be broadcast over a batch."""
    values = torch.rand(n, 1, 1, 1, generator=random, device=random.device)
    return low + (high - low) * values


def _warp(x: Tensor, config: Config, random: torch.Generator) -> Tensor:
    """Affine and elastic displacement in a single resampling. x: float32 (n, 1, 28, 28)."""
    n, device = len(x), random.device
    wide = torch.rand(n, generator=random, device=device) < config.wide_share
    reach = torch.where(wide, _WIDE, 1.0)  # (n,)
    normal = torch.randn(n, generator=random, device=device)
    angle = torch.deg2rad(normal * config.rotate / 2) * reach
    bounds = reach * (2 * torch.rand(5, n, generator=random, device=device) - 1)
    shear, across, along, right, down = bounds
    across, along = (config.scale * across).exp(), (config.scale * along).exp()
    cos, sin, shear = angle.cos(), angle.sin(), config.shear * shear
    unit = 2 / glyph.SIDE  # of one pixel, where a glyph spans [-1, 1]
    theta = torch.stack(
        [
            torch.stack(
                [cos * across, (shear * cos - sin) * along, config.shift * unit * right], 1
            ),
            torch.stack([sin * across, (shear * sin + cos) * along, config.shift * unit * down], 1),
        ],
        1,
    )  # (n, 2, 3)
    grid = functional.affine_grid(theta, list(x.shape), align_corners=False)  # (n, 28, 28, 2)
    coarse = torch.randn(n, 2, _ELASTIC_GRID, _ELASTIC_GRID, generator=random, device=device)
    local = functional.interpolate(coarse, x.shape[-2:], mode="bicubic", align_corners=True)
    strength = config.elastic * unit * torch.rand(n, 1, 1, 1, generator=random, device=device)
    grid = grid + (local * strength).permute(0, 2, 3, 1)
    return functional.grid_sample(x, grid, align_corners=False)


def _thicken(x: Tensor, share: float, random: torch.Generator) -> Tensor:
    """Lets the strokes of a share of glyphs grow or shrink by up to half a pixel a side."""
    grown, shrunk = dilate(x), erode(x)
    amount = _uniform(len(x), -0.6, 0.6, random)
    amount = amount * (_uniform(len(x), 0, 1, random) < share)
    return x + amount.clamp(min=0) * (grown - x) + (-amount).clamp(min=0) * (shrunk - x)


def _blemish(x: Tensor, share: float, random: torch.Generator) -> Tensor:
    """A little blur, poor contrast, a grey veil and grain, each on its own share of the glyphs."""
    n = len(x)

    def some(high: float) -> Tensor:
        return _uniform(n, 0, high, random) * (_uniform(n, 0, 1, random) < share)

    blurred = functional.avg_pool2d(x, 3, 1, 1)
    x = x + some(0.8) * (blurred - x)
    x = x * (1 - some(0.6))
    x = x + some(0.4) * (1 - x)
    return x + some(0.25) * torch.randn(x.shape, generator=random, device=random.device)
