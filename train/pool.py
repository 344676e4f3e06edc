"""The pool: shards of glyphs, made once and kept on disk for the teacher and every student.

Making a shard costs about as much as training a student on it, and a student learns best from a
teacher that saw the same glyphs. Photographs and other glyphs that take long to make are made only
for a few source sets, which the shards use in turn. Each shard augments its source set anew.
"""

import hashlib
import os
import shutil
import threading
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from app.glyph import NORMAL_FORM
from app.ink.photographs.segmenter import SEGMENTER_MODEL
from train.config import Config
from train.data.datasets import Digits
from train.data.sources import Sources
from train.files import open_atomically
from train.mixture import PARTS, Mixture, concatenate


class Pool:
    """The shards of one Config, in a folder of their own.

    folder: may hold the pools of several Configs. extra: identifies what `sources` hold besides
    the data sets. Nothing is made before `prepare` is called.
    """

    def __init__(self, sources: Sources, config: Config, folder: Path, extra: str = "") -> None:
        self._sources = sources
        self._config = config
        # Glyphs depend on the normal form and the segmenter, so each pair has its own pool.
        segmenter = hashlib.sha256(SEGMENTER_MODEL.read_bytes()).hexdigest()[:6]
        names = [config.pool_id(), f"form{NORMAL_FORM}", segmenter, extra]
        self.folder = folder / "-".join(name for name in names if name)

    def prepare(self, workers: int, numbers: Iterable[int]) -> None:
        """Makes those of these shards that are missing, in `workers` processes, with a bar."""
        shards = self._missing(_File("shard", number) for number in sorted(numbers))
        of_shards = sorted({self._source_set_of(shard.number) for shard in shards})
        parts = self._missing(part for number in of_shards for part in _parts(number))
        steps = ("making strokes and photographs", parts), ("making shards", shards)
        if workers == 1 or not shards:
            mixture = Mixture(self._sources, self._config)
            for title, files in steps:
                for file in tqdm(files, title, disable=not files):
                    self.make(mixture, file)
            return
        with ProcessPoolExecutor(
            workers,
            get_context("spawn"),  # a fork would inherit PyTorch's threads in any state
            _start_worker,
            (self, self._sources, self._config),
        ) as processes:
            for title, files in steps:
                jobs = [processes.submit(_make_in_worker, file) for file in files]
                for job in tqdm(as_completed(jobs), title, len(jobs), disable=not jobs):
                    job.result()

    def shard(self, number: int) -> Digits:
        """A shard: glyphs uint8 (n, 28, 28) with labels 0-9, or `mixture.NEGATIVE`."""
        return _read(self._path(_File("shard", number)))

    def size(self, number: int) -> int:
        """The number of glyphs in a shard, found without reading the glyphs."""
        with np.load(self._path(_File("shard", number))) as content:
            return len(content["labels"])

    def clear(self) -> None:
        """Removes the shards and the teachers' logits for them."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, mixture: Mixture, file: "_File") -> None:
        """Makes a file; the source set of a shard must have been made before."""
        if file.kind == "source-set":
            digits = mixture.source_set_part(file.number, file.part)
        else:
            parts = _parts(self._source_set_of(file.number))
            source_set = concatenate([_read(self._path(part)) for part in parts])
            digits = mixture.shard(file.number, source_set)
        write_arrays(self._path(file), glyphs=digits.glyphs, labels=digits.labels)

    def _source_set_of(self, number: int) -> int:
        """The number of the source set that a shard uses."""
        return number % self._config.num_source_sets

    def _missing(self, files: Iterable["_File"]) -> list["_File"]:
        return [file for file in files if not self._path(file).exists()]

    def _path(self, file: "_File") -> Path:
        part = f"-{file.part}" if file.kind == "source-set" else ""
        return self.folder / f"{file.kind}-{file.number:02}{part}.npz"


@dataclass(frozen=True)
class _File:
    """A file of a pool."""

    kind: Literal["source-set", "shard"]
    number: int
    part: int = 0  # of a source set


def _parts(number: int) -> list[_File]:
    """The files of a source set."""
    return [_File("source-set", number, part) for part in range(PARTS)]


_worker: tuple[Pool, Mixture] | None = None  # of a worker process


def _start_worker(pool: Pool, sources: Sources, config: Config) -> None:
    global _worker
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    _worker = pool, Mixture(sources, config)


def _end_with_parent() -> None:
    """Ends a worker whose parent was killed; otherwise it would keep its memory for ever."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _make_in_worker(file: _File) -> None:
    assert _worker is not None
    pool, mixture = _worker
    pool.make(mixture, file)


def _read(path: Path) -> Digits:
    with np.load(path) as content:
        return Digits(content["glyphs"], content["labels"])


def write_arrays(path: Path, **arrays: NDArray[np.generic]) -> None:
    """Writes an .npz atomically. Raises OSError with the path."""
    with open_atomically(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy's types take them for flags
