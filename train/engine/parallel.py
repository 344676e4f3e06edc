"""Training in several processes or on several machines: `torchrun --nproc-per-node 2 -m -- train`.

Each process learns from its share of every batch. The gradients are averaged, so that the weights
stay the same in all of them. Batch norm uses the share of its process alone. The first process
makes the pool and writes the files.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

_PATIENCE: Final = timedelta(hours=12)  # the others wait while the first process makes the pool


@dataclass(frozen=True)
class World:
    """The number of this process, from 0 on, and the number of all processes."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes and reports."""
        return self.rank == 0

    def share(self, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        """This process's part of a batch; never empty, because all processes must take the step."""
        return chosen[self.rank :: self.size] if len(chosen) >= self.size else chosen

    def wrapped(self, network: nn.Module) -> nn.Module:
        """The network, with gradients that are averaged over all processes."""
        return network if self.size == 1 else DistributedDataParallel(network)

    def wait(self) -> None:
        """Waits until all processes have called this."""
        if self.size > 1:
            distributed.barrier()


@contextmanager
def world(device: torch.device) -> Iterator[World]:
    """The processes that torchrun started, or this one alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World()
        return
    if device.type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield World(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()
