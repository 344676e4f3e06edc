"""Knowledge distillation: a student learns from its teachers' logits for the same glyphs.

Hinton, Vinyals, Dean: "Distilling the knowledge in a neural network" (2015). Teachers classify each
shard of the pool once. Their logits are kept beside it for all later students.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from train.networks.classifier import load
from train.pool import Pool, write_arrays

_BATCH = 256  # glyphs, whose feature maps fit into a core's cache


class Teacher:
    """Trained networks, and the mean of their logits for a pool's shards.

    paths: weights written by train, at least one. precision: of their arithmetic, float32 or
    bfloat16. Raises what `classifier.load` raises.
    """

    def __init__(
        self, paths: Sequence[Path], device: torch.device, precision: str = "float32"
    ) -> None:
        self._networks = [
            load(path).network.to(device).to(memory_format=torch.channels_last) for path in paths
        ]
        self._device = device
        self._is_bfloat16 = precision == "bfloat16"
        names = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths] + [precision]
        self._name = hashlib.sha256("".join(sorted(names)).encode()).hexdigest()[:12]

    def logits(self, pool: Pool, number: int) -> NDArray[np.float16]:
        """Their mean logits (n, 11) for a shard's glyphs, kept in the pool's folder."""
        path = pool.folder / f"logits-{number:02}-{self._name}.npz"
        if not path.exists():
            write_arrays(path, logits=self._classify(pool, number))
        with np.load(path) as content:
            kept: NDArray[np.float16] = content["logits"]
            return kept

    @torch.inference_mode()
    def _classify(self, pool: Pool, number: int) -> NDArray[np.float16]:
        parts = torch.split(torch.from_numpy(pool.shard(number).glyphs), _BATCH)
        means = []
        for part in tqdm(parts, f"teacher, shard {number + 1}", unit=" batches", leave=False):
            glyphs = part.to(self._device)
            with torch.autocast(self._device.type, torch.bfloat16, self._is_bfloat16):
                logits = torch.stack([network(glyphs).float() for network in self._networks])
            means.append(logits.mean(dim=0).half().cpu().numpy())
        return np.concatenate(means)


def distance(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """The mean KL divergence of the softened probabilities, on a scale that suits any temperature.

    student, teacher: logits (n, 11).
    """
    log_probabilities = functional.log_softmax(student / temperature, dim=1)
    targets = functional.log_softmax(teacher.to(student.dtype) / temperature, dim=1)
    divergence = functional.kl_div(
        log_probabilities, targets, reduction="batchmean", log_target=True
    )
    return temperature**2 * divergence
