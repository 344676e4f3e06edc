"""Distillation: a student learns what its teacher thinks of the very same glyph.

Hinton, Vinyals, Dean: "Distilling the knowledge in a neural network" (2015). The teacher looks at
each round of the pool once; what it says is kept beside the round for every other student.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from train.network import load
from train.pool import Pool, write_arrays

_BATCH = 1024


class Teacher:
    """A trained network and what it says of a pool's rounds.

    path: weights written by train. Raises what `network.load` raises.
    """

    def __init__(self, path: Path, device: torch.device) -> None:
        self._network = load(path).network.to(device).to(memory_format=torch.channels_last)
        self._device = device
        self._name = hashlib.sha256(path.read_bytes()).hexdigest()[:12]

    def logits(self, pool: Pool, number: int) -> NDArray[np.float16]:
        """Its logits (n, 11) for a round's glyphs, from the pool's folder where they are there."""
        path = pool.folder / f"logits-{number:02}-{self._name}.npz"
        if not path.exists():
            write_arrays(path, logits=self._look(pool, number))
        with np.load(path) as content:
            kept: NDArray[np.float16] = content["logits"]
            return kept

    @torch.inference_mode()
    def _look(self, pool: Pool, number: int) -> NDArray[np.float16]:
        parts = torch.split(torch.from_numpy(pool.round(number).glyphs), _BATCH)
        title = f"teacher, round {number + 1}"
        looked = [
            self._network(part.to(self._device)).half().cpu().numpy()
            for part in tqdm(parts, title, unit=" batches", leave=False)
        ]
        return np.concatenate(looked)


def distance(student: Tensor, teacher: Tensor, softness: float) -> Tensor:
    """Mean divergence of the softened probabilities, scaled so that softness leaves its size.

    student, teacher: logits (n, 11).
    """
    log_probabilities = functional.log_softmax(student / softness, dim=1)
    targets = functional.log_softmax(teacher.to(student.dtype) / softness, dim=1)
    divergence = functional.kl_div(
        log_probabilities, targets, reduction="batchmean", log_target=True
    )
    return softness**2 * divergence
