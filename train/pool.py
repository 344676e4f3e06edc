"""The pool: rounds of glyphs, made once and kept on disk for the teacher and every student.

Making a round costs about as much as training a student on it, and a student learns best from a
teacher that saw the very same glyph. So glyphs are made once, for the teacher and all students.
What takes longest, above all photographs, is made for a few bases, which every round varies anew.
"""

import hashlib
import shutil
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from app.ink.segmenter import SEGMENTER_MODEL
from train.config import Config
from train.data.datasets import Digits
from train.data.sources import Sources
from train.files import open_atomically
from train.mixture import Mixture


class Pool:
    """The rounds of one Config's pool, in a folder of their own.

    folder: holds pools of any settings. extra: names what sources hold beside the datasets.
    Nothing is made before `prepare`.
    """

    def __init__(self, sources: Sources, config: Config, folder: Path, extra: str = "") -> None:
        self._sources = sources
        self._config = config
        # Photographs are read through the finder, so another one makes another pool.
        finder = hashlib.sha256(SEGMENTER_MODEL.read_bytes()).hexdigest()[:6]
        names = [config.pool_id(), finder, extra]
        self.folder = folder / "-".join(name for name in names if name)

    def prepare(self, workers: int) -> None:
        """Makes what is not there yet, on as many processes, with a bar."""
        rounds = self._missing(_Job(False, number) for number in range(self._config.num_shards))
        numbers = {self._source_set_of(job.number) for job in rounds}
        bases = self._missing(_Job(True, number) for number in sorted(numbers))
        self.folder.mkdir(parents=True, exist_ok=True)
        titles = ("making strokes and photographs", bases), ("making rounds", rounds)
        if workers == 1 or not rounds:
            mixture = Mixture(self._sources, self._config)
            for title, jobs in titles:
                for job in tqdm(jobs, title, disable=not jobs):
                    self.make(mixture, job)
            return
        with ProcessPoolExecutor(
            workers,
            get_context("spawn"),  # a fork would inherit PyTorch's threads in any state
            _begin,
            (self, self._sources, self._config),
        ) as processes:
            for title, jobs in titles:
                made = [processes.submit(_work, job) for job in jobs]
                for one in tqdm(as_completed(made), title, len(made), disable=not made):
                    one.result()

    def shard(self, number: int) -> Digits:
        """One round: glyphs uint8 (n, 28, 28); labels 0-9, and 10 for what is no digit."""
        return _read(self._path(_Job(False, number)))

    def size(self, number: int) -> int:
        """The glyphs of a round, without reading them."""
        with np.load(self._path(_Job(False, number))) as content:
            return len(content["labels"])

    def clear(self) -> None:
        """Removes the rounds and what a teacher said of them."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, mixture: Mixture, job: "_Job") -> None:
        """Makes one file; a round's base must be there."""
        if job.base:
            made = mixture.source_set(job.number)
        else:
            base = self._path(_Job(True, self._source_set_of(job.number)))
            made = mixture.shard(job.number, _read(base))
        write_arrays(self._path(job), glyphs=made.glyphs, labels=made.labels)

    def _source_set_of(self, number: int) -> int:
        return number % self._config.num_source_sets

    def _missing(self, jobs: Iterable["_Job"]) -> list["_Job"]:
        return [job for job in jobs if not self._path(job).exists()]

    def _path(self, job: "_Job") -> Path:
        return self.folder / f"{'base' if job.base else 'round'}-{job.number:02}.npz"


@dataclass(frozen=True)
class _Job:
    """One file of a pool."""

    base: bool
    number: int


_made: tuple[Pool, Mixture] | None = None  # of a worker process


def _begin(pool: Pool, sources: Sources, config: Config) -> None:
    global _made
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    _made = pool, Mixture(sources, config)


def _work(job: _Job) -> None:
    assert _made is not None
    pool, mixture = _made
    pool.make(mixture, job)


def _read(path: Path) -> Digits:
    with np.load(path) as content:
        return Digits(content["glyphs"], content["labels"])


def write_arrays(path: Path, **arrays: NDArray[np.generic]) -> None:
    """An .npz that is whole or not there."""
    with open_atomically(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy's types take them for flags
