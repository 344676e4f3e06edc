"""Distillation: the distance from a teacher."""

import pytest
import torch
from torch.nn import functional

from train.engine.distillation import distance


def test_there_is_none_from_oneself() -> None:
    logits = torch.randn(6, 11, generator=torch.Generator().manual_seed(0))
    assert distance(logits, logits, 2.0).item() == pytest.approx(0, abs=1e-6)


def test_it_is_the_divergence_at_temperature_one() -> None:
    random = torch.Generator().manual_seed(1)
    student, teacher = (torch.randn(4, 11, generator=random) for _ in range(2))
    p, q = functional.softmax(teacher, 1), functional.softmax(student, 1)
    expected = (p * (p / q).log()).sum(dim=1).mean()
    assert distance(student, teacher, 1.0).item() == pytest.approx(expected.item(), rel=1e-5)


def test_its_gradient_keeps_its_size_when_softened() -> None:
    """For close logits the divergence falls with temperature squared; the factor undoes that."""
    teacher = torch.zeros(1, 11)
    student = torch.zeros(1, 11)
    student[0, 0] = 0.1
    sharp, soft = (distance(student, teacher, temperature).item() for temperature in (1.0, 4.0))
    assert soft == pytest.approx(sharp, rel=0.05)
