"""Trains the U-Net that finds ink on rendered sheets of paper."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from train.config import Config
from train.data.sources import Sources
from train.engine.finder_settings import Settings
from train.networks.unet import UNet, load
from train.render.sheets import SheetMaker, Sheets

_CHUNK: Final = 500  # sheets that one process makes at a time
_JITTER: Final = 0.2  # maximum relative change of a picture's brightness


def stored_settings(settings: Settings) -> dict[str, Any]:
    """The settings, in which those of the weights that training started from replace their path."""
    start = {"start": load(Path(settings.start))[1]} if settings.start else {}
    return asdict(settings) | start


def make_sheets(sources: Sources, settings: Settings, workers: int) -> Sheets:
    """Renders all sheets, with a bar; they are the same for any number of processes."""
    jobs = [
        (min(_CHUNK, settings.sheets - start), (settings.seed, start))
        for start in range(0, settings.sheets, _CHUNK)
    ]
    # A fork would inherit PyTorch's threads in any state.
    with ProcessPoolExecutor(
        min(workers, len(jobs)), get_context("spawn"), _begin, (sources, settings.ruled)
    ) as pool:
        parts = list(tqdm(pool.map(_work, jobs), "rendering sheets", len(jobs), unit_scale=_CHUNK))
    return Sheets(
        np.concatenate([part.pictures for part in parts]),
        np.concatenate([part.ink for part in parts]),
    )


def fit(sheets: Sheets, settings: Settings, device: torch.device) -> UNet:
    """A finder trained on sheets, with a bar of loss and rate."""
    torch.manual_seed(settings.seed)
    network = load(Path(settings.start))[0] if settings.start else UNet()
    network = network.to(device).to(memory_format=torch.channels_last)
    optimizer = AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    count = len(sheets.ink)
    steps = settings.epochs * -(-count // settings.batch_size)
    schedule = OneCycleLR(optimizer, settings.learning_rate, total_steps=steps, pct_start=0.2)
    random = np.random.default_rng(settings.seed)
    network.train()
    running = 0.0
    with tqdm(total=settings.epochs * count, unit=" sheets", mininterval=1) as bar:
        for chosen in _batches(count, settings, random):
            pictures = torch.from_numpy(sheets.pictures[chosen]).to(device).float()
            ink = torch.from_numpy(sheets.ink[chosen]).to(device).float() / 255
            light = torch.from_numpy(random.uniform(1 - _JITTER, 1 + _JITTER, len(chosen)))
            pictures = (pictures * light.to(pictures)[:, None, None, None]).clamp(0, 255)
            if random.random() < 0.5:
                pictures, ink = pictures.flip(2), ink.flip(2)
            loss = distance(network(pictures), ink)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            running += 0.02 * (loss.item() - running)
            bar.set_postfix(loss=f"{running:.4f}", refresh=False)
            bar.update(len(chosen))
    return network.eval()


def distance(logits: Tensor, ink: Tensor) -> Tensor:
    """Cross-entropy plus half the Dice loss, which counts a thin line as much as a broad one.

    logits, ink: (n, h, w); ink in [0, 1].
    """
    probabilities = torch.sigmoid(logits)
    both = (probabilities * ink).sum((1, 2))
    dice = 1 - (2 * both + 1) / (probabilities.sum((1, 2)) + ink.sum((1, 2)) + 1)
    return functional.binary_cross_entropy_with_logits(logits, ink) + 0.5 * dice.mean()


def _batches(
    count: int, settings: Settings, random: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    for _ in range(settings.epochs):
        order = random.permutation(count)
        yield from np.array_split(order, -(-count // settings.batch_size))


_maker: SheetMaker | None = None  # of a worker process


def _begin(sources: Sources, ruled: float) -> None:
    global _maker
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    _maker = SheetMaker(sources, Config(), ruled)


def _work(job: tuple[int, tuple[int, ...]]) -> Sheets:
    assert _maker is not None
    return _maker.make(*job)
