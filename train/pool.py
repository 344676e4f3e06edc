"""The pool: rounds of glyphs, made once and kept on disk for the teacher and every student.

Making a round costs about as much as training a student on it, and a student learns best from a
teacher that saw the very same glyph. So glyphs are made once, and trained on several times.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from app.finder import FINDER
from train.config import Config
from train.data import Digits
from train.mixture import Mixture, Sources


class Pool:
    """The rounds of one Config's pool, in a folder of their own.

    folder: holds pools of any settings. extra: names what sources hold beside the datasets.
    Nothing is made before `prepare`.
    """

    def __init__(self, sources: Sources, config: Config, folder: Path, extra: str = "") -> None:
        self._sources = sources
        self._config = config
        # Photographs are read through the finder, so another one makes another pool.
        finder = hashlib.sha256(FINDER.read_bytes()).hexdigest()[:6]
        names = [config.pool_id(), finder, extra]
        self.folder = folder / "-".join(name for name in names if name)

    def prepare(self, workers: int) -> None:
        """Makes the rounds that are not there yet, on as many processes, with a bar."""
        missing = [
            number for number in range(self._config.rounds) if not self._path(number).exists()
        ]
        self.folder.mkdir(parents=True, exist_ok=True)
        done = self._apart(missing, workers) if workers > 1 else self._here(missing)
        for _ in tqdm(done, "making glyphs", len(missing), unit=" rounds", disable=not missing):
            pass

    def round(self, number: int) -> Digits:
        """One round: glyphs uint8 (n, 28, 28); labels 0-9, and 10 for what is no digit."""
        with np.load(self._path(number)) as content:
            return Digits(content["glyphs"], content["labels"])

    def size(self, number: int) -> int:
        """The glyphs of a round, without reading them."""
        with np.load(self._path(number)) as content:
            return len(content["labels"])

    def clear(self) -> None:
        """Removes the rounds and what a teacher said of them."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"round-{number:02}.npz"

    def _here(self, missing: list[int]) -> Iterator[None]:
        mixture = Mixture(self._sources, self._config)
        for number in missing:
            _make(mixture, number, self._path(number))
            yield

    def _apart(self, missing: list[int], workers: int) -> Iterator[None]:
        with ProcessPoolExecutor(
            min(workers, max(1, len(missing))),
            get_context("spawn"),  # a fork would inherit PyTorch's threads in any state
            _begin,
            (self._sources, self._config),
        ) as pool:
            jobs = [pool.submit(_work, number, self._path(number)) for number in missing]
            for job in as_completed(jobs):
                job.result()
                yield


_mixture: Mixture | None = None  # of a worker process


def _begin(sources: Sources, config: Config) -> None:
    global _mixture
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    _mixture = Mixture(sources, config)


def _work(number: int, path: Path) -> None:
    assert _mixture is not None
    _make(_mixture, number, path)


def _make(mixture: Mixture, number: int, path: Path) -> None:
    made = mixture.round(number)
    write_arrays(path, glyphs=made.glyphs, labels=made.labels)


def write_arrays(path: Path, **arrays: NDArray[np.generic]) -> None:
    """An .npz that is whole or not there."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")  # other processes may write it too
    with part.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy's types take them for flags
    os.replace(part, path)
