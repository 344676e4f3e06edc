"""Damage to glyphs is in range, has the wanted share, is repeatable, and is of every kind."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from app.ink.strokes import ink_glyph
from tests.support.drawings import DIGITS
from train.augment.degrade import KINDS, degrade


@pytest.fixture
def glyphs() -> torch.Tensor:
    """The ten drawn digits 40 times, float32 (400, 1, 28, 28) in [0, 1]."""
    drawn = [ink_glyph([stroke * 200 for stroke in DIGITS[digit]]) for digit in range(10)]
    return torch.from_numpy(np.stack(drawn)).repeat(40, 1, 1)[:, None] / 255


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def edges(x: torch.Tensor) -> torch.Tensor:
    """How much each pixel's neighbourhood varies, which shows ink in negatives too."""
    return functional.max_pool2d(x, 3, 1, 1) + functional.max_pool2d(-x, 3, 1, 1)


def alike(before: torch.Tensor, after: torch.Tensor) -> float:
    """The share of blurred glyphs that correlate more with their own digit than with the mean."""
    before, after = (functional.avg_pool2d(x, 5, 1, 2) for x in (before, after))
    ours = before - before.mean(dim=0)
    product = ((after - after.mean(dim=(2, 3), keepdim=True)) * ours).sum(dim=(1, 2, 3))
    return (product > 0).float().mean().item()


@pytest.mark.parametrize("kind", dict.fromkeys(KINDS), ids=lambda kind: kind.__name__)
def test_each_kind_changes_glyphs_and_leaves_their_digit_to_be_seen(
    kind: type, glyphs: torch.Tensor
) -> None:
    damaged = kind(glyphs.clone(), seeded(0)).clamp(0, 1)
    assert damaged.shape == glyphs.shape
    assert (damaged - glyphs).abs().mean() > 0.005
    # What is left still resembles its own digit more than the mean of all.
    assert max(alike(glyphs, damaged), alike(edges(glyphs), edges(damaged))) > 0.85


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_as_many_are_damaged_as_asked(share: float, glyphs: torch.Tensor) -> None:
    damaged = degrade(glyphs.clone(), share, seeded(1))
    changed = ((damaged - glyphs).abs().amax(dim=(1, 2, 3)) > 1e-3).float().mean()
    assert changed == pytest.approx(share * (1 + 0.2 * (1 - share)), abs=0.08)
    assert damaged.min() >= 0
    assert damaged.max() <= 1


def test_a_seed_gives_the_same_damage(glyphs: torch.Tensor) -> None:
    first, same, other = (degrade(glyphs.clone(), 1.0, seeded(seed)) for seed in (3, 3, 4))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
