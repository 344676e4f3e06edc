"""Augmentation is deterministic, in range, and gentle where it is switched off."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from app.ink.strokes import ink_glyph
from tests.support.drawings import DIGITS
from train.augment.glyphs import augment, draw_ink
from train.config import Config

STILL = Config(
    rotate=0,
    scale=0,
    shear=0,
    shift=0,
    elastic=0,
    wide_share=0,
    thickness_share=0,
    noise_share=0,
    degrade_share=0,
)


@pytest.fixture
def glyphs() -> torch.Tensor:
    """The ten drawn digits, uint8 (10, 28, 28)."""
    drawn = [ink_glyph([stroke * 200 for stroke in DIGITS[digit]]) for digit in range(10)]
    return torch.from_numpy(np.stack(drawn))


def test_nothing_changes_when_all_is_off(glyphs: torch.Tensor) -> None:
    same = augment(glyphs, STILL, torch.Generator().manual_seed(0))
    assert torch.allclose(same, glyphs.to(torch.float32), atol=0.5)


def test_a_seed_gives_the_same_batch(glyphs: torch.Tensor) -> None:
    first, two, other = (
        augment(glyphs, Config(), torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, two)
    assert not torch.equal(first, other)


def test_glyphs_stay_glyphs(glyphs: torch.Tensor) -> None:
    changed = augment(glyphs.repeat(20, 1, 1), Config(), torch.Generator().manual_seed(0))
    assert changed.shape == (200, 28, 28)
    assert changed.dtype == torch.float32
    assert changed.min() >= 0
    assert changed.max() <= 255


@pytest.mark.parametrize(
    "name, value",
    [
        ("rotate", 30.0),
        ("scale", 0.3),
        ("shear", 0.4),
        ("shift", 4.0),
        ("elastic", 3.0),
        ("thickness_share", 1.0),
        ("noise_share", 1.0),
        ("degrade_share", 1.0),
    ],
)
def test_each_setting_changes_something(glyphs: torch.Tensor, name: str, value: float) -> None:
    setting: dict[str, Any] = {name: value}
    config = replace(STILL, **setting)
    changed = augment(glyphs, config, torch.Generator().manual_seed(0))
    assert (changed - glyphs).abs().mean() > 2


def test_a_shift_moves_by_whole_pixels_as_named(glyphs: torch.Tensor) -> None:
    config = replace(STILL, shift=3.0)
    moved = augment(glyphs.repeat(50, 1, 1), config, torch.Generator().manual_seed(0))
    rows = torch.arange(28.0)
    middle = (moved.sum(dim=2) * rows).sum(dim=1) / moved.sum(dim=(1, 2))
    assert 2.5 < (middle - 13.5).abs().max() < 3.5


def test_drawing_varies_the_writer_and_keeps_the_normal_form() -> None:
    strokes = [(stroke * 200).astype(np.float32) for stroke in DIGITS[5]]
    first, again, other = (
        draw_ink(strokes, Config(), np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == (28, 28)
    assert first.dtype == np.uint8
