"""Degradations of ink and paper: stray lines, bands, patches, splashes and outlines.

Each is a `degrade.Degradation`.
"""

import torch
from torch import Generator, Tensor

from train.augment.batch import cloud, dilate, erode, uniform


def inverted_bands(x: Tensor, random: Generator) -> Tensor:
    """Inverts a band across the glyph, or both of its sides."""
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


def stray_lines(x: Tensor, random: Generator) -> Tensor:
    """Another line over the ink: bent or straight, solid or dotted, dark or faint."""
    n, side = len(x), x.shape[-1]
    corners = torch.rand(n, 5, 2, generator=random, device=random.device) * side
    straight = torch.rand(n, 1, 1, generator=random, device=random.device) < 0.5
    steps = torch.linspace(0, 1, 5, device=x.device)[None, :, None]
    corners = torch.where(straight, torch.lerp(corners[:, :1], corners[:, -1:], steps), corners)
    pixels = torch.arange(side, device=x.device).float() + 0.5
    positions = torch.stack(torch.meshgrid(pixels, pixels, indexing="xy"), -1)  # (28, 28, 2)
    period = uniform(x, 3, 7, random)[:, 0]
    dotted = torch.rand(n, 1, 1, generator=random, device=random.device) < 0.5
    width = uniform(x, 0.3, 1.0, random)[:, 0]
    cover = torch.zeros(n, side, side, device=x.device)
    for start, end in zip(corners.unbind(1), corners[:, 1:].unbind(1), strict=False):
        edge = (end - start)[:, None, None]  # (n, 1, 1, 2)
        away = positions - start[:, None, None]  # (n, 28, 28, 2)
        length = edge.square().sum(-1).clamp(min=1e-6)
        share = ((away * edge).sum(-1) / length).clamp(0, 1)
        distance = (away - share[..., None] * edge).norm(dim=-1)
        gap = dotted & ((share * length.sqrt()) % period > period / 2)
        cover = torch.maximum(cover, (width + 0.5 - distance).clamp(0, 1) * ~gap)
    return torch.maximum(x, cover[:, None] * uniform(x, 0.4, 1, random))


def patches(x: Tensor, random: Generator) -> Tensor:
    """A rectangle that is missing, grey or filled."""
    n, side = len(x), x.shape[-1]
    along = torch.arange(side, device=x.device).float()
    inside = []
    for _ in range(2):
        middle = torch.rand(n, 1, generator=random, device=random.device) * side
        width = 2 + 7 * torch.rand(n, 1, generator=random, device=random.device)
        inside.append((along >= middle - width / 2) & (along < middle + width / 2))
    mask = (inside[0][:, :, None] & inside[1][:, None, :])[:, None]
    return torch.where(mask, uniform(x, -0.5, 1.2, random).clamp(0, 1), x)


def splashes(x: Tensor, random: Generator) -> Tensor:
    """Drops of ink, or of water that washed ink away."""
    drops = cloud(x, 14, random) > uniform(x, 0.8, 0.97, random)
    level = (uniform(x, 0, 1, random) < 0.7).float() * uniform(x, 0.5, 1, random)
    return torch.where(drops, level, x)


def outline(x: Tensor, random: Generator) -> Tensor:
    """Leaves only the edge of the ink, sharp or soft."""
    grown, shrunk = dilate(x), erode(x)
    edge = torch.where(uniform(x, 0, 1, random) < 0.5, grown - x, grown - shrunk)
    sharp = (edge > 0.5).float()
    return torch.where(uniform(x, 0, 1, random) < 0.6, sharp, edge)
