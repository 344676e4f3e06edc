"""Mixes trained weights with those that training started from.

Wortsman et al., "Robust fine-tuning of zero-shot models" (2022): the weights at the start read
data well that is unlike the new data, and the mean of both weights reads both kinds of data.
"""

from collections.abc import Mapping

import torch
from torch import Tensor


def mixed(
    trained: Mapping[str, Tensor], start: Mapping[str, Tensor], keep: float
) -> dict[str, Tensor]:
    """The trained weights with a share of those at the start. keep: that share, 0 to 1."""
    return {
        name: torch.lerp(value, start[name].to(value), keep) if value.is_floating_point() else value
        for name, value in trained.items()
    }
