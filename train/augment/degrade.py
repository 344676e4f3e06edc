"""Poor pictures in batches: what paper, light, lenses and scanners do to a glyph.

Each function takes glyphs float32 (n, 1, 28, 28) in [0, 1], ink 1, and returns as many of the same
shape, not yet clipped. Strengths are drawn for each glyph by itself, from hardly visible to what a
person can just read. These are kinds of damage, not the corruptions that `train.evaluate` measures:
those are other code with other strengths.
"""

from collections.abc import Callable
from typing import Final

import torch
from torch import Generator, Tensor
from torch.nn import functional

TWICE: Final = 0.2  # share of the damaged glyphs that are damaged a second time


def degrade(x: Tensor, share: float, random: Generator) -> Tensor:
    """Damages a share of glyphs, each in one way or two. x: float32 (n, 1, 28, 28) in [0, 1]."""
    for part in (share, share * TWICE):
        chosen = torch.rand(len(x), generator=random, device=random.device) < part
        kinds = torch.randint(len(KINDS), (len(x),), generator=random, device=random.device)
        kinds = torch.where(chosen, kinds, -1)
        for number, kind in enumerate(KINDS):
            those = torch.nonzero(kinds == number)[:, 0]
            if len(those):
                x[those] = kind(x[those], random).clamp(0, 1)
    return x


def dilate(x: Tensor) -> Tensor:
    """The largest of the 3x3 pixels about each; x: (n, 1, h, w).

    max_pool2d says the same, in ten times as long where there is one channel.
    """
    for side in (2, 3):
        ahead, behind = x.roll(-1, side), x.roll(1, side)
        edge = x.shape[side] - 1
        ahead.select(side, edge).copy_(x.select(side, edge))
        behind.select(side, 0).copy_(x.select(side, 0))
        x = torch.maximum(torch.maximum(x, ahead), behind)
    return x


def erode(x: Tensor) -> Tensor:
    """The smallest of the 3x3 pixels about each; x: (n, 1, h, w)."""
    return -dilate(-x)


def _uniform(x: Tensor, low: float, high: float, random: Generator) -> Tensor:
    """A number a glyph, (n, 1, 1, 1)."""
    values = torch.rand(len(x), 1, 1, 1, generator=random, device=random.device)
    return low + (high - low) * values


def _normal(x: Tensor, random: Generator) -> Tensor:
    return torch.randn(x.shape, generator=random, device=random.device)


def _cloud(x: Tensor, cells: int, random: Generator) -> Tensor:
    """Soft patches about 28 / cells pixels wide, (n, 1, 28, 28) in [0, 1]."""
    coarse = torch.rand(len(x), 1, cells, cells, generator=random, device=random.device)
    soft = functional.interpolate(coarse, x.shape[-2:], mode="bicubic", align_corners=True)
    return soft.clamp(0, 1)


def _grain(x: Tensor, random: Generator) -> Tensor:
    return x + _uniform(x, 0.05, 0.4, random) * _normal(x, random)


def _shot(x: Tensor, random: Generator) -> Tensor:
    """Noise that grows with the light, as a sensor's does."""
    dark = _uniform(x, 0.0, 0.2, random)
    return x + _uniform(x, 0.2, 0.7, random) * (x + dark).sqrt() * _normal(x, random)


def _impulses(x: Tensor, random: Generator) -> Tensor:
    """Pixels that are stuck at black or white."""
    chance = torch.rand(x.shape, generator=random, device=random.device)
    amount = _uniform(x, 0.02, 0.3, random)
    x = torch.where(chance < amount / 2, torch.ones_like(x), x)
    return torch.where(chance > 1 - amount / 2, torch.zeros_like(x), x)


def _blur(x: Tensor, random: Generator) -> Tensor:
    once = functional.avg_pool2d(x, 3, 1, 1)
    twice = functional.avg_pool2d(functional.avg_pool2d(once, 3, 1, 1), 3, 1, 1)
    amount = _uniform(x, 0, 2, random)
    return torch.where(
        amount < 1, torch.lerp(x, once, amount.clamp(max=1)), torch.lerp(once, twice, amount - 1)
    )


def _streak(x: Tensor, random: Generator) -> Tensor:
    """The camera moved: each glyph is averaged along one short line."""
    angle, length = _uniform(x, 0, torch.pi, random), _uniform(x, 2, 8, random)
    across, down = angle.cos() * length / 28, angle.sin() * length / 28  # half a length each way
    still = torch.eye(2, 3, device=x.device).expand(len(x), 2, 3)
    total = torch.zeros_like(x)
    for place in torch.linspace(-1, 1, 7).tolist():
        moved = still.clone()
        moved[:, 0, 2], moved[:, 1, 2] = place * across[:, 0, 0, 0], place * down[:, 0, 0, 0]
        grid = functional.affine_grid(moved, list(x.shape), align_corners=False)
        total += functional.grid_sample(x, grid, align_corners=False)
    return total / 7


def _scatter(x: Tensor, random: Generator) -> Tensor:
    """Every pixel is taken from somewhere near, as through structured glass."""
    still = torch.eye(2, 3, device=x.device).expand(len(x), 2, 3)
    grid = functional.affine_grid(still, list(x.shape), align_corners=False)
    offset = torch.randn(grid.shape, generator=random, device=random.device) * (2 / 28)
    amount = _uniform(x, 0.3, 1.3, random)
    return functional.grid_sample(x, grid + amount * offset, align_corners=False)


def _haze(x: Tensor, random: Generator) -> Tensor:
    """Patches of grey in front of ink and paper, at two scales; the brightest stays white."""
    patches = 0.7 * _cloud(x, 4, random) + 0.3 * _cloud(x, 9, random)
    patches = patches + _uniform(x, -0.2, 0.5, random)
    depth = _uniform(x, 0.2, 2.8, random)
    return (x + depth * patches.clamp(min=0)) / (1 + depth)


def _lift(x: Tensor, random: Generator) -> Tensor:
    """Paper that is grey, or ink and paper pushed towards white together."""
    return x + _uniform(x, 0.1, 0.8, random)


def _pale(x: Tensor, random: Generator) -> Tensor:
    """Little contrast, around any level of grey."""
    contrast = _uniform(x, 0.1, 0.7, random)
    return contrast * x + (1 - contrast) * _uniform(x, 0, 1, random)


def _shade(x: Tensor, random: Generator) -> Tensor:
    """A soft shadow's edge: the paper's side rises, the ink's falls."""
    slope = _cloud(x, 2, random)
    return x * (1 - 0.6 * slope) + _uniform(x, 0.1, 0.6, random) * slope


def _bands(x: Tensor, random: Generator) -> Tensor:
    """A band across the glyph, or both its sides, in negative."""
    n, side = len(x), x.shape[-1]
    along = torch.arange(side, device=x.device).float()[None, :]  # (1, 28)
    left = torch.randint(0, 14, (n, 1), generator=random, device=random.device).float()
    width = torch.randint(3, 12, (n, 1), generator=random, device=random.device).float()
    inside = (along >= left) & (along < left + width)  # (n, 28)
    both = torch.rand(n, 1, generator=random, device=random.device) < 0.6
    margin = torch.randint(3, 9, (n, 1), generator=random, device=random.device).float()
    sides = (along < margin) | (along >= side - margin)
    mask = torch.where(both, sides, inside)[:, None, None, :].expand(x.shape)
    flip = torch.rand(n, 1, 1, 1, generator=random, device=random.device) < 0.4
    mask = torch.where(flip, mask.transpose(2, 3), mask)
    return torch.where(mask, 1 - x, x)


def _lines(x: Tensor, random: Generator) -> Tensor:
    """Other lines over the ink: bent or straight, whole or dotted, dark or faint."""
    n, side = len(x), x.shape[-1]
    corners = torch.rand(n, 5, 2, generator=random, device=random.device) * side
    straight = torch.rand(n, 1, 1, generator=random, device=random.device) < 0.5
    share = torch.linspace(0, 1, 5, device=x.device)[None, :, None]
    corners = torch.where(straight, torch.lerp(corners[:, :1], corners[:, -1:], share), corners)
    pixels = torch.arange(side, device=x.device).float() + 0.5
    at = torch.stack(torch.meshgrid(pixels, pixels, indexing="xy"), -1)  # (28, 28, 2)
    period = _uniform(x, 3, 7, random)[:, 0]
    dotted = torch.rand(n, 1, 1, generator=random, device=random.device) < 0.5
    width = _uniform(x, 0.3, 1.0, random)[:, 0]
    drawn = torch.zeros(n, side, side, device=x.device)
    for one, two in zip(corners.unbind(1), corners[:, 1:].unbind(1), strict=False):
        edge = (two - one)[:, None, None]  # (n, 1, 1, 2)
        away = at - one[:, None, None]  # (n, 28, 28, 2)
        length = edge.square().sum(-1).clamp(min=1e-6)
        place = ((away * edge).sum(-1) / length).clamp(0, 1)
        distance = (away - place[..., None] * edge).norm(dim=-1)
        gap = dotted & ((place * length.sqrt()) % period > period / 2)
        drawn = torch.maximum(drawn, (width + 0.5 - distance).clamp(0, 1) * ~gap)
    return torch.maximum(x, drawn[:, None] * _uniform(x, 0.4, 1, random))


def _patches(x: Tensor, random: Generator) -> Tensor:
    """A rectangle is missing, grey or filled."""
    n, side = len(x), x.shape[-1]
    along = torch.arange(side, device=x.device).float()
    inside = []
    for _ in range(2):
        start = torch.rand(n, 1, generator=random, device=random.device) * side
        width = 2 + 7 * torch.rand(n, 1, generator=random, device=random.device)
        inside.append((along >= start - width / 2) & (along < start + width / 2))
    mask = (inside[0][:, :, None] & inside[1][:, None, :])[:, None]
    return torch.where(mask, _uniform(x, -0.5, 1.2, random).clamp(0, 1), x)


def _splashes(x: Tensor, random: Generator) -> Tensor:
    """Drops of ink, or of water that took the ink away."""
    drops = _cloud(x, 14, random) > _uniform(x, 0.8, 0.97, random)
    level = (_uniform(x, 0, 1, random) < 0.7).float() * _uniform(x, 0.5, 1, random)
    return torch.where(drops, level, x)


def _outline(x: Tensor, random: Generator) -> Tensor:
    """The edge of the ink alone, sharp or soft."""
    grown, shrunk = dilate(x), erode(x)
    edge = torch.where(_uniform(x, 0, 1, random) < 0.5, grown - x, grown - shrunk)
    sharp = (edge > 0.5).float()
    return torch.where(_uniform(x, 0, 1, random) < 0.6, sharp, edge)


def _coarse(x: Tensor, random: Generator) -> Tensor:
    """Too few pixels, shown large."""
    two = functional.interpolate(functional.avg_pool2d(x, 2), scale_factor=2.0, mode="nearest")
    small = functional.interpolate(x, (9, 9), mode="area")
    three = functional.interpolate(small, x.shape[-2:], mode="nearest")
    return torch.where(_uniform(x, 0, 1, random) < 0.5, two, three)


KINDS: Final[tuple[Callable[[Tensor, Generator], Tensor], ...]] = (
    _grain,
    _shot,
    _impulses,
    _blur,
    _streak,
    _scatter,
    _haze,
    _haze,  # twice as often: the hardest of all to see through
    _lift,
    _pale,
    _shade,
    _bands,
    _lines,
    _lines,
    _patches,
    _splashes,
    _outline,
    _coarse,
)
